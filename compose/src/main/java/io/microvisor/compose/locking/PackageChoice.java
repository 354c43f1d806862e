package io.microvisor.compose.locking;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.rootfs.Gettys;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.compose.template.Provisioning;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.supply.Kept;
import io.microvisor.packages.supply.PackageSupply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Which packages an image is made of: the template's wishes, what the image cannot do without, and all they need.
public final class PackageChoice {
  /// What every image is made with, whatever its template says: boot loader and stub, and what the initrd is made of.
  private static final List<String> ALWAYS =
      List.of(
          "systemd",
          "systemd-sysv",
          "udev",
          "kmod",
          "systemd-boot-efi",
          "systemd-cryptsetup",
          "dmsetup");

  /// What a machine that keeps state makes and checks its partition with.
  private static final List<String> FOR_STATE = List.of("systemd-repart", "e2fsprogs");

  /// What a machine checks answers from outside with.
  private static final List<String> FOR_ANSWERS = List.of("mawk");

  private PackageChoice() {}

  /// What the choice is made from, in lines for people: a lock made from others is stale.
  public static List<String> inputs(Template template) {
    List<String> inputs = new ArrayList<>();
    inputs.add("suite " + template.target().suite());
    inputs.add("components " + String.join(" ", template.archive().components()));
    inputs.add("recommends " + template.system().recommends());
    if (template.system().suggests()) {
      inputs.add("suggests true");
    }
    template.archive().suites().forEach(suite -> inputs.add("suite " + suite));
    inputs.addAll(TemplateRepositories.inputs(template));
    wishes(template).forEach(wish -> inputs.add("package " + wish.text()));
    template.system().kernel().dkms().forEach(wish -> inputs.add("build package " + wish.text()));
    return inputs;
  }

  /// Chooses and pins.
  ///
  /// @throws RejectedException if wishes mean nothing or cannot be had together, with their places
  public static Lock lock(Template template, PackageSupply supply, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    Resolution.Solved<DebPackage> solved =
        solved(
            template,
            supply.solve(
                wishes(template),
                policy(template),
                TemplateRepositories.pins(template),
                Kept.NOTHING,
                listener));
    return pinned(template, solved, Kept.NOTHING, supply, listener);
  }

  /// Pins what was chosen, and what the kernel's modules are built with.
  ///
  /// @param built what of an earlier choice of build packages is preferred
  static Lock pinned(
      Template template,
      Resolution.Solved<DebPackage> solved,
      Kept built,
      PackageSupply supply,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    String architecture = template.target().packageArchitecture();
    return BuildPackages.add(
        supply.lock(solved, architecture, inputs(template), listener),
        template.system().kernel(),
        DebPolicy.of(architecture),
        TemplateRepositories.pins(template),
        built,
        supply,
        listener);
  }

  /// How packages are chosen for a template.
  public static DebPolicy policy(Template template) {
    DebPolicy policy = DebPolicy.of(template.target().packageArchitecture());
    if (template.system().recommends()) {
      policy = policy.withRecommendations();
    }
    return template.system().suggests() ? policy.withSuggestions() : policy;
  }

  /// The answer to a template's wishes, if it is one.
  ///
  /// @throws RejectedException if it is not, with the places of the wishes it is about
  static Resolution.Solved<DebPackage> solved(Template template, Resolution<DebPackage> resolution)
      throws IOException {
    return switch (resolution) {
      case Resolution.Solved<DebPackage> solved -> solved;
      case Resolution.Unsolvable<DebPackage> unsolvable ->
          throw new RejectedException(
              List.of(
                  Problem.of(
                      Code.UNSOLVABLE,
                      place(template, unsolvable.wishes()),
                      unsolvable.message())));
      case Resolution.Misunderstood<DebPackage> unknown ->
          throw new RejectedException(
              unknown.wishes().stream().map(each -> problem(template, each)).toList());
      case Resolution.GaveUp<DebPackage> gaveUp ->
          throw new IOException(
              "packages: no choice found in "
                  + gaveUp.steps()
                  + " steps (expected: an answer)\n  advice: pin versions of the packages that have many alternatives");
    };
  }

  /// What is wished for, each with its place in the template.
  public static List<Wish> wishes(Template template) {
    List<Wish> wishes = new ArrayList<>();
    Set<String> named = new LinkedHashSet<>();
    List<PackageWish> asked = new ArrayList<>(template.system().packages());
    asked.addAll(template.system().kernel().packages());
    for (PackageWish wish : asked) {
      named.add(wish.name());
      wishes.add(new Wish(wish.text(), wish.place().toString()));
    }
    List<String> needed = new ArrayList<>(ALWAYS);
    switch (template.system().persistence().state()) {
      case NONE -> {}
      case EXT4 -> needed.addAll(FOR_STATE);
    }
    Provisioning provisioning = template.system().provisioning();
    switch (provisioning.answers()) {
      case NONE -> {}
      case ONCE, EACH_BOOT -> needed.addAll(FOR_ANSWERS);
    }
    switch (provisioning.cloudInit()) {
      case NO -> {}
      case YES -> needed.add("cloud-init");
    }
    if (Gettys.wanted(template.system().services())) {
      needed.add(Gettys.PACKAGE);
    }
    needed.stream().filter(name -> !named.contains(name)).map(Wish::of).forEach(wishes::add);
    return wishes;
  }

  /// Where in the template an input comes from, as far as it can be told.
  static Place place(Template template, String input) {
    String[] words = input.split(" ", 2);
    return switch (words[0]) {
      case "package" -> place(template, List.of(Wish.of(words[words.length - 1])));
      case "suite" -> template.target().place();
      case "components" -> template.archive().place();
      default -> template.system().place();
    };
  }

  private static Problem problem(Template template, Resolution.Unknown unknown) {
    return Problem.of(
        Code.UNKNOWN_PACKAGE, place(template, List.of(unknown.wish())), unknown.message());
  }

  private static Place place(Template template, List<Wish> wishes) {
    Map<String, Place> places = new HashMap<>();
    template.system().packages().forEach(wish -> places.put(wish.text(), wish.place()));
    template.system().kernel().packages().forEach(wish -> places.put(wish.text(), wish.place()));
    return wishes.stream()
        .filter(wish -> places.containsKey(wish.text()))
        .findFirst()
        .map(wish -> places.get(wish.text()))
        .orElse(template.system().place());
  }
}
