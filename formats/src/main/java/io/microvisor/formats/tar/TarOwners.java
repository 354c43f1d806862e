package io.microvisor.formats.tar;

import java.util.Optional;

/// Who the names of owners in an archive are: those that are known count more than the numbers beside them.
public interface TarOwners {
  /// Nobody is known: numbers count.
  TarOwners NONE =
      new TarOwners() {
        @Override
        public Optional<Long> user(String name) {
          return Optional.empty();
        }

        @Override
        public Optional<Long> group(String name) {
          return Optional.empty();
        }
      };

  /// The number of a user; `name` may be empty.
  Optional<Long> user(String name);

  /// The number of a group; `name` may be empty.
  Optional<Long> group(String name);
}
