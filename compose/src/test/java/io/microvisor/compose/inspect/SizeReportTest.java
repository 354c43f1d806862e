package io.microvisor.compose.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.tree.TreePath;
import java.io.StringReader;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

final class SizeReportTest {
  private static ImageSizes sizes(String name) {
    SizeTree root =
        SizeTree.ofPaths(
            "root",
            List.of(
                item("usr/bin/tool", 60_000),
                item("usr/lib/modules/6.12/a.ko", 30_000),
                item(name, 10_000)));
    return new ImageSizes(
        SizeTree.of(
            "disk.raw",
            SizeTree.Kind.IMAGE,
            List.of(root.as("root", SizeTree.Kind.PARTITION, 7 << 20))),
        new PackageSizes(
            PackageSizes.Basis.FILES, List.of(new PackageSizes.PackageSize("tool", 1, 60_000, 1))));
  }

  private static SizeTree.Item item(String path, long stored) {
    return new SizeTree.Item(TreePath.of(path), false, stored, 2 * stored);
  }

  @Test
  void drawsAndListsAllParts() throws Exception {
    String page = SizeReport.html(sizes("etc/motd"));

    assertThat(page)
        .contains("97.7 KiB stored, 195.3 KiB of content unpacked; 7 MiB of the disk lie idle")
        .contains("<title>root/usr/bin/tool: 58.6 KiB stored (60.0 %), 117.2 KiB unpacked</title>")
        .contains("kernel modules</li>", "<td>tool</td>");
    Document svg = svg(page);
    assertThat(svg.getElementsByTagName("rect").getLength()).isGreaterThan(6);
    assertThat(svg.getDocumentElement().getAttribute("role")).isEqualTo("img");
  }

  @Test
  void isTheSamePageEveryTime() {
    assertThat(SizeReport.html(sizes("etc/motd"))).isEqualTo(SizeReport.html(sizes("etc/motd")));
  }

  @Test
  void namesFromTheImageAreOnlyText() throws Exception {
    String name = "etc/</title><script>alert('1')</script>&\u202e\u0001\"x";
    String page = SizeReport.html(sizes(name));

    assertThat(page.toLowerCase(Locale.ROOT)).doesNotContain("<script").doesNotContain("\u202e");
    assertThat(page).contains("default-src 'none'", "\\u202e\\u0001");
    assertThat(svg(page).getElementsByTagName("script").getLength()).isZero();
  }

  @Test
  void loadsNothing() {
    String page = SizeReport.html(sizes("etc/motd")).replace("http://www.w3.org/2000/svg", "");

    assertThat(page).doesNotContain("http:", "https:", "src=", "href=", "url(", "@import");
  }

  /// The picture, as an XML parser sees it.
  private static Document svg(String page) throws Exception {
    String svg = page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + 6);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
