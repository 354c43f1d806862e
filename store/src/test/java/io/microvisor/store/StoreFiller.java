package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// A process that fills a store with the same things as its neighbour.
final class StoreFiller {
  private static final int COUNT = 100;

  private StoreFiller() {}

  public static void main(String[] arguments) throws IOException {
    try (Store store = Store.open(Path.of(arguments[0]))) {
      for (int i = 0; i < COUNT; i++) {
        byte[] content = content(i);
        Digest digest = store.contents().add(content);
        Inode file = new Inode.RegularFile(Meta.of(0644), digest, content.length);
        FileTree tree = FileTree.builder().put("file", file).build();
        ContentSource contents = ContentSource.of(Map.of(digest, ByteSource.of(content)));
        store.packs().write(key(i), tree, contents);
        store.actions().put(key(i), content);
        store.temporary();
      }
      check(store);
    }
  }

  static void check(Store store) throws IOException {
    for (int i = 0; i < COUNT; i++) {
      byte[] content = content(i);
      assertThat(store.contents().open(Digest.sha256(content)).readAll(100)).isEqualTo(content);
      assertThat(store.actions().find(key(i))).hasValue(content);
      store.packs().find(key(i)).orElseThrow().verify();
    }
  }

  private static byte[] content(int number) {
    return ("content " + number).getBytes(StandardCharsets.UTF_8);
  }

  private static Digest key(int number) {
    return Digest.sha256("key " + number);
  }
}
