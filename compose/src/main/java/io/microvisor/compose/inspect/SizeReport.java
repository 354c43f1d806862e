package io.microvisor.compose.inspect;

import io.microvisor.bytes.ByteSize;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// [ImageSizes] as a page of its own: a treemap, then the same figures as tables. It loads nothing and runs nothing, and
/// names from the image are only ever text in it.
public final class SizeReport {
  private static final double WIDTH = 1200;
  private static final double HEIGHT = 760;
  private static final double LETTER = 6.1;
  private static final int FEWEST_LETTERS = 5;
  private static final int MOST_PACKAGES = 60;
  private static final int DEEPEST = 4;
  private static final double LEAST_SHARE = 0.005;

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Where the bytes of %1$s are</title>
      <style>
      :root { color-scheme: light dark; }
      body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; padding: 0 1rem; max-width: 76rem; }
      h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
      figure { margin: 1rem 0; } svg { width: 100%%; height: auto; display: block; }
      svg text { font: 11px system-ui, sans-serif; fill: #14181c; pointer-events: none; }
      svg rect { stroke: #fff; stroke-width: 0.7; }
      svg g:hover > rect { stroke: #14181c; stroke-width: 1.5; }
      ul.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; }
      ul.legend span { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.4em; vertical-align: -0.1em; border: 1px solid #888; }
      table { border-collapse: collapse; } caption { text-align: left; padding-bottom: 0.4rem; }
      th, td { padding: 0.15rem 0.9rem 0.15rem 0; text-align: left; border-bottom: 1px solid #8884; }
      td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
      </style>
      </head>
      <body>
      <h1>Where the bytes of %1$s are</h1>
      """;

  private final ImageSizes sizes;
  private final StringBuilder page = new StringBuilder();

  private SizeReport(ImageSizes sizes) {
    this.sizes = sizes;
  }

  /// The page, in UTF-8 once it is written to a file.
  public static String html(ImageSizes sizes) {
    return new SizeReport(sizes).html();
  }

  private String html() {
    SizeTree all = sizes.tree();
    add(HEAD, text(all.name()));
    add(
        "<p>%s stored, %s of content unpacked%s.</p>\n",
        size(all.stored()),
        size(all.unpacked()),
        all.free() > 0 ? "; " + size(all.free()) + " of the disk lie idle, as room for later" : "");
    picture(Treemap.of(all, WIDTH, HEIGHT));
    parts(all);
    folders(all);
    packages();
    page.append("</body>\n</html>\n");
    return page.toString();
  }

  private void picture(Treemap map) {
    add(
        "<figure>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"map-title map-text\""
            + " xmlns=\"http://www.w3.org/2000/svg\">\n",
        (int) map.width(), (int) map.height());
    page.append("<title id=\"map-title\">Treemap of stored bytes</title>\n");
    page.append("<desc id=\"map-text\">Each rectangle is a file or folder, as large as its stored");
    page.append(" bytes. The tables below have the same figures.</desc>\n");
    Set<Category> used = EnumSet.noneOf(Category.class);
    map.cells().forEach(cell -> used.add(cell(cell)));
    page.append("</svg>\n<figcaption><ul class=\"legend\">\n");
    for (Category category : used) {
      add(
          "<li><span style=\"background:%s\"></span>%s</li>\n",
          category.colour(), text(category.title()));
    }
    page.append("</ul></figcaption>\n</figure>\n");
  }

  private Category cell(Treemap.Cell cell) {
    Treemap.Rect rect = cell.rect();
    Category category = Category.of(cell.chain());
    add(
        "<g><title>%s</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"%s/>",
        text(title(cell)),
        rect.x(),
        rect.y(),
        rect.width(),
        rect.height(),
        category.colour(),
        cell.isFrame() ? " fill-opacity=\"0.55\"" : "");
    String name = label(cell);
    if (!name.isEmpty()) {
      add("<text x=\"%.1f\" y=\"%.1f\">%s</text>", rect.x() + 3, rect.y() + 11, text(name));
    }
    page.append("</g>\n");
    return category;
  }

  private String title(Treemap.Cell cell) {
    SizeTree part = cell.part();
    if (cell.others() > 0) {
      return path(cell.chain().subList(0, cell.chain().size() - 1))
          + ": "
          + cell.others()
          + " smaller parts";
    }
    return path(cell.chain())
        + ": "
        + size(part.stored())
        + " stored ("
        + percent(part)
        + (part.unpacked() > 0 ? "), " + size(part.unpacked()) + " unpacked" : ")");
  }

  /// What fits into a cell: name and size, the name alone, its beginning, or nothing.
  private String label(Treemap.Cell cell) {
    SizeTree part = cell.part();
    String name = cell.others() > 0 ? cell.others() + " others" : part.name();
    String whole = cell.others() > 0 ? name : name + "  " + size(part.stored());
    double room = cell.rect().width() - 5;
    if (cell.rect().height() < Treemap.HEADER) {
      return "";
    }
    if (whole.length() * LETTER <= room) {
      return whole;
    }
    int letters = (int) (room / LETTER);
    if (name.length() <= letters) {
      return name;
    }
    return letters < FEWEST_LETTERS
        ? ""
        : name.substring(
                0,
                name.offsetByCodePoints(
                    0, Math.min(letters - 1, name.codePointCount(0, name.length()))))
            + "\u2026";
  }

  private void parts(SizeTree all) {
    page.append("<h2>Parts</h2>\n<table>\n<tr><th>part</th><th class=\"n\">stored</th>");
    page.append("<th class=\"n\">unpacked</th><th class=\"n\">idle</th></tr>\n");
    for (SizeTree part : all.parts()) {
      add(
          "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
          text(part.name()), size(part.stored()), size(part.unpacked()), size(part.free()));
    }
    page.append("</table>\n");
  }

  private void folders(SizeTree all) {
    page.append("<h2>Folders and files</h2>\n<table>\n");
    add("<caption>Down to half a percent of the whole.</caption>\n");
    page.append("<tr><th>path</th><th class=\"n\">stored</th><th class=\"n\">share</th>");
    page.append("<th class=\"n\">unpacked</th></tr>\n");
    for (SizeTree part : all.parts()) {
      folder(List.of(all, part), 0);
    }
    page.append("</table>\n");
  }

  private void folder(List<SizeTree> chain, int depth) {
    SizeTree part = chain.getLast();
    if (part.stored() < LEAST_SHARE * sizes.tree().stored()) {
      return;
    }
    add(
        "<tr><td style=\"padding-left:%.1fem\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
            + "<td class=\"n\">%s</td></tr>\n",
        1.2 * depth,
        text(part.name()),
        size(part.stored()),
        percent(part),
        part.unpacked() > 0 ? size(part.unpacked()) : "");
    if (depth < DEEPEST) {
      for (SizeTree below : part.parts()) {
        List<SizeTree> longer = new ArrayList<>(chain);
        longer.add(below);
        folder(longer, depth + 1);
      }
    }
  }

  private void packages() {
    PackageSizes packages = sizes.packages();
    if (packages.isEmpty()) {
      return;
    }
    page.append("<h2>Packages</h2>\n<table>\n");
    switch (packages.basis()) {
      case FILES -> add("<caption>The files of each in the root file system.</caption>\n");
      case ARCHIVES ->
          add(
              "<caption>The sizes of their archives: the image has no package database.</caption>\n");
    }
    page.append("<tr><th>package</th><th class=\"n\">stored</th><th class=\"n\">unpacked</th>");
    page.append("<th class=\"n\">files</th></tr>\n");
    for (PackageSizes.PackageSize each :
        packages.packages().stream().limit(MOST_PACKAGES).toList()) {
      add(
          "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
          text(each.name().isEmpty() ? "(none: made by the build, and folders)" : each.name()),
          size(each.stored()),
          each.unpacked() > 0 ? size(each.unpacked()) : "",
          each.files() > 0 ? Integer.toString(each.files()) : "");
    }
    page.append("</table>\n");
    int more = packages.packages().size() - MOST_PACKAGES;
    if (more > 0) {
      add("<p>And %d smaller ones.</p>\n", more);
    }
  }

  private String percent(SizeTree part) {
    return String.format(Locale.ROOT, "%.1f %%", 100.0 * part.stored() / sizes.tree().stored());
  }

  private static String path(List<SizeTree> chain) {
    return chain.size() == 1
        ? chain.getFirst().name()
        : chain.stream().skip(1).map(SizeTree::name).collect(Collectors.joining("/"));
  }

  private static String size(long bytes) {
    return new ByteSize(bytes).toString();
  }

  private void add(String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values));
  }

  /// Text as HTML. Control characters and invisible marks are shown by their numbers.
  private static String text(String plain) {
    StringBuilder out = new StringBuilder();
    plain
        .codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> {
              int type = Character.getType(c);
              if (Character.isISOControl(c)
                  || type == Character.FORMAT
                  || type == Character.SURROGATE
                  || type == Character.LINE_SEPARATOR
                  || type == Character.PARAGRAPH_SEPARATOR) {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                out.appendCodePoint(c);
              }
            }
          }
        });
    return out.toString();
  }
}
