package io.microvisor.packages.solver.deb;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.solver.Exclusion;
import io.microvisor.packages.solver.Meaning;
import io.microvisor.packages.solver.Requirement;
import io.microvisor.packages.solver.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The language of wishes, which is apt-get's and that of `Depends`:
///
/// | wish | means |
/// |---|---|
/// | `nginx`, `nginx:amd64` | the best version of it, or a provider of a virtual package |
/// | `nginx=1.26-1`, `nginx=1.26*` | such a version |
/// | `nginx (>= 1.25)`, `nginx >= 1.25` | such a version, or a provider of it |
/// | `nginx/trixie-security` | a version from that suite |
/// | `exim4 \| postfix` | one of them, the first preferred |
/// | `linux-image-*`, `lib?` | every package with such a name |
/// | `-nano`, `-libx11-*` | none of these |
final class DebWishes {
  private static final Pattern BARE_BOUND =
      Pattern.compile("([^\\s<>=()|]+)\\s*(<<|<=|>=|>>|<|>)\\s*(\\S+)");
  private static final String UNKNOWN = "no package of this name";

  /// Makes a requirement of alternatives.
  @FunctionalInterface
  interface Maker {
    Requirement make(List<Relation> alternatives, Requirement.Kind kind, String verb);
  }

  private final DebCandidates candidates;

  DebWishes(DebCandidates candidates) {
    this.candidates = candidates;
  }

  Meaning meaning(String wish, Maker maker) {
    String text = wish.strip();
    if (text.startsWith("-")) {
      return banned(text.substring(1));
    }
    int equals = text.indexOf('=');
    if (equals > 0 && "<>( ".indexOf(text.charAt(equals - 1)) < 0) {
      String version = text.substring(equals + 1).strip();
      Glob glob = Glob.of(version);
      return ofName(
          text.substring(0, equals),
          "=" + version,
          item -> glob.matches(item.version().toString()));
    }
    int slash = text.indexOf('/');
    if (slash > 0) {
      String suite = text.substring(slash + 1);
      return ofName(
          text.substring(0, slash), "/" + suite, item -> item.origin().suite().equals(suite));
    }
    if (Glob.isPattern(text)) {
      return everyLike(text);
    }
    Matcher bare = BARE_BOUND.matcher(text);
    if (bare.matches()) {
      text = bare.group(1) + " (" + bare.group(2) + " " + bare.group(3) + ")";
    }
    List<List<Relation>> clauses;
    try {
      clauses = Relations.parse(text).clauses();
    } catch (FormatException e) {
      return new Meaning.Unknown("not understood: " + e.getMessage(), List.of());
    }
    if (clauses.size() != 1) {
      return new Meaning.Unknown("not understood (expected: one package)", List.of());
    }
    List<Relation> alternatives = clauses.getFirst();
    Requirement requirement = maker.make(alternatives, Requirement.Kind.WISH, "wants");
    if (requirement.satisfiers().isEmpty()) {
      return nothingFor(alternatives.getFirst().name());
    }
    return understood(
        List.of(
            alternatives.size() == 1 ? itself(requirement, alternatives.getFirst()) : requirement));
  }

  /// Who wishes for a package by its name wants that package, not another that provides it, as long as there is one.
  private Requirement itself(Requirement any, Relation relation) {
    List<Integer> real =
        any.satisfiers().stream()
            .filter(each -> candidates.item(each).name().equals(relation.name()))
            .toList();
    return real.isEmpty() ? any : new Requirement(any.kind(), any.verb(), any.text(), real);
  }

  private Meaning ofName(String name, String condition, Predicate<DebPackage> accepted) {
    List<Integer> all = candidates.named(name.strip());
    List<Integer> fitting =
        all.stream().filter(each -> accepted.test(candidates.item(each))).toList();
    return fitting.isEmpty()
        ? nothingFor(name.strip())
        : understood(
            List.of(new Requirement(Requirement.Kind.WISH, "wants", name + condition, fitting)));
  }

  private Meaning everyLike(String glob) {
    List<Requirement> requirements = new ArrayList<>();
    for (String name : matching(glob)) {
      requirements.add(
          new Requirement(Requirement.Kind.WISH, "wants", name, candidates.named(name)));
    }
    return requirements.isEmpty()
        ? new Meaning.Unknown("no package has a name like this", List.of())
        : understood(requirements);
  }

  private Meaning banned(String name) {
    List<Integer> all = new ArrayList<>();
    for (String each : Glob.isPattern(name) ? matching(name) : List.of(name)) {
      all.addAll(candidates.named(each));
    }
    return all.isEmpty()
        ? nothingFor(name)
        : new Meaning.Understood(
            new Terms(List.of(), List.of(new Exclusion("is refused by", all))));
  }

  private List<String> matching(String glob) {
    Glob pattern = Glob.of(glob);
    return candidates.names().stream().filter(pattern::matches).toList();
  }

  private static Meaning understood(List<Requirement> requirements) {
    return new Meaning.Understood(new Terms(requirements, List.of()));
  }

  /// Those that can be wished for: Debian Policy 5.6.7 has no capital letters, and what an archive names against it cannot
  /// be written in a template.
  private static List<String> writable(Set<String> names) {
    return names.stream().filter(name -> name.matches("[a-z0-9][a-z0-9+.-]*")).toList();
  }

  /// Says why there is nothing: no such name, or no such version of it.
  private Meaning nothingFor(String name) {
    List<Integer> all = candidates.named(name);
    String leftOut = candidates.leftOut(name);
    String besides = leftOut.isEmpty() ? "" : " (left out: " + leftOut + ")";
    if (all.isEmpty() && candidates.virtualNames().contains(name)) {
      return new Meaning.Unknown(
          "no provider of " + name + " in such a version" + besides, List.of());
    }
    if (all.isEmpty()) {
      return new Meaning.Unknown(
          UNKNOWN + besides,
          leftOut.isEmpty() ? Names.closest(name, writable(candidates.names())) : List.of());
    }
    List<String> known =
        all.stream()
            .map(candidates::item)
            .map(item -> item.version() + " of " + item.origin())
            .toList();
    return new Meaning.Unknown(
        "no such version (there is " + String.join(", ", known) + ")" + besides, List.of());
  }
}
