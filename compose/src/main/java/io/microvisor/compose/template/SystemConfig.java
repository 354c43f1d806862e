package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.ArrayList;
import java.util.List;

/// The system inside the image.
///
/// @param name a note
/// @param description a note
/// @param hostname the machine's name
/// @param packages what to install, in the order stated, inherited first; none twice
/// @param recommends whether recommended packages are installed too
/// @param suggests whether suggested packages are installed too
/// @param debconf answers to packages' questions, one each, in the order stated
/// @param users distinct names and numbers
/// @param groups distinct names and numbers
/// @param files distinct paths
/// @param folders distinct paths, none of a file
/// @param persistence what outlives a restart
/// @param provisioning what it is told from outside
/// @param locales translations to keep
/// @param documentation what happens to manuals and documents
/// @param packageDatabase what happens to the package manager's records
public record SystemConfig(
    String name,
    String description,
    String hostname,
    List<PackageWish> packages,
    boolean recommends,
    boolean suggests,
    List<DebconfAnswer> debconf,
    List<User> users,
    List<User.Group> groups,
    Services services,
    List<AdditionalFile> files,
    List<AdditionalFolder> folders,
    Kernel kernel,
    Network network,
    Persistence persistence,
    Provisioning provisioning,
    List<LocaleName> locales,
    Retention documentation,
    Retention packageDatabase,
    Place place) {
  public SystemConfig {
    packages = List.copyOf(packages);
    debconf = List.copyOf(debconf);
    users = List.copyOf(users);
    groups = List.copyOf(groups);
    files = List.copyOf(files);
    folders = List.copyOf(folders);
    locales = List.copyOf(locales);
  }

  /// The same with one file more.
  SystemConfig withFile(AdditionalFile file) {
    List<AdditionalFile> more = new ArrayList<>(files);
    more.add(file);
    return new SystemConfig(
        name,
        description,
        hostname,
        packages,
        recommends,
        suggests,
        debconf,
        users,
        groups,
        services,
        more,
        folders,
        kernel,
        network,
        persistence,
        provisioning,
        locales,
        documentation,
        packageDatabase,
        place);
  }

  /// Whether something stays in the image.
  public enum Retention {
    KEEP,
    DROP
  }
}
