package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.schema.ShapeCheck;
import io.microvisor.compose.template.AdditionalFile.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Binds `systemConfig.cloudInit`: its files become files of the image, where cloud-init's NoCloud source finds them
/// before it asks any disk.
final class CloudInitBinder {
  private static final String SEED = "/var/lib/cloud/seed/nocloud/";
  private static final String SETTINGS = "/etc/cloud/cloud.cfg.d/";

  private static final int LARGEST_READ = 1 << 20;

  /// The key in YAML, block or flow, quoted or not.
  private static final Pattern SEED_FROM =
      Pattern.compile("(?m)(?:^|[{,\\s])[\"']?seedfrom[\"']?[ \\t]*:");

  /// How user-data may begin, in any case (cloud-init's "User-data formats").
  private static final List<String> FORMS =
      List.of(
          "#!",
          "#include",
          "#cloud-config",
          "#cloud-boothook",
          "#part-handler",
          "## template: jinja");

  /// How far cloud-init looks for what makes a MIME message.
  private static final int MIME_WITHIN = 4096;

  /// What cloud-init calls what a key names.
  private static final Map<String, String> SEEDS =
      new TreeMap<>(
          Map.of(
              "userDataFile", "user-data",
              "metaDataFile", "meta-data",
              "networkConfigFile", "network-config"));

  private final Fields fields;
  private final TemplateFolder folder;
  private final PathClaims claims;
  private final List<Problem> problems;

  /// @param claims gets what goes where
  CloudInitBinder(Fields fields, TemplateFolder folder, PathClaims claims, List<Problem> problems) {
    this.fields = fields;
    this.folder = folder;
    this.claims = claims;
    this.problems = problems;
  }

  boolean enabled() {
    return fields.flag("enabled");
  }

  /// The files.
  ///
  /// @param image the image's name, which stands for the instance where no `metaDataFile` does
  List<AdditionalFile> files(String image) {
    List<AdditionalFile> files = new ArrayList<>();
    SEEDS.forEach((key, name) ->
        fields.text(key).ifPresent(item -> add(files, key, item, SEED + name, 0600)));
    for (Fields.Item item : fields.texts("configFiles")) {
      String name = item.text().replaceFirst(".*/", "");
      if (name.endsWith(".cfg")) {
        add(files, "configFiles", item, SETTINGS + name, 0644);
      } else {
        problems.add(
            Problem.of(
                Code.BAD_VALUE,
                item.place(),
                "configFiles: "
                    + ShapeCheck.shown(item.text())
                    + ": cloud-init would pass it by (expected: a name that ends in .cfg)"));
      }
    }
    boolean seeded = files.stream().anyMatch(file -> file.path().startsWith(SEED));
    if (seeded && !fields.has("metaDataFile")) {
      files.add(
          file(
              "cloudInit",
              SEED + "meta-data",
              new Content.Inline("instance-id: " + image + "\n"),
              0600,
              fields.place()));
    }
    return files;
  }

  private void add(
      List<AdditionalFile> files, String key, Fields.Item item, String path, int mode) {
    if (!enabled()) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              item.place(),
              key + ": nothing reads it (expected: enabled: true, or no files)"));
      return;
    }
    Optional<LocalFile> local = folder.file(key, item);
    local.ifPresent(found -> {
      if (path.endsWith("/user-data")) {
        checkForm(key, item, found);
      } else {
        checkSeed(key, item, found);
      }
      files.add(file(key, path, new Content.Local(found), mode, item.place()));
    });
  }

  /// What has none of the forms cloud-init ignores, with a line in a log on the machine.
  private void checkForm(String key, Fields.Item item, LocalFile found) {
    byte[] head = head(key, item, found);
    String text = new String(head, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    boolean gzip = text.startsWith("\u001f\u008b");
    boolean mime =
        text.substring(0, Math.min(text.length(), MIME_WITHIN)).contains("mime-version:");
    String begin = text.stripLeading();
    if (gzip || mime || begin.isEmpty() || FORMS.stream().anyMatch(begin::startsWith)) {
      return;
    }
    String first =
        new String(head, StandardCharsets.UTF_8).stripLeading().lines().findFirst().orElse("");
    problems.add(
        Problem.of(
            Code.BAD_VALUE,
            item.place(),
            "%s: %s begins with %s, and cloud-init would ignore it (expected: #cloud-config, #! and an interpreter, #include, or another of its forms)"
                .formatted(key, ShapeCheck.shown(item.text()), ShapeCheck.shown(first)),
            "if it is YAML for cloud-init, put #cloud-config into its first line"));
  }

  /// `seedfrom` leads elsewhere for what configures the machine; on the machine it is refused, too.
  private void checkSeed(String key, Fields.Item item, LocalFile found) {
    String text = new String(head(key, item, found), StandardCharsets.ISO_8859_1);
    if (SEED_FROM.matcher(text).find()) {
      problems.add(
          Problem.of(
              Code.BAD_VALUE,
              item.place(),
              key
                  + ": "
                  + ShapeCheck.shown(item.text())
                  + " says seedfrom (expected: nothing from elsewhere, but user-data beside it)",
              "put what lies there into userDataFile"));
    }
  }

  /// A file's beginning; empty, with a problem, where it cannot be read.
  private byte[] head(String key, Fields.Item item, LocalFile found) {
    try (InputStream in = Files.newInputStream(found.path())) {
      return in.readNBytes(LARGEST_READ);
    } catch (IOException e) {
      problems.add(
          Problem.of(
              Code.MISSING_FILE,
              item.place(),
              key
                  + ": "
                  + ShapeCheck.shown(item.text())
                  + " cannot be read: "
                  + TemplateFolder.reason(e)
                  + " (expected: a file)"));
      return new byte[0];
    }
  }

  private AdditionalFile file(String key, String path, Content content, int mode, Place place) {
    AdditionalFile file = new AdditionalFile(key, path, content, mode, "root", "root", place);
    claims.claim(path, new PathClaims.Claim(file.subject(), path, PathClaims.Kind.FILE, place));
    return file;
  }
}
