package io.microvisor.compose.kernel;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.Wish;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What it takes to build an image's kernel modules: what the template names, dkms, a compiler, and the headers of the image's
/// kernels.
///
/// Headers are named after the kernel by everyone who packages both: `linux-headers-<release>` beside
/// `linux-image-<release>`. Whoever does otherwise names them in the template.
public final class BuildSet {
  private static final List<String> TOOLS = List.of("dkms", "gcc", "make");
  private static final String HEADERS = "linux-headers-";
  private static final Pattern IMAGE =
      Pattern.compile("linux-image-(\\d.*?)(-unsigned)?", Pattern.DOTALL);

  private BuildSet() {}

  /// The wishes.
  ///
  /// @param image the packages of the image
  /// @param available whether an archive has a wish `name=version`
  /// @throws RejectedException if the template names no headers, and no package of the image tells them
  public static List<Wish> wishes(
      Kernel kernel, List<LockedPackage> image, Predicate<String> available)
      throws RejectedException {
    Set<String> named = new LinkedHashSet<>();
    List<Wish> wishes = new ArrayList<>();
    for (PackageWish wish : kernel.dkms()) {
      named.add(wish.name());
      wishes.add(new Wish(wish.text(), wish.place().toString()));
    }
    TOOLS.stream().filter(named::add).map(Wish::of).forEach(wishes::add);
    if (named.stream().noneMatch(name -> name.startsWith(HEADERS))) {
      wishes.addAll(headers(kernel, image, available));
    }
    return wishes;
  }

  private static List<Wish> headers(
      Kernel kernel, List<LockedPackage> image, Predicate<String> available)
      throws RejectedException {
    Place place = kernel.dkms().getFirst().place();
    List<Wish> headers = new ArrayList<>();
    for (LockedPackage each : image) {
      Matcher name = IMAGE.matcher(each.name());
      if (name.matches()) {
        String pinned = HEADERS + name.group(1) + "=" + each.version();
        headers.add(
            new Wish(available.test(pinned) ? pinned : HEADERS + name.group(1), place.toString()));
      }
    }
    if (headers.isEmpty()) {
      throw new RejectedException(
          List.of(
              Problem.of(
                  Code.MODULE_NOT_BUILT,
                  place,
                  "dkms: no package linux-image-<release> in the image, so its kernel's headers are"
                      + " not known (expected: one)",
                  "name the package with the headers, linux-headers-..., under systemConfig.kernel.dkms")));
    }
    return headers;
  }
}
