package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.schema.ShapeCheck;
import io.microvisor.compose.template.SystemConfig.Retention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Binds `systemConfig`.
final class SystemBinder {
  /// What the build itself says on the command line; a second voice could only break the verified start.
  private static final Set<String> OWN_PARAMETERS =
      Set.of("root", "roothash", "rootfstype", "rootflags", "ro", "rw", "init", "rdinit", "initrd");

  private final Fields system;
  private final TemplateFolder folder;
  private final List<Problem> problems;
  private final PathClaims claims;

  SystemBinder(Fields system, TemplateFolder folder, List<Problem> problems) {
    this.system = system;
    this.folder = folder;
    this.problems = problems;
    this.claims = new PathClaims(problems);
  }

  /// @param image the image's name
  SystemConfig bind(String image) {
    CloudInitBinder cloudInit =
        new CloudInitBinder(system.block("cloudInit"), folder, claims, problems);
    FileBinder files = new FileBinder(folder, claims, problems);
    SystemConfig config =
        new SystemConfig(
            system.text("name", ""),
            system.text("description", ""),
            system.text("hostname", "localhost"),
            packages(system),
            system.flag("recommends"),
            system.flag("suggests"),
            debconf(),
            system.blocks("users").stream().map(this::user).toList(),
            system.blocks("groups").stream().map(SystemBinder::group).toList(),
            services(system.block("services")),
            joined(files.files(system.blocks("additionalFiles")), cloudInit.files(image)),
            files.folders(system.blocks("additionalFolders")),
            kernel(system.block("kernel")),
            network(system.block("network")),
            new PersistenceBinder(system.block("persistence"), folder, problems).bind(),
            provisioning(cloudInit.enabled()),
            system.texts("locales").stream()
                .map(item -> new LocaleName(item.text(), item.place()))
                .toList(),
            retention("documentation"),
            retention("packageDatabase"),
            system.place());
    system.block("immutability");
    locales(config.locales());
    distinctUsers(config.users());
    distinctGroups(config.groups());
    claim(config);
    return config;
  }

  /// Takes the paths that keys write, so that no file of the template silently replaces what they say.
  ///
  /// A template's own `/etc/hosts` beside a `hostname` is no contradiction: whoever adds names to it has to write it whole.
  private void claim(SystemConfig config) {
    if (system.has("hostname")) {
      claim("hostname", "/etc/hostname", system.place("hostname"));
    }
    config.users().stream()
        .findFirst()
        .ifPresent(user -> {
          claim("users", "/etc/passwd", user.place());
          claim("users", "/etc/shadow", user.place());
        });
    config.users().stream()
        .map(User::place)
        .findFirst()
        .or(() -> config.groups().stream().map(User.Group::place).findFirst())
        .ifPresent(place -> {
          String key = config.users().isEmpty() ? "groups" : "users";
          claim(key, "/etc/group", place);
          claim(key, "/etc/gshadow", place);
        });
    Set<String> names = new HashSet<>();
    for (User user : config.users()) {
      if (names.add(user.name())) { // The second of two is a problem already.
        if (user.sudo().or(false)) {
          claim("sudo", user.sudoRule(), user.sudo().placeOr(user.place()));
        }
        if (!user.sshKeys().isEmpty() && hasOwnHome(config, user)) {
          claim("sshAuthorizedKeys", User.keysIn(user.home().or(user.defaultHome())), user.place());
        }
      }
    }
    if (!config.network().interfaces().isEmpty()) {
      for (String path : config.network().files().keySet()) {
        claim("network", path, config.network().place());
      }
    }
  }

  /// Whether no other user's home is this one's, which the tree's check refuses in better words.
  private static boolean hasOwnHome(SystemConfig config, User user) {
    String home = user.home().or(user.defaultHome());
    return config.users().stream()
            .filter(other -> other.home().or(other.defaultHome()).equals(home))
            .count()
        == 1;
  }

  private void claim(String key, String path, Place place) {
    claims.claim(path, new PathClaims.Claim(key + ": " + path, path, PathClaims.Kind.FILE, place));
  }

  private static List<AdditionalFile> joined(
      List<AdditionalFile> files, List<AdditionalFile> more) {
    return Stream.concat(files.stream(), more.stream()).toList();
  }

