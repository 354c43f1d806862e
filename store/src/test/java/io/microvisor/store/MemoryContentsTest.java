package io.microvisor.store;

class MemoryContentsTest extends ContentStoreContract {
  @Override
  ContentStore store() {
    return ContentStore.inMemory();
  }
}
