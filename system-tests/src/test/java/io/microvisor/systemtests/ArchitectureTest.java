package io.microvisor.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What no module may do, over the classes of all.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
  private static final String BASE = "io.microvisor.";

  /// What each module may depend on; nothing follows from another's.
  private static final Map<String, Set<String>> MODULES =
      Map.of(
          "bytes", Set.of(),
          "formats", Set.of("bytes"),
          "store", Set.of("bytes", "formats"),
          "sandbox", Set.of("bytes", "formats"),
          "packages", Set.of("bytes", "formats", "store", "sandbox"),
          "machine", Set.of("bytes", "sandbox", "packages"),
          "compose", Set.of("bytes", "formats", "store", "sandbox", "packages"),
          "cli", Set.of("bytes", "formats", "store", "sandbox", "packages", "machine", "compose"));

  private JavaClasses classes = new ClassFileImporter().importClasses(List.of());

  @BeforeAll
  void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .withImportOption(location -> !location.contains("testkit"))
            .withImportOption(location -> !location.contains("/systemtests/"))
            .importPackages("io.microvisor");
  }

  @Test
  void everyModuleIsLookedAt() {
    Set<String> found =
        classes.stream()
            .map(each -> each.getPackageName().substring(BASE.length()).split("\\.", -1)[0])
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(found).isEqualTo(MODULES.keySet());
  }

  @Test
  void modulesDependOnlyOnWhatTheyMay() {
    MODULES.forEach((module, allowed) -> {
      String[] others =
          MODULES.keySet().stream()
              .filter(other -> !other.equals(module) && !allowed.contains(other))
              .map(other -> BASE + other + "..")
              .toArray(String[]::new);
      if (others.length > 0) {
        check(
            noClasses()
                .that()
                .resideInAPackage(BASE + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .because("what stands lower must be usable without what stands on it"));
      }
    });
  }

  /// An edge that nothing needs is one that nobody notices when it comes back.
  @Test
  void modulesDependOnAllTheyMay() {
    MODULES.forEach((module, allowed) -> {
      Set<String> used =
          classes.stream()
              .filter(each -> each.getPackageName().startsWith(BASE + module))
              .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
              .map(dependency -> dependency.getTargetClass().getPackageName())
              .filter(name -> name.startsWith(BASE))
              .map(name -> name.substring(BASE.length()).split("\\.", -1)[0])
              .filter(other -> !other.equals(module))
              .collect(Collectors.toSet());
      assertThat(used).as(module).isEqualTo(allowed);
    });
  }

  @Test
  void formatsDoNotKnowEachOther() {
    Set<String> formats =
        classes.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(BASE + "formats."))
            .map(name -> name.substring((BASE + "formats.").length()).split("\\.", -1)[0])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(formats).contains("erofs", "gpt", "tree", "uki");
    for (String format : formats) {
      Set<String> others = new TreeSet<>(formats);
      others.remove(format);
      others.remove("tree"); // the pivot that all share
      others.remove("compression"); // limits and translated exceptions exist once, for all decoders
      if (format.equals("uki")) {
        others.remove("pe"); // a unified kernel image is a PE image with certain sections
      }
      check(
          noClasses()
              .that()
              .resideInAPackage(BASE + "formats." + format + "..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(
                  others.stream().map(o -> BASE + "formats." + o + "..").toArray(String[]::new))
              .because("a format is read with its specification in the other hand, one at a time"));
    }
  }

  @Test
  void packagesHaveNoCycles() {
    check(
        slices()
            .matching("io.microvisor.(**)")
            .should()
            .beFreeOfCycles()
            .because("packages in a circle are one package with many names"));
  }

  @Test
  void onlyTheCommandLinePrints() {
    check(
        outside("cli", Map.of())
            .should()
            .accessTargetWhere(
                target("System.out and System.err", System.class, "out", "err")
                    .or(target("printing stack traces", Throwable.class, "printStackTrace")))
            .because(
                "libraries return values and emit events; who shows them is not their business"));
  }

  /// Where one door makes everything harmless, there may be no other.
  @Test
  void theCommandLinePrintsThroughOneWriter() {
    check(
        noClasses()
            .that()
            .resideInAPackage(BASE + "cli..")
            .and(describe("are not Main", each -> !each.getSimpleName().equals("Main")))
            .should()
            .accessTargetWhere(target("System.out and System.err", System.class, "out", "err"))
            .because("TerminalWriter strips escape sequences and logins"));
    check(
        noClasses()
            .that()
            .resideInAPackage(BASE + "cli..")
            .and(
                describe(
                    "are not TerminalWriter",
                    each -> !each.getName().startsWith(BASE + "cli.terminal.TerminalWriter")))
            .should()
            .accessTargetWhere(
                target("writers besides", java.io.PrintWriter.class, "<init>")
                    .and(
                        describe(
                            "no TerminalWriter",
                            access ->
                                !access.getTargetOwner().getSimpleName().equals("TerminalWriter")))
                    .or(target("streams that print", java.io.PrintStream.class, "<init>")))
            .because("TerminalWriter strips escape sequences and logins"));
    check(
        noClasses()
            .that()
            .resideInAPackage(BASE + "cli..")
            .and(
                describe(
                    "are neither TerminalWriter, EmtCommand nor Progress",
                    each ->
                        List.of("terminal.TerminalWriter", "EmtCommand", "terminal.Progress")
                            .stream()
                            .noneMatch(name -> each.getName().startsWith(BASE + "cli." + name))))
            .should()
            .accessTargetWhere(
                describe(
                    "TerminalWriter.own()",
                    access ->
                        access.getTargetOwner().getSimpleName().equals("TerminalWriter")
                            && access.getTarget().getName().equals("own")))
            .because("it is for help and the live region of progress, which have no foreign text"));
  }

  @Test
  void nothingReadsTheWorldUndeclared() {
    check(
        outside("cli", Map.of())
            .should()
            .accessTargetWhere(target("the environment", System.class, "getenv"))
            .because("what a build depends on must be declared, or it is not reproducible"));
    check(
        outside("cli", Map.of())
            .should()
            .accessTargetWhere(
                target("the clock", java.time.Instant.class, "now")
                    .or(target("the clock", java.time.LocalDate.class, "now"))
                    .or(target("the clock", java.time.LocalDateTime.class, "now"))
                    .or(target("the clock", java.time.OffsetDateTime.class, "now"))
                    .or(target("the clock", java.time.ZonedDateTime.class, "now"))
                    .or(
                        target(
                            "the clock", java.time.Clock.class, "systemUTC", "systemDefaultZone"))
                    .or(target("the clock", System.class, "currentTimeMillis"))
                    .or(target("the clock", java.util.Date.class, "<init>")))
            .because("times come in as arguments, or two builds differ"));
    check(
        outside("cli", Map.of())
            .should()
            .accessTargetWhere(
                target("chance", java.util.UUID.class, "randomUUID")
                    .or(target("chance", java.util.Random.class, "<init>"))
                    .or(target("chance", java.security.SecureRandom.class, "<init>"))
                    .or(target("chance", Math.class, "random"))
                    .or(target("chance", java.util.concurrent.ThreadLocalRandom.class, "current")))
            .because("identifiers derive from content, or two builds differ"));
  }

  @Test
  void nothingDependsOnDefaultLocaleCharsetOrZone() {
    check(
        outside("cli", Map.of())
            .should()
            .accessTargetWhere(
                target("a default", java.util.Locale.class, "getDefault")
                    .or(target("a default", java.nio.charset.Charset.class, "defaultCharset"))
                    .or(target("a default", java.time.ZoneId.class, "systemDefault"))
                    .or(withoutArgument("case by the default locale", String.class, "toLowerCase"))
                    .or(withoutArgument("case by the default locale", String.class, "toUpperCase"))
                    .or(withoutArgument("bytes by the default charset", String.class, "getBytes"))
                    .or(defaultFormat()))
            .because("a build in Ankara must be the build in Oslo"));
  }

  @Test
  void pathsAreNioPaths() {
    check(
        outside("cli", Map.of())
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File")
            .because("java.io.File hides why an operation failed"));
  }

  @Test
  void onlyBytesReadsAndWritesNumbers() {
    Map<String, String> exceptions =
        Map.of(
            "io.microvisor.formats.erofs.RunEncoder",
            "frames its values for the extent cache, which is no format of anybody else's",
            "io.microvisor.compose.pipeline.ContentHints",
            "orders digests by their first eight bytes, which are no number",
            "io.microvisor.compose.template.SshKey",
            "reads the one length that stands before a key's type, of a key already in memory",
            "io.microvisor.packages.catalog.StoredCatalog",
            "looks single numbers up in large tables, out of order, after a checksum over all",
            "io.microvisor.packages.catalog.CatalogWriter",
            "fills those tables out of order; CatalogLayout says where they are",
            "io.microvisor.compose.rootfs.Renumbering",
            "changes numbers in the middle of access control lists, whose length it goes by");
    check(
        outside("bytes", exceptions)
            .should()
            .accessTargetWhere(
                target(
                    "numbers in a ByteBuffer",
                    ByteBuffer.class,
                    "getInt",
                    "getLong",
                    "getShort",
                    "putInt",
                    "putLong",
                    "putShort"))
            .because(
                "StructReader and StructWriter name the byte order and check the field's place"));
  }

  private void check(ArchRule rule) {
    rule.check(classes);
  }

  /// No classes but those of one module, and but some others.
  ///
  /// @param exceptions class names, with the reason
  private static com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction outside(
      String module, Map<String, String> exceptions) {
    return noClasses()
        .that(
            describe(
                "stand outside " + module + " and are none of " + exceptions,
                each ->
                    !each.getPackageName().startsWith(BASE + module)
                        && exceptions.keySet().stream()
                            .noneMatch(name ->
                                each.getName().equals(name)
                                    || each.getName().startsWith(name + "$"))));
  }

  private static DescribedPredicate<JavaAccess<?>> target(
      String what, Class<?> owner, String... names) {
    return describe(
        what,
        access ->
            access.getTargetOwner().isAssignableTo(owner)
                && List.of(names).contains(access.getTarget().getName()));
  }

  private static DescribedPredicate<JavaAccess<?>> withoutArgument(
      String what, Class<?> owner, String name) {
    return target(what, owner, name)
        .and(
            describe(
                "without argument",
                access ->
                    access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget called
                        && called.getRawParameterTypes().isEmpty()));
  }

  private static DescribedPredicate<JavaAccess<?>> defaultFormat() {
    return target("text by the default locale", String.class, "format")
        .and(
            describe(
                "without locale",
                access ->
                    access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget called
                        && called.getRawParameterTypes().getFirst().isEquivalentTo(String.class)));
  }
}
