package io.microvisor.compose.template;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.problem.Place;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// An effective template: layers joined, defaults filled in, checked. Everything a build may depend on is in here.
///
/// @param metadata for people and catalogues
/// @param image what is built
/// @param target what it is built for
/// @param archive where the distribution's packages come from
/// @param repositories further repositories, in the order stated
/// @param pins which versions are preferred, first come first served
/// @param disk the layout and the artifacts
/// @param system what is inside
/// @param effective the same template as text, with its digests
public record Template(
    Metadata metadata,
    Image image,
    Target target,
    Archive archive,
    List<PackageRepository> repositories,
    List<PackagePin> pins,
    Disk disk,
    SystemConfig system,
    EffectiveTemplate effective) {
  public Template {
    repositories = List.copyOf(repositories);
    pins = List.copyOf(pins);
  }

  /// The partitions of the disk that it asks for: those of the image, and those of a machine.
  public DiskLayout diskLayout() {
    return Partitioning.of(disk, image, system.persistence());
  }

  /// The same with one file more, whose text does not show it.
  public Template withFile(AdditionalFile file) {
    EffectiveTemplate other =
        new EffectiveTemplate(
            effective.text(),
            effective.values(),
            effective.files(),
            Digest.sha256(effective.identity() + " with " + file));
    return new Template(
        metadata, image, target, archive, repositories, pins, disk, system.withFile(file), other);
  }

  /// What a template says about itself; changes nothing in the image.
  public record Metadata(String description, List<String> useCases, List<String> keywords) {
    public Metadata {
      useCases = List.copyOf(useCases);
      keywords = List.copyOf(keywords);
    }
  }

  /// The image's name and version; `<name>_<version>_verity` fits a GPT label.
  public record Image(String name, String version, Place place) {
    /// Name and version as partitions and files on the EFI system partition are called.
    public String release() {
      return name + "_" + version;
    }
  }

  /// What the image is built for, in the template's words.
  public record Target(String os, String dist, String arch, String imageType, Place place) {
    /// The code name of the release, as its archive calls it.
    public String suite() {
      return switch (dist) {
        case "debian13" -> "trixie";
        default -> throw new IllegalStateException("checked when read: " + dist);
      };
    }

    /// The architecture, as the distribution's packages call it.
    public String packageArchitecture() {
      return switch (arch) {
        case "x86_64" -> "amd64";
        default -> throw new IllegalStateException("checked when read: " + arch);
      };
    }
  }

  /// The distribution's archive.
  ///
  /// @param mirrors the mirror to use: at most one; none leaves it to the command line or the host
  /// @param suites further suites of it, such as `trixie-backports`
  /// @param components at least one
  public record Archive(
      List<String> mirrors, List<String> suites, List<String> components, Place place) {
    public Archive {
      mirrors = List.copyOf(mirrors);
      suites = List.copyOf(suites);
      components = List.copyOf(components);
    }
  }

  /// A repository besides the archive.
  ///
  /// @param source where its packages are
  /// @param keys files with the OpenPGP keys that may sign it; none for one that is taken without any signature
  /// @param priority what was stated, in apt's sense
  /// @param allowed names and patterns of the only packages to take; none means all
  /// @param releaseSuite what its Release file calls the suite where that is something else; [#UNNAMED] where it has no
  ///     name; empty where it is what was asked for
  public record PackageRepository(
      Source source,
      List<LocalFile> keys,
      OptionalInt priority,
      List<String> allowed,
      String releaseSuite,
      Place place) {
    /// The suite of a Release file that names none.
    public static final String UNNAMED = "none";

    public PackageRepository {
      keys = List.copyOf(keys);
      allowed = List.copyOf(allowed);
    }
  }

  /// Where the packages of a repository are.
  public sealed interface Source {
    /// An archive with Release files: at an address, or in a folder beside the template.
    ///
    /// @param suites at least one; one that ends with `/` is a flat repository
    /// @param components at least one; without meaning for flat repositories
    record Archive(Location location, List<String> suites, List<String> components)
        implements Source {
      public Archive {
        suites = List.copyOf(suites);
        components = List.copyOf(components);
      }
    }

    /// A folder of packages beside the template, without metadata.
    record Folder(LocalPath folder) implements Source {}

    /// Single packages, each at an address of its own.
    record Packages(List<String> addresses) implements Source {
      public Packages {
        addresses = List.copyOf(addresses);
      }
    }
  }

  /// Where an archive is.
  public sealed interface Location {
    /// What people call it.
    String name();

    /// At an address, without a slash at the end.
    record Address(String url) implements Location {
      @Override
      public String name() {
        return url;
      }
    }

    /// In a folder beside the template.
    record Folder(LocalPath folder) implements Location {
      @Override
      public String name() {
        return folder.name();
      }
    }
  }

  /// A folder beside the template.
  ///
  /// @param name the path as written, relative to the template's folder, with `/`
  /// @param path where it is on this machine
  public record LocalPath(String name, Path path) {}
}