  private Provisioning provisioning(boolean cloudInit) {
    Fields fields = system.block("provisioning");
    Provisioning.Answers answers =
        switch (fields.text("answers", "none")) {
          case "once" -> Provisioning.Answers.ONCE;
          case "each-boot" -> Provisioning.Answers.EACH_BOOT;
          default -> Provisioning.Answers.NONE;
        };
    if (cloudInit && answers != Provisioning.Answers.NONE) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              fields.place("answers"),
              "answers: cloud-init configures the machine, too (expected: one of them)"));
    }
    return new Provisioning(
        answers,
        cloudInit ? Provisioning.CloudInit.YES : Provisioning.CloudInit.NO,
        fields.place());
  }

  /// The answers, the last one for each question; a second one in the same file is a slip.
  private List<DebconfAnswer> debconf() {
    Map<String, DebconfAnswer> answers = new LinkedHashMap<>();
    for (Fields.Item line : system.texts("debconf")) {
      DebconfAnswer answer = DebconfAnswer.parse(line.text(), line.place());
      DebconfAnswer before = answers.remove(answer.question());
      if (before != null && before.place().file().equals(answer.place().file())) {
        distinct("debconf " + answer.question(), before.place(), answer.place());
      }
      answers.put(answer.question(), answer);
    }
    return List.copyOf(answers.values());
  }

  private Retention retention(String name) {
    return system.text(name, "keep").equals("keep") ? Retention.KEEP : Retention.DROP;
  }

  private static List<PackageWish> packages(Fields fields) {
    return wishes(fields, "packages");
  }

  private static List<PackageWish> wishes(Fields fields, String name) {
    return fields.texts(name).stream()
        .map(item -> PackageWish.of(item.text(), item.place()))
        .toList();
  }

  private static List<String> texts(Fields fields, String name) {
    return fields.texts(name).stream().map(Fields.Item::text).toList();
  }

  private User user(Fields user) {
    String name = user.text("name", "");
    List<String> keys = new ArrayList<>();
    for (Fields.Item key : user.texts("sshAuthorizedKeys")) {
      checkKey("sshAuthorizedKeys", key.text(), key.place());
      keys.add(key.text().strip());
    }
    for (Fields.Item file : user.texts("sshAuthorizedKeysFiles")) {
      keys.addAll(new FileBinder(folder, claims, problems).keys(file, this::checkKey));
    }
    return new User(
        name,
        number(user, "uid"),
        setting(user, "password", User.PasswordHash::new),
        texts(user, "groups"),
        setting(user, "sudo", _ -> user.flag("sudo")),
        setting(user, "home", Function.identity()),
        setting(user, "shell", Function.identity()),
        keys,
        user.place("name"));
  }

  /// What somebody wrote, without the vocabulary's default.
  private static <T> Setting<T> setting(Fields fields, String name, Function<String, T> reading) {
    return fields
        .text(name)
        .filter(_ -> fields.has(name))
        .<Setting<T>>map(item -> new Setting.Stated<>(reading.apply(item.text()), item.place()))
        .orElseGet(Setting.Unstated::new);
  }

  private static Setting<Long> number(Fields fields, String name) {
    return setting(fields, name, Long::parseLong);
  }

  private void checkKey(String subject, String line, Place place) {
    SshKey.complaint(line)
        .ifPresent(complaint ->
            problems.add(
                Problem.of(
                    Code.BAD_SSH_KEY,
                    place,
                    subject
                        + ": "
                        + complaint
                        + " (expected: type, base64, comment, such as ssh-ed25519 AAAA... me@work)",
                    "ssh-keygen -t ed25519 makes a pair; the file ending in .pub is the public"
                        + " one")));
  }

  private void locales(List<LocaleName> locales) {
    for (LocaleName each : locales) {
      if (!each.hasCode()) {
        List<String> codes = each.codes();
        problems.add(
            Problem.of(
                Code.UNKNOWN_LOCALE,
                each.place(),
                "locales: %s: no language has this code (expected: one of two or three letters, such as %s)"
                    .formatted(each.text(), codes.isEmpty() ? "de" : String.join(" or ", codes))));
      }
    }
  }

  private static User.Group group(Fields group) {
    return new User.Group(group.text("name", ""), number(group, "gid"), group.place("name"));
  }

  private void distinctUsers(List<User> users) {
    Map<String, Place> names = new HashMap<>();
    Map<Long, Place> numbers = new HashMap<>();
    for (User user : users) {
      distinct("user " + user.name(), names.putIfAbsent(user.name(), user.place()), user.place());
      distinctNumber("uid", user.uid(), numbers);
    }
  }

  private void distinctGroups(List<User.Group> groups) {
    Map<String, Place> names = new HashMap<>();
    Map<Long, Place> numbers = new HashMap<>();
    for (User.Group group : groups) {
      Place place = group.place();
      distinct("group " + group.name(), names.putIfAbsent(group.name(), place), place);
      distinctNumber("gid", group.gid(), numbers);
    }
  }

  private void distinctNumber(String kind, Setting<Long> number, Map<Long, Place> seen) {
    switch (number) {
      case Setting.Stated<Long>(Long value, Place place) ->
          distinct(kind + " " + value, seen.putIfAbsent(value, place), place);
      case Setting.Unstated<Long> _ -> {}
    }
  }

  private void distinct(String subject, @Nullable Place first, Place second) {
    if (first != null) {
      problems.add(
          Problem.of(
              Code.DUPLICATE_ENTRY,
              second,
              subject + ": stands twice (expected: once)",
              "it stands at " + first + " already"));
    }
  }

  private Services services(Fields services) {
    List<Services.Unit> disable = units(services, "disable");
    List<Services.Unit> mask = units(services, "mask");
    List<Services.Unit> enable = new ArrayList<>(units(services, "enable"));
    List<Services.UnitFile> files =
        services.named("units").stream()
            .map(unit ->
                new Services.UnitFile(unit.name().text(), unit.value().text(), unit.name().place()))
            .toList();
    for (Services.Unit unit : enable) {
      Optional<Services.Unit> other =
          disable.stream().filter(not -> not.name().equals(unit.name())).findFirst();
      Optional<Services.Unit> masked =
          mask.stream().filter(not -> not.name().equals(unit.name())).findFirst();
      other
          .or(() -> masked)
          .ifPresent(not ->
              problems.add(
                  Problem.of(
                      Code.CONTRADICTION,
                      unit.place(),
                      "enable: "
                          + unit.name()
                          + " is also to be "
                          + (other.isPresent() ? "disabled" : "masked")
                          + " (expected: one of them)",
                      "it stands at "
                          + not.place()
                          + " too; write -"
                          + unit.name()
                          + " to take back an inherited entry")));
    }
    for (Services.UnitFile file : files) {
      claims.claim(
          file.path(),
          new PathClaims.Claim(file.subject(), file.path(), PathClaims.Kind.FILE, file.place()));
      boolean named =
          enable.stream().anyMatch(unit -> unit.name().equals(file.name()))
              || disable.stream().anyMatch(unit -> unit.name().equals(file.name()))
              || mask.stream().anyMatch(unit -> unit.name().equals(file.name()));
      if (file.installable() && !named) {
        enable.add(new Services.Unit(file.name(), file.place()));
      }
    }
    return new Services(enable, disable, mask, files);
  }

  private static List<Services.Unit> units(Fields services, String name) {
    return services.texts(name).stream()
        .map(item -> new Services.Unit(item.text(), item.place()))
        .toList();
  }

  private Kernel kernel(Fields kernel) {
    List<Fields.Item> parts = new ArrayList<>(kernel.text("cmdline").stream().toList());
    parts.addAll(kernel.texts("parameters"));
    for (Fields.Item part : parts) {
      for (String word : part.text().split(" +", -1)) {
        String name = word.replaceFirst("=.*", "");
        if (OWN_PARAMETERS.contains(name) || name.startsWith("systemd.verity")) {
          problems.add(
              Problem.of(
                  Code.BAD_CMDLINE,
                  part.place(),
                  name + ": set by the build itself (expected: a command line without it)"));
        }
      }
    }
    Fields modules = kernel.block("modules");
    List<PackageWish> packages = packages(kernel);
    if (kernel.has("packages") && packages.isEmpty()) {
      problems.add(
          Problem.of(
              Code.BAD_VALUE,
              kernel.place("packages"),
              "packages: no kernel (expected: at least one package, such as linux-image-amd64)"));
    }
    return new Kernel(
        packages,
        kernel.text("version", ""),
        String.join(" ", parts.stream().map(part -> part.text().strip()).toList()).strip(),
        new ModuleSelection(
            switch (modules.text("profile", "all")) {
              case "edge" -> ModuleSelection.Profile.EDGE;
              case "virtual" -> ModuleSelection.Profile.VIRTUAL;
              default -> ModuleSelection.Profile.ALL;
            },
            texts(modules, "include"),
            texts(modules, "exclude")),
        new Kernel.Named(
            Arrays.stream(kernel.text("enableExtraModules", "").split("[ ,]+", -1))
                .filter(name -> !name.isEmpty())
                .toList(),
            kernel.place("enableExtraModules")),
        wishes(kernel, "dkms"),
        kernel.place());
  }

  private Network network(Fields network) {
    return new Network(
        network.blocks("interfaces").stream()
            .map(one ->
                new Network.Interface(
                    one.text("name", ""),
                    one.flag("dhcp4"),
                    one.flag("dhcp6"),
                    addresses(one, "addresses"),
                    one.blocks("routes").stream().map(this::route).toList(),
                    servers(one),
                    one.place()))
            .toList(),
        network.place());
  }

  private Network.Route route(Fields route) {
    route
        .text("to")
        .filter(item -> !item.text().equals("default"))
        .ifPresent(item -> checkAddress("to", item, IpAddress.Prefix.OPTIONAL));
    route.text("via").ifPresent(item -> checkAddress("via", item, IpAddress.Prefix.NONE));
    return new Network.Route(route.text("to", ""), route.text("via", ""));
  }

  private List<String> addresses(Fields one, String key) {
    one.texts(key).forEach(item -> checkAddress(key, item, IpAddress.Prefix.REQUIRED));
    return texts(one, key);
  }

  private List<String> servers(Fields one) {
    one.texts("nameservers")
        .forEach(item -> checkAddress("nameservers", item, IpAddress.Prefix.NONE));
    return texts(one, "nameservers");
  }

  private void checkAddress(String key, Fields.Item item, IpAddress.Prefix prefix) {
    IpAddress.complaint(item.text(), prefix)
        .ifPresent(expected ->
            problems.add(
                Problem.of(
                    Code.BAD_VALUE,
                    item.place(),
                    key + ": " + ShapeCheck.shown(item.text()) + " (expected: " + expected + ")")));
  }
}
