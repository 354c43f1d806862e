package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.List;

/// Finds a set that satisfies all rules, by conflict-driven clause learning over rules that are fetched when their
/// owner is first taken.
///
/// Only requirements of what is taken lead to decisions (see [Agenda]), so everything is left out that nothing asks
/// for. Exclusions are not turned into clauses, which would be as many as pairs of versions: whoever is taken bars the
/// others, once nothing else follows.
final class Search {
  /// How it ended.
  sealed interface Outcome {
    /// The variables that are true, in the order in which they were taken.
    record Satisfied(List<Integer> taken) implements Outcome {}

    /// The rules of which a contradiction follows.
    record Contradiction(List<Rule> rules) implements Outcome {}

    /// The bounds are reached.
    record GaveUp(long steps, long cells) implements Outcome {}
  }

  private final Rules rules;
  private final Meter meter;
  private final Trail trail;
  private final Watches watches;
  private final Agenda agenda;
  private final Analysis analysis;
  // How much of the trail was propagated: through clauses, and through exclusions.
  private int propagated;
  private int barred;

  Search(Rules rules, Bounds bounds) {
    this.rules = rules;
    int variables = rules.variables();
    meter = new Meter(bounds);
    trail = new Trail(variables);
    watches = new Watches(variables, trail, meter);
    agenda = new Agenda(variables, trail, meter);
    analysis = new Analysis(variables, trail, meter);
  }

  Outcome run() {
    trail.assign(Clause.positive(Rules.SYSTEM), Trail.NO_CLAUSE);
    while (true) {
      Clause conflict = propagate();
      if (meter.exhausted()) {
        return new Outcome.GaveUp(meter.steps(), meter.cells());
      }
      if (conflict != Trail.NO_CLAUSE) {
        if (trail.level() == 0) {
          return new Outcome.Contradiction(analysis.rulesBehind(conflict));
        }
        learn(conflict);
        continue;
      }
      int decision = agenda.next();
      if (decision < 0) {
        return new Outcome.Satisfied(trail.taken());
      }
      agenda.mark();
      trail.openLevel();
      trail.assign(decision, Trail.NO_CLAUSE);
    }
  }

  /// Learns from a conflict, goes back to where it matters and draws the conclusion.
  private void learn(Clause conflict) {
    Analysis.Lesson lesson = analysis.learn(conflict);
    trail.goBack(lesson.level());
    agenda.goBack(lesson.level());
    propagated = trail.size();
    barred = trail.size();
    if (watches.add(lesson.clause())) {
      throw new IllegalStateException("a learned clause does not turn the search");
    }
  }

  /// Draws conclusions until there are no more, or the bounds are reached; returns the clause that cannot hold, or
  /// none.
  private Clause propagate() {
    while (!meter.exhausted()) {
      Clause conflict;
      if (propagated < trail.size()) {
        conflict = conclude(trail.literal(propagated++));
      } else if (barred < trail.size()) {
        conflict = bar(trail.literal(barred++));
      } else {
        return Trail.NO_CLAUSE;
      }
      if (conflict != Trail.NO_CLAUSE) {
        return conflict;
      }
    }
    return Trail.NO_CLAUSE;
  }

  private Clause conclude(int literal) {
    Clause conflict = watches.visit(Clause.not(literal));
    int variable = Clause.variable(literal);
    return conflict == Trail.NO_CLAUSE && (literal & 1) == 0 && !agenda.knows(variable)
        ? fetch(variable)
        : conflict;
  }

  /// Fetches what a variable requires, now that it is true; returns a clause that cannot hold, or none.
  private Clause fetch(int variable) {
    List<Clause> clauses = new ArrayList<>();
    for (Rule rule : rules.of(variable)) {
      Clause clause = Clause.of(rule);
      meter.keep(1L + clause.literals.length + clause.preference.length);
      clauses.add(clause);
    }
    rules.exclusions(variable).forEach(exclusion -> meter.steps(exclusion.others().size()));
    agenda.add(variable, clauses, rules);
    Clause conflict = Trail.NO_CLAUSE;
    for (Clause clause : clauses) {
      if (clause.requirement().stream().allMatch(required -> required.kind().must())
          && watches.add(clause)
          && conflict == Trail.NO_CLAUSE) {
        conflict = clause;
      }
    }
    return conflict;
  }

  /// Bars all that a variable excludes, now that it is true; returns what cannot hold, or none.
  private Clause bar(int literal) {
    if ((literal & 1) != 0) {
      return Trail.NO_CLAUSE;
    }
    int owner = Clause.variable(literal);
    for (Exclusion exclusion : rules.exclusions(owner)) {
      meter.steps(exclusion.others().size());
      for (int candidate : exclusion.others()) {
        int other = candidate + 1;
        int value = trail.value(Clause.positive(other));
        if (other != owner && value >= 0) {
          Clause clause = Clause.of(new Rule.Excludes(owner, exclusion.verb(), other));
          if (value > 0) {
            return clause;
          }
          trail.assign(Clause.not(Clause.positive(other)), clause);
        }
      }
    }
    return Trail.NO_CLAUSE;
  }
}
