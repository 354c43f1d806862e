package io.microvisor.packages.catalog;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Priority;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Several catalogues as one.
final class JoinedCatalog implements PackageCatalog {
  private final List<PackageCatalog> parts;
  // Where each part begins, and where the last one ends.
  private final int[] starts;

  JoinedCatalog(List<PackageCatalog> parts) {
    this.parts = List.copyOf(parts);
    this.starts = new int[parts.size() + 1];
    for (int i = 0; i < parts.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], parts.get(i).size());
    }
  }

  @Override
  public int size() {
    return starts[parts.size()];
  }

  @Override
  public DebPackage item(int position) {
    Objects.checkIndex(position, size());
    int part = 0;
    while (position >= starts[part + 1]) {
      part++;
    }
    return parts.get(part).item(position - starts[part]);
  }

  @Override
  public int[] named(String name) {
    return positions(part -> part.named(name));
  }

  @Override
  public List<Provided> providers(String name) {
    List<Provided> all = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      for (Provided each : parts.get(i).providers(name)) {
        all.add(new Provided(starts[i] + each.position(), each.as()));
      }
    }
    return all;
  }

  @Override
  public List<String> names() {
    return merged(PackageCatalog::names);
  }

  @Override
  public List<String> providedNames() {
    return merged(PackageCatalog::providedNames);
  }

  @Override
  public int[] essential() {
    return positions(PackageCatalog::essential);
  }

  @Override
  public int[] ofPriority(Priority priority) {
    return positions(part -> part.ofPriority(priority));
  }

  @Override
  public List<SearchHit> search(List<String> words) throws IOException, InterruptedException {
    List<List<SearchHit>> found = new ArrayList<>();
    for (PackageCatalog part : parts) {
      found.add(part.search(words));
    }
    return SearchText.merged(words, found);
  }

  @Override
  public List<LeftOut> leftOut() {
    return parts.stream().flatMap(part -> part.leftOut().stream()).toList();
  }

  private List<String> merged(Function<PackageCatalog, List<String>> names) {
    TreeSet<String> all = new TreeSet<>();
    parts.forEach(part -> all.addAll(names.apply(part)));
    return List.copyOf(all);
  }

  private int[] positions(Function<PackageCatalog, int[]> asked) {
    int[] all = new int[0];
    for (int i = 0; i < parts.size(); i++) {
      int start = starts[i];
      int[] some = asked.apply(parts.get(i));
      if (some.length > 0) {
        int[] moved = IntStream.of(some).map(position -> position + start).toArray();
        int before = all.length;
        all = Arrays.copyOf(all, before + moved.length);
        System.arraycopy(moved, 0, all, before, moved.length);
      }
    }
    return all;
  }
}
