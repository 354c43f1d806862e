package io.microvisor.cli.image;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.compose.inspect.BootAnatomy;
import io.microvisor.compose.inspect.CommandLine;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Shows a [BootAnatomy] on a terminal and to machines.
final class BootView {
  private static final int LARGEST = 6;

  private BootView() {}

  static void print(BootAnatomy boot, PrintWriter out) {
    if (!boot.loader().isEmpty()) {
      line(
          out,
          "boot loader",
          boot.loader().entrySet().stream()
              .map(each -> each.getKey() + " " + each.getValue())
              .collect(Collectors.joining(", ")));
    }
    line(out, "kernel image", boot.kernel().isEmpty() ? "this file" : boot.kernel());
    line(
        out,
        "  sections",
        boot.sections().entrySet().stream()
            .map(each -> each.getKey() + " " + new ByteSize(each.getValue()))
            .collect(Collectors.joining(", ")));
    out.println("command line");
    for (CommandLine.Word word : boot.commandLine().words()) {
      String text = word.text().length() > 42 ? word.text().substring(0, 39) + "..." : word.text();
      out.println("  %-42s  %s".formatted(Printable.text(text), word.meaning()).stripTrailing());
    }
    BootAnatomy.Initrd initrd = boot.initrd();
    line(
        out,
        "initrd",
        new ByteSize(initrd.stored())
            + ", unpacked "
            + new ByteSize(initrd.unpacked())
            + " in "
            + initrd.files()
            + " files, "
            + initrd.modules().size()
            + " kernel modules");
    line(
        out,
        "  largest",
        initrd.largest().stream()
            .limit(LARGEST)
            .map(each -> each.path().replaceFirst(".*/", "") + " " + new ByteSize(each.size()))
            .collect(Collectors.joining(", ")));
    start(out, initrd.start());
    if (!boot.root().target().isEmpty()) {
      line(out, "root", "");
      start(out, boot.root());
    }
    if (boot.findings().isEmpty()) {
      line(out, "costs time", "nothing that is known to be needless");
    } else {
      out.println("costs time");
      boot.findings()
          .forEach(each ->
              out.println(
                  "  " + Printable.text(each.subject()) + ": " + Printable.text(each.what())));
    }
  }

  private static void start(PrintWriter out, BootAnatomy.Start start) {
    line(out, "  boots into", start.target() + ": " + kinds(start.units()));
    line(out, "  services", ofKind(start.units(), ".service"));
    line(out, "  timers", ofKind(start.units(), ".timer"));
    line(out, "  generators", String.join(" ", start.generators()));
  }

  private static String kinds(SortedSet<String> units) {
    Map<String, Long> kinds =
        units.stream()
            .collect(
                Collectors.groupingBy(
                    unit -> unit.substring(unit.lastIndexOf('.') + 1),
                    TreeMap::new,
                    Collectors.counting()));
    return units.size()
        + " units ("
        + kinds.entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey())
            .collect(Collectors.joining(", "))
        + ")";
  }

  private static String ofKind(SortedSet<String> units, String suffix) {
    return units.stream()
        .filter(unit -> unit.endsWith(suffix))
        .map(unit -> unit.substring(0, unit.length() - suffix.length()))
        .collect(Collectors.joining(" "));
  }

  private static void line(PrintWriter out, String name, String value) {
    out.println("%-14s  %s".formatted(name, Printable.text(value)).stripTrailing());
  }

  static Map<String, Object> json(BootAnatomy boot) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("loader", boot.loader());
    answer.put("kernel", boot.kernel());
    answer.put("sections", boot.sections());
    answer.put(
        "commandLine",
        boot.commandLine().words().stream()
            .map(word -> pair("word", word.text(), "meaning", word.meaning()))
            .toList());
    BootAnatomy.Initrd initrd = boot.initrd();
    Map<String, Object> files = new LinkedHashMap<>();
    files.put("stored", initrd.stored());
    files.put("unpacked", initrd.unpacked());
    files.put("files", initrd.files());
    files.put(
        "largest",
        initrd.largest().stream()
            .map(each -> pair("path", each.path(), "size", each.size()))
            .toList());
    files.put("modules", List.copyOf(initrd.modules()));
    files.putAll(json(initrd.start()));
    answer.put("initrd", files);
    answer.put("root", json(boot.root()));
    answer.put(
        "findings",
        boot.findings().stream()
            .map(each -> pair("subject", each.subject(), "what", each.what()))
            .toList());
    return answer;
  }

  private static Map<String, Object> json(BootAnatomy.Start start) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("target", start.target());
    one.put("units", List.copyOf(start.units()));
    one.put("generators", List.copyOf(start.generators()));
    return one;
  }

  private static Map<String, Object> pair(String a, Object first, String b, Object second) {
    Map<String, Object> pair = new LinkedHashMap<>();
    pair.put(a, first);
    pair.put(b, second);
    return pair;
  }
}
