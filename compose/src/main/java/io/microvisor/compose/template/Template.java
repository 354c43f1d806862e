package io.microvisor.compose.template;

import java.util.List;

/// An effective template: layers joined, defaults filled in, checked. Everything a build may depend on is in here.
///
/// @param metadata for people and catalogues
/// @param image what is built
/// @param target what it is built for
/// @param archive where the distribution's packages come from
/// @param repositories further repositories, in the order stated
/// @param disk the layout and the artifacts
/// @param system what is inside
/// @param effective the same template as text, with its digests
public record Template(
    Metadata metadata,
    Image image,
    Target target,
    Archive archive,
    List<PackageRepository> repositories,
    Disk disk,
    SystemConfig system,
    EffectiveTemplate effective) {
  public Template {
    repositories = List.copyOf(repositories);
  }

  /// What a template says about itself; changes nothing in the image.
  public record Metadata(String description, List<String> useCases, List<String> keywords) {
    public Metadata {
      useCases = List.copyOf(useCases);
      keywords = List.copyOf(keywords);
    }
  }

  /// The image's name and version; `<name>_<version>_verity` fits a GPT label.
  public record Image(String name, String version, Place place) {}

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
  /// @param components at least one
  public record Archive(List<String> mirrors, List<String> components, Place place) {
    public Archive {
      mirrors = List.copyOf(mirrors);
      components = List.copyOf(components);
    }
  }

  /// A repository besides the archive.
  ///
  /// @param codename the suite
  /// @param url the address, without a slash at the end
  /// @param components at least one
  /// @param keys files with the OpenPGP keys that may sign it
  /// @param unsigned whether it is taken without any signature
  public record PackageRepository(
      String codename,
      String url,
      List<String> components,
      List<LocalFile> keys,
      boolean unsigned,
      Place place) {
    public PackageRepository {
      components = List.copyOf(components);
      keys = List.copyOf(keys);
    }
  }
}
