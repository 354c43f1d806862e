package io.microvisor.compose.build;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.LocalFile;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.repository.DebianKeys;
import io.microvisor.packages.repository.RepositorySpec;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/// The repositories that a template names besides the distribution's archive.
public final class TemplateRepositories {
  private static final int LARGEST_KEY = 1 << 20;

  private TemplateRepositories() {}

  /// The repositories, in the template's order.
  ///
  /// @throws IOException if a key file changed since the template was read, or holds no key
  public static List<RepositorySpec> of(Template template) throws IOException {
    List<RepositorySpec> specs = new ArrayList<>();
    for (Template.PackageRepository each : template.repositories()) {
      specs.add(
          new RepositorySpec(
              each.place().toString(),
              List.of(URI.create(each.url())),
              each.codename(),
              each.components(),
              template.target().packageArchitecture(),
              trust(each),
              RepositorySpec.Freshness.CHECKED,
              RepositorySpec.Presence.REQUIRED));
    }
    return specs;
  }

  /// A repository that names no key is signed by Debian's.
  private static RepositorySpec.Trust trust(Template.PackageRepository repository)
      throws IOException {
    if (repository.unsigned()) {
      return new RepositorySpec.Trust.Unsigned();
    }
    if (repository.keys().isEmpty()) {
      return new RepositorySpec.Trust.SignedBy(DebianKeys.keyring());
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
