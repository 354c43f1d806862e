package io.microvisor.packages.solver;

import java.util.List;

/// What there is to choose from: candidates, numbered from 0, and their terms.
///
/// Every method gives the same answer each time it is asked. Terms are asked for only when a candidate comes into
/// question, at most once in a solution, so a universe may be large and lazy.
///
/// @param <P> what a candidate stands for, such as a package of an index
public interface Universe<P> {
  /// How many candidates there are.
  int size();

  /// What a candidate stands for.
  P item(int candidate);

  /// A candidate's name. Candidates of one name are versions of one thing.
  String name(int candidate);

  /// A candidate's version.
  String version(int candidate);

  /// What taking a candidate brings with it, including that no other version of it may be taken.
  Terms terms(int candidate);

  /// The name under which a candidate satisfies a requirement: its own, or one it provides.
  String nameIn(Requirement requirement, int candidate);

  /// What is known of things that might have satisfied a requirement and cannot be used, in words; empty where nothing
  /// is.
  default String unusable(Requirement requirement) {
    return "";
  }

  /// What is required before any wish; their verb and text complete the sentence "the system ...".
  List<Requirement> always();

  /// What a wish means here.
  Meaning meaning(String wish);
}
