package io.microvisor.compose.schema;

import static io.microvisor.compose.schema.Key.emt;
import static io.microvisor.compose.schema.Key.ict;
import static io.microvisor.compose.schema.TemplateKeys.block;
import static io.microvisor.compose.schema.TemplateKeys.items;
import static io.microvisor.compose.schema.TemplateKeys.line;
import static io.microvisor.compose.schema.TemplateKeys.text;

import io.microvisor.compose.schema.Key.Merge;
import io.microvisor.compose.schema.Shape.Block;
import io.microvisor.compose.schema.Shape.Flag;
import io.microvisor.compose.schema.Shape.Whole;

/// The part of the table of keys that is about repositories and pins.
final class RepositoryKeys {
  static final Block REPOSITORY =
      block(
          ict(
              "codename",
              text(Syntax.SUITES),
              "The suites below the address, separated by blanks; one that ends with a slash, such"
                  + " as `./`, is a flat repository."),
          ict(
              "url",
              text(Syntax.URL),
              "Where the repository is. Each entry has one of `url`, `path` and `packages`."),
          ict(
              "path",
              text(Syntax.LOCAL_PATH),
              "A folder of `.deb` files beside the template, in place of an address. With a key or"
                  + " a `codename` it is an archive with its own Release file; without, whatever"
                  + " lies in the folder and below is taken, and the manifest records it as"
                  + " unsigned."),
          ict(
              "packages",
              items(text(Syntax.PACKAGE_URL)),
              "Addresses of single packages, in place of a repository. Each ends with `#sha256=`"
                  + " and its digest, unless `insecureSkipVerify` is set."),
          ict(
                  "insecureSkipVerify",
                  new Flag(),
                  "Takes the repository although nobody signed it. The manifest records it.")
              .otherwise("false"),
          ict(
              "pkey",
              text(Syntax.LOCAL_PATH),
              "The OpenPGP key that signs the repository: a file in the template's folder."),
          ict("pkeys", items(text(Syntax.LOCAL_PATH)), "Several such keys."),
          ict("component", line(), "The components to use, separated by blanks.").otherwise("main"),
          emt(
              "releaseSuite",
              text(Syntax.SUITE),
              "What the Release file calls the suite, where that is not its `codename`, as with"
                  + " snapshots below a path of their own; `none` where it has neither `Suite` nor"
                  + " `Codename`. Without it such a file is refused, as it may be another suite's."
                  + " The manifest records it."),
          ict(
              "priority",
              new Whole(-9999, 9999),
              "How much its packages are preferred to those of others, as in apt: 500 is usual, the"
                  + " highest wins before the newest, below 0 nothing is taken. 0 is as if it were"
                  + " not there."),
          ict(
              "allowPackages",
              items(text(Syntax.PACKAGE_PATTERN)),
              "The only packages to take from here: names and patterns."));

  static final Key PINS =
      emt(
              "packagePins",
              items(
                  block(
                      emt(
                              "packages",
                              items(text(Syntax.PINNED)),
                              "Names and patterns of packages, `src:` before those of source"
                                  + " packages. A single `*` means all; it counts only where no"
                                  + " other entry does.")
                          .must(),
                      emt(
                          "release",
                          block(
                              emt("suite", line(), "The suite, by either of its names."),
                              emt("origin", line(), "Whose archive it is; `local` for folders."),
                              emt("label", line(), "The archive's label."),
                              emt("component", line(), "The component."),
                              emt("version", line(), "The release's version.")),
                          "Pins versions from archives whose Release file says so; patterns are"
                              + " allowed. Each entry has one of `release`, `version` and `site`."),
                      emt("version", line(), "Pins versions like this pattern, such as `6.12*`."),
                      emt("site", line(), "Pins versions from archives at this host."),
                      emt(
                              "priority",
                              new Whole(-32768, 32767),
                              "The priority, as in apt, but not 0. 500 is usual, below 0 means never.")
                          .must())),
              "Which versions of which packages are preferred, as in apt_preferences(5); the first"
                  + " that fits counts.")
          .merged(Merge.APPEND);

  private RepositoryKeys() {}
}
