package io.microvisor.cli.terminal;

/// What the process tells its caller.
public enum ExitCode {
  OK(0, "done"),
  FAILED(1, "the work failed: a package cannot be had, a script failed, the disk is full ..."),
  DIFFERENT(1, "emt diff alone: what was compared is different, as with diff(1)"),
  USAGE(2, "the command line is wrong"),
  PROBLEMS(3, "the template, lock or file of answers has problems; each is printed with its place"),
  ENVIRONMENT(4, "this machine lacks something; \"emt doctor\" names it and the fix"),
  BUG(70, "a defect of emt itself, shown with a stack trace"),
  INTERRUPTED(130, "cancelled with Ctrl-C");

  private final int value;
  private final String meaning;

  ExitCode(int value, String meaning) {
    this.value = value;
    this.meaning = meaning;
  }

  public int value() {
    return value;
  }

  String meaning() {
    return meaning;
  }
}
