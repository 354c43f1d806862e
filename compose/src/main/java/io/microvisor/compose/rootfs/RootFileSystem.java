package io.microvisor.compose.rootfs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.state.PathTable;
import io.microvisor.compose.template.AdditionalFile;
import io.microvisor.compose.template.AdditionalFolder;
import io.microvisor.compose.template.LocalFile;
import io.microvisor.compose.template.Persistence;
import io.microvisor.compose.template.Services;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The image's root file system: a [BaseFileSystem], and what the template adds.
///
/// In order: what users are made from; packages' accounts get their numbers; then comes what the template adds (identity,
/// accounts, network, files, services, what outlives a restart); then the root is made ready to be read-only. What it adds stays, be it
/// documents or translations.
public final class RootFileSystem {
  /// Raised when the same inputs give another tree.
  public static final Versions VERSIONS = Versions.of("root", 27);

  /// A root file system.
  ///
  /// @param added contents that were written here
  /// @param notes what whoever builds should know, a line each
  public record Result(FileTree tree, Map<Digest, ByteSource> added, List<String> notes) {
    public Result {
      notes = List.copyOf(notes);
    }
  }

  private static final String SCRIPTS = "etc/init.d/";
  private static final String SYSV_GENERATOR =
      "usr/lib/systemd/system-generators/systemd-sysv-generator";

  /// What a template wants of a unit.
  private enum Wanted {
    STARTED,
    NOT
  }

  private final Template template;
  private final SystemConfig system;
  private final RootEditor root;
  private final TemplateUsers users;
  private final Accounts accounts;
  private final UnitLinks units;
  private final long epoch;
  private final List<Problem> problems = new ArrayList<>();
  private final TemplatePaths paths;

  private RootFileSystem(Template template, FileTree base, ContentSource contents, long epoch)
      throws IOException {
    this.template = template;
    this.system = template.system();
    this.root = new RootEditor(base, contents, epoch);
    this.epoch = epoch;
    this.units = new UnitLinks(root);
    this.paths = new TemplatePaths(root, problems);
    Skeleton.put(root, system, paths, epoch);
    this.users = new TemplateUsers(root, system, paths, epoch, problems);
    this.accounts = users.accounts();
  }

  /// Makes the root file system.
  ///
  /// @param base what of the packages is in the image
  /// @param epoch the image's time, in seconds since 1970; nothing in the tree is later
  /// @throws RejectedException if the template names a unit, group or owner that is not there
  public static Result compose(Template template, FileTree base, ContentSource contents, long epoch)
      throws IOException {
    return new RootFileSystem(template, base, contents, epoch).compose();
  }

  private Result compose() throws IOException {
    problems.addAll(Renumbering.apply(root, system));
    identity();
    NetworkRoot.configure(root, system.network());
    users.apply();
    folders();
    files();
    users.check();
    unitFiles();
    IdleUnits.apply(root, units, system.persistence().state(), wantedUnits());
    services();
    problems.addAll(NetworkRoot.settle(root, system));
    problems.addAll(CompiledLocales.check(root, system.locales()));
    problems.addAll(StatefulRoot.apply(root, template));
    ProvisionedRoot.apply(root, system.provisioning());
    problems.addAll(MountPoints.apply(root, system));
    paths.checkSeen(MountPoints.covered(root, system));
    root.write(PathTable.FILE, 0644, PathTable.of(template).text());
    problems.addAll(
        Gettys.check(FileView.of(root.tree(), root.contents()), template.system().place()));
    rejectIfBroken();
    ReadOnlyRoot.apply(root, epoch);
    paths.checkStillThere();
    rejectIfBroken();
    List<String> notes = ServicePrograms.missing(root, system);
    Generators.apply(root, system.kernel().cmdline(), system.persistence().paths());
    Normalisation.settleTimes(root, epoch);
    return new Result(root.tree(), root.added(), notes);
  }

  private void rejectIfBroken() throws RejectedException {
    if (!problems.isEmpty()) {
      throw new RejectedException(problems);
    }
  }

