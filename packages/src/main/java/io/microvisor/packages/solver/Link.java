package io.microvisor.packages.solver;

import java.util.List;

/// One reason why a member of a set is there: somebody asks for something that it is.
///
/// @param asker who asks
/// @param kind what sort of demand it is
/// @param verb what the asker does, such as `needs`
/// @param text what is asked for, in the universe's language, such as `default-mta | mail-transport-agent`
/// @param member who answers
/// @param as the name under which it answers: its own, or one that it provides
/// @param others the other members that answer as well, ordered by name; mostly none
public record Link<P>(
    Asker<P> asker,
    Requirement.Kind kind,
    String verb,
    String text,
    Pick<P> member,
    String as,
    List<Pick<P>> others) {
  /// Who asks.
  public sealed interface Asker<P> {
    /// Whoever made the wish.
    record Wisher<P>(Wish wish) implements Asker<P> {}

    /// The system: what every system has, it has unasked.
    record Always<P>() implements Asker<P> {}

    /// Another member.
    record Member<P>(Pick<P> pick) implements Asker<P> {}
  }

  /// Keeps its own copy of the others.
  public Link {
    others = List.copyOf(others);
  }

  /// Whether it answers by providing what is asked for, under a name that is not its own.
  public boolean provided() {
    return !as.equals(member.name());
  }

  /// Whether the asker cannot do without this very member.
  public boolean firm() {
    return kind.must() && others.isEmpty();
  }

  /// The link in plain words: `app 1 needs default-mta | mail-transport-agent, provided by exim4 4.98`.
  public String sentence() {
    String said =
        switch (asker) {
          case Asker.Wisher<P>(Wish wish) -> wish + " is asked for";
          case Asker.Always<P> _ -> "the system " + verb + " " + text;
          case Asker.Member<P>(Pick<P> pick) -> pick + " " + verb + " " + text;
        };
    return provided() ? said + ", provided by " + member : said;
  }
}
