package io.microvisor.compose.locking;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.LocalFile;
import io.microvisor.compose.template.PackagePin;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.Template.Location;
import io.microvisor.compose.template.Template.PackageRepository;
import io.microvisor.compose.template.Template.Source;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.repository.Preference;
import io.microvisor.packages.repository.Repository;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.SinglePackages;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/// The repositories that a template names besides the distribution's archive, and its pins.
public final class TemplateRepositories {
  private static final int LARGEST_KEY = 1 << 20;
  private static final String DIGEST = "#sha256=";

  private TemplateRepositories() {}

  /// The repositories, in the template's order.
  ///
  /// @throws IOException if a key file changed since the template was read, or holds no key
  public static List<Repository> of(Template template) throws IOException {
    String architecture = template.target().packageArchitecture();
    List<Repository> all = new ArrayList<>();
    for (PackageRepository each : template.repositories()) {
      Preference preference =
          new Preference(each.priority(), each.allowed().stream().map(Glob::of).toList());
      switch (each.source()) {
        case Source.Archive archive ->
            all.addAll(archives(each, archive, architecture, preference));
        case Source.Folder(Template.LocalPath folder) ->
            all.add(new LocalFolder(folder.name(), folder.path(), architecture, preference));
        case Source.Packages(List<String> addresses) ->
            all.add(
                new SinglePackages(
                    each.place().toString(),
                    addresses.stream().map(TemplateRepositories::address).toList(),
                    architecture,
                    preference));
      }
    }
    return all;
  }

  /// The pins, in the template's order.
  public static List<Pin> pins(Template template) {
    return template.pins().stream()
        .map(pin -> new Pin(pin.packages(), target(pin.target()), pin.priority()))
        .toList();
  }

  /// What of all this decides which packages are chosen, in lines for people.
  static List<String> inputs(Template template) {
    List<String> inputs = new ArrayList<>();
    for (PackageRepository each : template.repositories()) {
      StringBuilder line = new StringBuilder("repository ");
      line.append(
          switch (each.source()) {
            case Source.Archive(Location location, List<String> suites, List<String> components) ->
                (location instanceof Location.Folder ? location.name() + " " : "")
                    + String.join(" ", suites)
                    + " "
                    + String.join(" ", components);
            case Source.Folder(Template.LocalPath folder) -> "folder " + folder.name();
            case Source.Packages(List<String> addresses) ->
                "packages "
                    + String.join(
                        " ",
                        addresses.stream().map(address -> address(address).filename()).toList());
          });
      each.priority().ifPresent(priority -> line.append(" priority ").append(priority));
      if (!each.allowed().isEmpty()) {
        line.append(" only ").append(String.join(" ", each.allowed()));
      }
      inputs.add(line.toString());
    }
    // Their order counts, that of inputs does not.
    for (int i = 0; i < template.pins().size(); i++) {
      inputs.add("pin " + (i + 1) + " " + template.pins().get(i).text());
    }
    return inputs;
  }

  private static List<RepositorySpec> archives(
      PackageRepository repository,
      Source.Archive archive,
      String architecture,
      Preference preference)
      throws IOException {
    URI address =
        switch (archive.location()) {
          case Location.Address(String url) -> URI.create(url);
          case Location.Folder(Template.LocalPath folder) -> folder.path().toUri();
        };
    RepositorySpec.Trust trust = trust(repository);
    List<RepositorySpec> specs = new ArrayList<>();
    for (String suite : archive.suites()) {
      specs.add(
          new RepositorySpec(
              repository.place().toString(),
              List.of(address),
              suite,
              archive.components(),
              architecture,
              trust,
              RepositorySpec.Freshness.CHECKED,
              RepositorySpec.Presence.REQUIRED,
              preference,
              releaseName(repository.releaseSuite())));
    }
    return specs;
  }

  private static RepositorySpec.ReleaseName releaseName(String releaseSuite) {
    return switch (releaseSuite) {
      case "" -> new RepositorySpec.ReleaseName.AsAsked();
      case PackageRepository.UNNAMED -> new RepositorySpec.ReleaseName.Unnamed();
      default -> new RepositorySpec.ReleaseName.Called(releaseSuite);
    };
  }

  private static SinglePackages.Address address(String text) {
    int at = text.indexOf(DIGEST);
    return at < 0
        ? new SinglePackages.Address(URI.create(text), List.of())
        : new SinglePackages.Address(
            URI.create(text.substring(0, at)),
            List.of(Digest.parse(text.substring(at + DIGEST.length()))));
  }

  private static Pin.Target target(PackagePin.Target target) {
    return switch (target) {
      case PackagePin.Target.Version(String glob) -> new Pin.Target.Version(Glob.of(glob));
      case PackagePin.Target.Site(String glob) -> new Pin.Target.Site(Glob.of(glob));
      case PackagePin.Target.Release(SortedMap<String, String> fields) ->
          new Pin.Target.Release(
              fields.entrySet().stream()
                  .map(field ->
                      new Pin.Condition(
                          Pin.Field.valueOf(field.getKey().toUpperCase(Locale.ROOT)),
                          Glob.of(field.getValue())))
                  .toList());
    };
  }

  /// A repository without keys is one that the template takes unsigned: all others were refused when it was read.
  private static RepositorySpec.Trust trust(PackageRepository repository) throws IOException {
    if (repository.keys().isEmpty()) {
      return new RepositorySpec.Trust.Unsigned();
    }
    List<Keyring> keyrings = new ArrayList<>();
    for (LocalFile file : repository.keys()) {
      byte[] bytes = ByteSource.of(file.path()).readAll(LARGEST_KEY);
      if (!Digest.sha256(bytes).equals(file.digest())) {
        throw new IOException(
            file.name() + ": changed since the template was read (expected: the same key)");
      }
      keyrings.add(Keyring.parse(file.name(), bytes));
    }
    Keyring all = keyrings.getFirst();
    for (Keyring more : keyrings.subList(1, keyrings.size())) {
      all = all.and(more, "the template's keys");
    }
    return new RepositorySpec.Trust.SignedBy(all);
  }
}