  private void identity() throws IOException {
    String hostname = system.hostname();
    root.write("etc/hostname", 0644, hostname + "\n");
    root.write(
        "etc/hosts",
        0644,
        "127.0.0.1\tlocalhost\n127.0.1.1\t"
            + hostname
            + "\n::1\t\tlocalhost ip6-localhost ip6-loopback\n");
    String release = root.text("usr/lib/os-release").orElse("");
    StringBuilder identified = new StringBuilder();
    release
        .lines()
        .filter(line -> !line.startsWith("IMAGE_ID=") && !line.startsWith("IMAGE_VERSION="))
        .forEach(line -> identified.append(line).append('\n'));
    identified.append("IMAGE_ID=").append(template.image().name()).append('\n');
    identified.append("IMAGE_VERSION=").append(template.image().version()).append('\n');
    root.write("usr/lib/os-release", 0644, identified.toString());
  }

  private void folders() throws IOException {
    for (AdditionalFolder folder : system.folders()) {
      Optional<TreePath> at = paths.placeOf(folder);
      if (at.isPresent()) {
        folder(folder, at.get().absolute());
      }
    }
  }

  private void folder(AdditionalFolder folder, String path) throws IOException {
    Meta there = root.find(path).map(Inode::meta).orElse(Meta.of(0755));
    Persistence.Owner wanted = folder.owner();
    OptionalLong uid =
        wanted.keepsUser()
            ? OptionalLong.of(there.uid())
            : owner(
                wanted.user(), accounts.userId(wanted.user()), folder.subject(), folder.place());
    OptionalLong gid =
        wanted.keepsGroup()
            ? OptionalLong.of(there.gid())
            : owner(
                wanted.group(), accounts.groupId(wanted.group()), folder.subject(), folder.place());
    int mode = folder.mode(there.mode());
    if (uid.isPresent() && gid.isPresent()) {
      users.makeFolders(path, uid.getAsLong());
      root.directory(
          path, there.withMode(mode).withOwner(uid.getAsLong(), gid.getAsLong()).withMtime(epoch));
    }
  }

  private void files() throws IOException {
    for (AdditionalFile file : system.files()) {
      OptionalLong uid =
          owner(file.owner(), accounts.userId(file.owner()), file.subject(), file.place());
      OptionalLong gid =
          owner(file.group(), accounts.groupId(file.group()), file.subject(), file.place());
      if (!paths.accepts(file) || uid.isEmpty() || gid.isEmpty()) {
        continue;
      }
      Meta meta = new Meta(file.mode(), uid.getAsLong(), gid.getAsLong(), epoch, Attributes.NONE);
      users.makeFolders(file.path(), uid.getAsLong());
      write(root, file, meta);
      paths.put(file);
    }
  }

  private OptionalLong owner(String text, OptionalLong known, String subject, Place place) {
    if (known.isPresent()) {
      return known;
    }
    if (text.matches("\\d{1,10}")) {
      return OptionalLong.of(Long.parseLong(text));
    }
    Problem unknown =
        Problem.of(
            Code.UNKNOWN_GROUP,
            place,
            subject
                + ": no user or group \""
                + text
                + "\" (expected: one in the image, or a number)");
    if (!problems.contains(unknown)) { // It may be both owner and group.
      problems.add(unknown);
    }
    return OptionalLong.empty();
  }

  /// Writes a file of the template's.
  static void write(RootEditor root, AdditionalFile file, Meta meta) throws IOException {
    switch (file.content()) {
      case AdditionalFile.Content.Inline(String text) ->
          root.write(file.path(), meta, text.getBytes(StandardCharsets.UTF_8));
      case AdditionalFile.Content.Local(LocalFile local) ->
          root.write(file.path(), meta, local.digest(), ByteSource.of(local.path()));
    }
  }

  private Set<String> wantedUnits() {
    return system.services().enable().stream()
        .map(unit -> UnitLinks.fullName(unit.name()))
        .collect(Collectors.toSet());
  }

  private void unitFiles() {
    for (Services.UnitFile unit : system.services().units()) {
      if (paths.accepts(unit)) {
        root.write(unit.path(), 0644, unit.content());
        paths.put(unit);
      }
    }
  }

