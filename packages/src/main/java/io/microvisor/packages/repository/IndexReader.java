package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.catalog.CatalogWriter;
import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.catalog.SearchText;
import io.microvisor.packages.deb.ControlReader;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Understands the text of a `Packages` index, record by record: one that cannot be read is left out.
///
/// apt takes an index whole or not at all where its syntax is broken, and finds out about a field when dpkg does. Here
/// a version that is none concerns who wants that package.
///
/// @param catalog the file of the packages, for [io.microvisor.packages.catalog.StoredCatalog#read]
/// @param search what can be searched in, of the same packages in the same order
/// @param leftOut what was left out, in order
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
public record IndexReader(byte[] catalog, SearchText search, List<LeftOut> leftOut) {
  public IndexReader {
    leftOut = List.copyOf(leftOut);
  }

  /// Reads an index to its end.
  ///
  /// @param index the digest that the catalogue is to have of its index
  /// @throws FormatException if there are records, but none that can be used, or one that is too long
  public static IndexReader read(InputStream text, Digest index, Origin origin) throws IOException {
    ControlReader reader = new ControlReader(text);
    CatalogWriter catalog = new CatalogWriter();
    SearchText.Writer search = new SearchText.Writer();
    List<LeftOut> leftOut = new ArrayList<>();
    int used = 0;
    for (var next = reader.raw(); next.isPresent(); next = reader.raw()) {
      String name = "";
      try {
        Optional<ControlStanza> stanza = next.get().stanza();
        if (stanza.isPresent()) {
          name = stanza.get().text("Package");
          DebPackage item = DebPackage.of(stanza.get(), origin);
          catalog.add(item);
          search.add(name, item.version().toString(), stanza.get().text("Description"));
          used++;
        }
      } catch (FormatException e) {
        leftOut.add(new LeftOut(origin, oneLine(name), oneLine(String.valueOf(e.getMessage()))));
      }
    }
    if (used == 0 && !leftOut.isEmpty()) {
      throw FormatException.damaged(
          "package index",
          0,
          "none of its %d packages can be used: %s".formatted(leftOut.size(), leftOut.getFirst()));
    }
    return new IndexReader(catalog.file(index), search.text(), leftOut);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
