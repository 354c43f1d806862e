package io.microvisor.systemtests.fuzz;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.ar.ArReader;
import io.microvisor.formats.cpio.CpioReader;
import io.microvisor.formats.elf.ElfFile;
import io.microvisor.formats.erofs.ErofsReader;
import io.microvisor.formats.fat.FatReader;
import io.microvisor.formats.gpt.GptReader;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.pe.PeFile;
import io.microvisor.formats.tar.TarReader;
import io.microvisor.formats.tree.TreeCodec;
import io.microvisor.formats.verity.VeritySuperblock;
import io.microvisor.packages.catalog.CatalogWriter;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.catalog.SearchText;
import io.microvisor.packages.catalog.StoredCatalog;
import io.microvisor.packages.deb.ControlReader;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.openpgp.ClearSigned;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.openpgp.SignatureVerifier;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.DebianKeys;
import io.microvisor.packages.repository.IndexReader;
import io.microvisor.packages.repository.Release;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.solver.deb.DebUniverse;
import io.microvisor.packages.unpack.DebFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A reader of bytes from outside. Whatever it is given, it must give an answer or throw an [IOException] (a
/// `FormatException` is one), soon and in little memory: everything else is a crash.
enum FuzzTarget {
  /// The `control` file of a package.
  CONTROL {
    @Override
    void read(byte[] input) throws IOException {
      for (ControlStanza stanza : ControlStanza.parseAll(text(input))) {
        stanza.names().forEach(stanza::text);
      }
    }
  },
  /// A stanza of a `Packages` index, with all its relationships.
  PACKAGE {
    @Override
    void read(byte[] input) throws IOException {
      Origin origin = new Origin("Debian", "trixie", "main");
      for (ControlStanza stanza : ControlStanza.parseAll(text(input))) {
        DebPackage item = DebPackage.of(stanza, origin);
        Relations.parse(item.depends().toString());
        Relations.parse(item.provides().toString());
      }
    }
  },
  /// A `Packages` index. What goes into a catalogue comes out of it.
  INDEX {
    @Override
    void read(byte[] input) throws IOException {
      Origin origin = new Origin("Debian", "trixie", "main");
      Digest index = Digest.sha256(input);
      List<DebPackage> items = new ArrayList<>();
      CatalogWriter writer = new CatalogWriter();
      try (ControlReader reader = new ControlReader(new ByteArrayInputStream(input))) {
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
          DebPackage item = DebPackage.of(next.get(), origin);
          items.add(item);
          writer.add(item);
        }
      }
      List<DebPackage> kept =
          StoredCatalog.read(
                  writer.file(index), index, origin, () -> new SearchText.Writer().text())
              .stream()
              .toList();
      if (!kept.equals(items)) {
        throw new IllegalStateException("comes out of the catalogue otherwise");
      }
    }
  },
  /// A `Packages` index, through choice and lock to what would be downloaded. What is used of it is used to the end.
  DOWNLOADS {
    @Override
    void read(byte[] input) throws IOException {
      Origin origin = new Origin("Acme", "edge", "main");
      Digest index = Digest.sha256(input);
      IndexReader read = IndexReader.read(new ByteArrayInputStream(input), index, origin);
      PackageCatalog packages =
          StoredCatalog.read(read.catalog(), index, origin, read::search, read.leftOut());
      RepositorySpec archive =
          new RepositorySpec(
              "acme",
              List.of(URI.create("http://m.example/acme")),
              "edge",
              List.of("main"),
              "amd64",
              new RepositorySpec.Trust.Unsigned(),
              RepositorySpec.Freshness.CHECKED,
              RepositorySpec.Presence.REQUIRED);
      DebUniverse universe = DebUniverse.of(packages, DebPolicy.of("amd64"));
      for (DebPackage item : packages.stream().limit(20).toList()) {
        Solver.solve(universe, List.of(Wish.of(item.name())));
        Lock lock =
            new Lock("amd64", List.of(), List.of(), List.of(LockedPackage.of(item)), List.of());
        if (!LockFile.parse(LockFile.text(lock), "fuzzed.lock").equals(lock)) {
          throw new IllegalStateException("a lock reads otherwise once written: " + item);
        }
        List<URI> addresses = archive.addresses(item.filename());
        new Download(item.name(), addresses, item.size(), item.sha256());
        if (!addresses.getFirst().normalize().toString().startsWith("http://m.example/acme/")) {
          throw new IllegalStateException("leads out of the archive: " + addresses);
        }
      }
    }
  },
  /// A relationship field. What is read prints as something that reads the same.
  RELATIONS {
    @Override
    void read(byte[] input) throws IOException {
      Relations read = Relations.parse(text(input));
      if (!Relations.parse(read.toString()).clauses().equals(read.clauses())) {
        throw new IllegalStateException("reads otherwise once printed: " + read);
      }
    }
  },
  /// Two versions: their order turns around with them.
  VERSION {
    @Override
    void read(byte[] input) throws IOException {
      String[] both = text(input).split("\n", 2);
      DebVersion one = DebVersion.parse(both[0]);
      DebVersion other = DebVersion.parse(both[both.length - 1]);
      if (Integer.signum(one.compareTo(other)) != -Integer.signum(other.compareTo(one))) {
        throw new IllegalStateException(one + " and " + other + " have no order");
      }
    }
  },
  /// A `Release` file.
  RELEASE {
    @Override
    void read(byte[] input) throws IOException {
      Release.parse(input);
    }
  },
  /// apt's sources in stanzas.
  SOURCES {
    @Override
    void read(byte[] input) throws IOException {
      apt("sources.list.d/fuzzed.sources", input);
    }
  },
  /// apt's sources by the line.
  SOURCES_LIST {
    @Override
    void read(byte[] input) throws IOException {
      apt("sources.list", input);
    }
  },
  /// apt's settings.
  APT_CONF {
    @Override
    void read(byte[] input) throws IOException {
      apt("apt.conf", input);
    }
  },
  /// apt's logins.
  APT_AUTH {
    @Override
    void read(byte[] input) throws IOException {
      apt("auth.conf", input);
    }
  },
  /// A keyring, armoured or not.
  KEYRING {
    @Override
    void read(byte[] input) throws IOException {
      Keyring.parse("fuzzed", input);
    }
  },
  /// An `InRelease`, verified against Debian's keys; a fuzzer that signs something of its own is a crash.
  CLEAR_SIGNED {
    @Override
    void read(byte[] input) throws IOException {
      SignatureVerifier verifier = new SignatureVerifier(DebianKeys.keyring(), NOW);
      verifier.verify("fuzzed", ClearSigned.parse(input));
    }
  },
  /// A `Release.gpg` for a text that nobody signed.
  DETACHED {
    @Override
    void read(byte[] input) throws IOException {
      SignatureVerifier verifier = new SignatureVerifier(DebianKeys.keyring(), NOW);
      verifier.verifyDetached("fuzzed", "unsigned\n".getBytes(StandardCharsets.US_ASCII), input);
      throw new IllegalStateException("a signature that nobody made was believed");
    }
  },
  /// A lock. What is read prints as something that reads the same.
  LOCK {
    @Override
    void read(byte[] input) throws IOException {
      Lock lock = LockFile.parse(text(input), "fuzzed.lock");
      if (!LockFile.parse(LockFile.text(lock), "printed.lock").equals(lock)) {
        throw new IllegalStateException("reads otherwise once printed:\n" + LockFile.text(lock));
      }
    }
  },
  /// A template and its YAML.
  TEMPLATE {
    @Override
    void read(byte[] input) throws IOException {
      TemplateLoader.load(scratch("fuzzed.yaml", input));
    }
  },
  /// An ar archive.
  AR {
    @Override
    void read(byte[] input) throws IOException {
      ArReader.read(ByteSource.of(input));
    }
  },
  /// A package file: ar, decompression, tar.
  DEB {
    @Override
    void read(byte[] input) throws IOException {
      DebFile deb = DebFile.read(ByteSource.of(input));
      for (DebFile.Part part : new DebFile.Part[] {deb.control(), deb.data()}) {
        try (InputStream archive = part.open(1 << 20)) {
          TarReader.read(archive, ContentSink.discarding());
        }
      }
    }
  },
  /// A tar archive.
  TAR {
    @Override
    void read(byte[] input) throws IOException {
      TarReader.read(ByteSource.of(input).stream(), ContentSink.discarding());
    }
  },
  /// A cpio archive.
  CPIO {
    @Override
    void read(byte[] input) throws IOException {
      CpioReader.read(ByteSource.of(input));
    }
  },
  /// A partition table.
  GPT {
    @Override
    void read(byte[] input) throws IOException {
      GptReader.read(ByteSource.of(input));
    }
  },
  /// A FAT file system.
  FAT {
    @Override
    void read(byte[] input) throws IOException {
      FatReader.open(ByteSource.of(input));
    }
  },
  /// An EROFS file system.
  EROFS {
    @Override
    void read(byte[] input) throws IOException {
      ErofsReader.open(ByteSource.of(input));
    }
  },
  /// A dm-verity superblock.
  VERITY {
    @Override
    void read(byte[] input) throws IOException {
      VeritySuperblock.read(ByteSource.of(input));
    }
  },
  /// An EFI program.
  PE {
    @Override
    void read(byte[] input) throws IOException {
      PeFile.read(ByteSource.of(input));
    }
  },
  /// An ELF program or library.
  ELF {
    @Override
    void read(byte[] input) throws IOException {
      ElfFile.read(ByteSource.of(input));
    }
  },
  /// A kernel module.
  MODULE {
    @Override
    void read(byte[] input) throws IOException {
      KernelModule.parse("fuzzed.ko", input);
    }
  },
  /// A file tree in its canonical form.
  TREE {
    @Override
    void read(byte[] input) throws IOException {
      TreeCodec.read(ByteSource.of(input).stream());
    }
  };

  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

  /// Reads, and looks at all that was read.
  ///
  /// @throws IOException if the input is not what it should be, which is as good an answer as any
  abstract void read(byte[] input) throws IOException;

  /// Its name on disk, such as `sources-list`.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Text as it comes: bytes that are no UTF-8 become U+FFFD.
  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  /// A folder like `/etc/apt` with one file in it.
  void apt(String name, byte[] input) throws IOException {
    scratch(name, input);
    AptSources.of(folder());
  }

  /// A file that is the target's own: fuzzing writes it thousands of times.
  Path scratch(String name, byte[] input) throws IOException {
    Path file = folder().resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return Files.write(file, input);
  }

  private Path folder() {
    return Path.of("target", "fuzz", "scratch-" + ProcessHandle.current().pid(), label());
  }
}