  /// What is named counts more than what an `Also=` brings with it, so those to be disabled come twice; and a preset file of
  /// the template's counts less than both.
  private void services() throws IOException {
    Set<String> added =
        system.files().stream().map(file -> file.path().substring(1)).collect(Collectors.toSet());
    if (added.stream().anyMatch(UnitPresets::isPreset)) {
      new UnitPresets(root, units).apply(added::contains);
    }
    Services services = system.services();
    for (Services.Unit unit : services.disable()) {
      if (known(unit, Wanted.NOT)) {
        units.disable(unit.name());
      }
    }
    for (Services.Unit unit : services.enable()) {
      if (known(unit, Wanted.STARTED)) {
        for (String fault : units.enable(unit.name())) {
          problems.add(
              Problem.of(
                  Code.NOT_ENABLED, unit.place(), UnitLinks.fullName(unit.name()) + ": " + fault));
        }
      }
    }
    for (Services.Unit unit : services.disable()) {
      units.disableAlone(unit.name());
    }
    for (Services.Unit unit : services.mask()) {
      Optional<String> real = units.aliasOf(unit.name());
      if (real.isEmpty() && !mayComeAtBoot(unit) && !known(unit, Wanted.NOT)) {
        continue;
      }
      if (real.isEmpty()) {
        units.mask(unit.name());
      } else {
        problems.add(
            Problem.of(
                Code.NOT_ENABLED,
                unit.place(),
                "mask: %s is an alias of %s, which would start all the same (expected: the unit itself)"
                    .formatted(UnitLinks.fullName(unit.name()), real.get()),
                "mask " + real.get()));
      }
    }
  }

  /// Whether a generator may make a unit of this name when the machine boots: of fstab and crypttab, or of a script in
  /// `/etc/init.d`.
  private boolean mayComeAtBoot(Services.Unit unit) {
    String name = UnitLinks.fullName(unit.name());
    return name.contains("@")
        || !name.matches(".*\\.(service|socket|timer|path|target)")
        || script(name).isPresent();
  }

  /// The init script that a unit of this name would be made of.
  private Optional<String> script(String unit) {
    String path = SCRIPTS + unit.replaceFirst("\\.service$", "");
    return unit.endsWith(".service")
        ? Stream.of(path, path + ".sh").filter(root::exists).findFirst()
        : Optional.empty();
  }

  /// Whether links of the usual runlevels start a script.
  private boolean isStarted(String script) {
    String name = script.substring(SCRIPTS.length());
    return IntStream.rangeClosed(2, 5)
        .mapToObj(level -> root.children("etc/rc" + level + ".d"))
        .flatMap(List::stream)
        .anyMatch(link -> link.path().name().matches("S[0-9]{2}" + Pattern.quote(name)));
  }

  private Problem scriptAlone(Services.Unit unit, String script, Wanted wanted) {
    String advice =
        switch (wanted) {
          case NOT -> "mask it, so that no unit is made of the script when the machine boots";
          case STARTED ->
              root.exists(SYSV_GENERATOR) && isStarted(script)
                  ? "leave it out here: systemd-sysv-generator makes a unit of the script at each boot, and"
                      + " the links in /etc/rc*.d start it"
                  : "put a unit that runs the script under systemConfig.services.units";
        };
    return Problem.of(
        Code.UNKNOWN_UNIT,
        unit.place(),
        "%s: only an init script in the image, /%s (expected: a unit)"
            .formatted(UnitLinks.fullName(unit.name()), script),
        advice);
  }

  private boolean known(Services.Unit unit, Wanted wanted) throws IOException {
    boolean known = units.exists(unit.name());
    Optional<String> script = script(UnitLinks.fullName(unit.name()));
    if (!known && script.isPresent()) {
      problems.add(scriptAlone(unit, script.get(), wanted));
    } else if (!known) {
      problems.add(
          Problem.of(
              Code.UNKNOWN_UNIT,
              unit.place(),
              UnitLinks.fullName(unit.name())
                  + ": no such unit in the image (expected: one that a package or the template brings)",
              "add the package that brings it to systemConfig.packages"));
    }
    return known;
  }
}
