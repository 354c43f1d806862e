package io.microvisor.systemtests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.packages.catalog.CatalogWriter;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.catalog.SearchText;
import io.microvisor.packages.catalog.StoredCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.repository.DebianKeys;
import io.microvisor.packages.repository.IndexFile;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.toolroot.ToolRoot;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.sandbox.ToolSpec;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What `tools/bench-packages` runs, each time in a Java machine of its own; the script says what is measured.
///
/// | arguments | what |
/// |---|---|
/// | `prepare FOLDER` | a mirror of trixie's indexes and of the packages of two locks, the addresses that is from, two wishes |
/// | `serve FOLDER` | the mirror over HTTP, until killed; the port is in `port` |
/// | `solve FOLDER WISHES` | indexes from the cache and a choice; signatures are taken as verified before, as apt does |
/// | `verify FOLDER WISHES` | the same, and signatures are verified, as emt does each time |
/// | `load FOLDER` | a catalogue of all packages is read and asked for one name |
/// | `fetch FOLDER LOCK FILE` | the lock's packages from the addresses in that file into an empty store |
/// | `apt FOLDER SCRIPT` | a shell script in the tool root, where the function `apt` is apt-get on the mirror |
public final class PackagesBench {
  private static final List<String> SUITES = List.of("trixie", "trixie-updates", "trixie-security");

  /// What together needs more than 1,500 packages.
  private static final List<String> MUCH =
      List.of("task-gnome-desktop", "task-kde-desktop", "build-essential", "libreoffice");

  /// Some hundred megabytes of packages.
  private static final List<String> DESKTOP =
      List.of("gnome-core", "build-essential", "libreoffice-writer");

  private static final int MANY = 1500;
  private static final Digest CATALOG = Digest.sha256("bench");
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private static final String APT =
      """
      apt() {
        apt-get -qq -y -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root \\
          -o APT::Architecture=amd64 -o APT::Install-Recommends=false -o APT::Get::AllowUnauthenticated=true \\
          -o Acquire::AllowInsecureRepositories=true -o Acquire::Languages=none "$@"
      }
      mkdir -p state/lists/partial cache/archives/partial
      : >status
      """;

  private final Path folder;

  private PackagesBench(Path folder) {
    this.folder = folder;
  }

  /// Does what the arguments say.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    PackagesBench bench = new PackagesBench(Path.of(arguments[1]).toAbsolutePath());
    switch (arguments[0]) {
      case "prepare" -> bench.prepare();
      case "serve" -> bench.serve();
      case "solve" -> bench.solve(arguments[2], new Trust.Unsigned());
      case "verify" -> bench.solve(arguments[2], new Trust.SignedBy(DebianKeys.keyring()));
      case "load" -> bench.load();
      case "fetch" -> bench.fetch(arguments[2], arguments[3]);
      case "apt" -> bench.apt(arguments[2]);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private Path mirror() {
    return folder.resolve("mirror");
  }

  private void prepare() throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      List<String> addresses = new ArrayList<>();
      for (RepositorySnapshot snapshot : archive.snapshots()) {
        mirror(archive, snapshot);
        addresses.add(snapshot.spec().archives().getFirst() + " " + snapshot.spec().suite());
      }
      Files.write(folder.resolve("mirror.addresses"), addresses);
      CatalogWriter catalog = new CatalogWriter();
      PackageCatalog all = archive.supply().packages(_ -> {});
      all.stream().forEach(catalog::add);
      Files.write(folder.resolve("catalog"), catalog.file(CATALOG));
      List<Wish> image = new ArrayList<>();
      switch (TemplateLoader.loadShipped("edge")) {
        case Loading.Loaded loaded ->
            PackageChoice.inputs(loaded.template()).stream()
                .filter(input -> input.startsWith("package "))
                .forEach(input -> image.add(Wish.of(input.substring("package ".length()))));
        case Loading.Rejected rejected -> throw new IOException(rejected.problems().toString());
      }
      write("image", image.stream().map(Wish::text));
      write(
          "essential",
          IntStream.of(all.essential()).mapToObj(all::item).map(DebPackage::name).distinct());
      Resolution.Solved<DebPackage> solved =
          solved(archive.supply().solve(image, DebPolicy.of("amd64"), _ -> {}));
      mirror(archive, solved, "image.lock");
      List<Wish> desktop = DESKTOP.stream().map(Wish::of).toList();
      mirror(
          archive,
          solved(archive.supply().solve(desktop, DebPolicy.of("amd64"), _ -> {})),
          "desktop.lock");
      DebPolicy policy = DebPolicy.of("amd64").withRecommendations();
      List<Wish> much = MUCH.stream().map(Wish::of).toList();
      write(
          "many",
          solved(archive.supply().solve(much, policy, _ -> {})).picks().stream()
              .map(Pick::name)
              .limit(MANY));
    }
  }

  private static Resolution.Solved<DebPackage> solved(Resolution<DebPackage> found)
      throws IOException {
    if (found instanceof Resolution.Solved<DebPackage> solved) {
      return solved;
    }
    throw new IOException("not solved: " + found);
  }

  /// Has the packages of a choice in the mirror, and its lock in a file.
  private void mirror(Archive archive, Resolution.Solved<DebPackage> solved, String file)
      throws IOException, InterruptedException {
    Lock lock = archive.supply().lock(solved, "amd64", List.of(), _ -> {});
    LockFile.write(lock, folder.resolve(file));
    List<Path> files = archive.supply().fetch(lock, _ -> {});
    for (int i = 0; i < files.size(); i++) {
      Path link = mirror().resolve(lock.packages().get(i).filename());
      if (!Files.exists(link)) {
        Files.createDirectories(link.resolveSibling(""));
        Files.createSymbolicLink(link, files.get(i));
      }
    }
  }

  private void write(String file, Stream<String> words) throws IOException {
    Files.writeString(folder.resolve(file), String.join(" ", words.toList()));
  }

  private void mirror(Archive archive, RepositorySnapshot snapshot)
      throws IOException, InterruptedException {
    String suite = snapshot.spec().suite();
    Path into = mirror().resolve("dists/" + suite);
    Path indexes = Files.createDirectories(into.resolve("main/binary-amd64"));
    try (Downloader downloader =
        new Downloader(archive.network(), archive.store(), Thread::sleep)) {
      URI address = snapshot.spec().archives().getFirst().resolve("dists/" + suite + "/InRelease");
      Small release = downloader.small(suite, address, 12 << 20, Validators.NONE);
      if (!(release instanceof Small.Fresh(byte[] content, Validators _))) {
        throw new IOException(address + ": is not there");
      }
      Files.write(into.resolve("InRelease"), content);
    }
    for (String suffix : List.of(".gz", ".xz")) {
      Optional<Path> file =
          snapshot
              .release()
              .file("main/binary-amd64/Packages" + suffix)
              .map(IndexFile::digest)
              .flatMap(archive.store().files()::path);
      if (file.isPresent()) {
        Files.copy(file.get(), indexes.resolve("Packages" + suffix));
      }
    }
  }

  private void serve() throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
    Files.writeString(folder.resolve("port"), "" + server.getAddress().getPort());
    Thread.currentThread().join();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Path file = mirror().resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
      if (!file.startsWith(mirror()) || !Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      exchange.sendResponseHeaders(200, Files.size(file));
      Files.copy(file, exchange.getResponseBody());
    }
  }

  /// All suites at an address.
  private static PackageSupply supply(Store store, URI archive, Trust trust) {
    List<RepositorySpec> specs = SUITES.stream().map(suite -> spec(archive, suite, trust)).toList();
    return new PackageSupply(store, specs, Network.DIRECT, Instant.now());
  }

  private static RepositorySpec spec(URI archive, String suite, Trust trust) {
    return new RepositorySpec(
        suite,
        List.of(archive),
        suite,
        List.of("main"),
        "amd64",
        trust,
        RepositorySpec.Freshness.UNCHECKED,
        RepositorySpec.Presence.OPTIONAL);
  }

  private void solve(String wishes, Trust trust) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply = supply(store, mirror().toUri(), trust)) {
      List<Wish> wanted = new ArrayList<>();
      for (String wish : Files.readString(folder.resolve(wishes)).split(" ", -1)) {
        wanted.add(Wish.of(wish));
      }
      Resolution<DebPackage> found = supply.solve(wanted, DebPolicy.of("amd64"), _ -> {});
      List<String> names = solved(found).picks().stream().map(Pick::name).toList();
      Files.write(folder.resolve("emt.names"), names);
      report(List.of());
    }
  }

  private void load() throws IOException {
    long before = System.nanoTime();
    PackageCatalog catalog =
        StoredCatalog.read(
            Files.readAllBytes(folder.resolve("catalog")),
            CATALOG,
            new Origin("Debian", "trixie", "main"),
            () -> new SearchText.Writer().text());
    int found = catalog.packages("libc6").size();
    long microseconds = (System.nanoTime() - before) / 1000;
    report(List.of("load " + microseconds, "found " + found));
  }

  private void fetch(String file, String addresses) throws IOException, InterruptedException {
    List<RepositorySpec> specs = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(addresses))) {
      String[] words = line.split(" ", 2);
      specs.add(spec(URI.create(words[0]), words[1], new Trust.Unsigned()));
    }
    Lock lock = LockFile.read(folder.resolve(file));
    try (Store store = Store.open(folder.resolve("fresh"));
        PackageSupply supply = new PackageSupply(store, specs, Network.DIRECT, Instant.now())) {
      supply.fetch(lock, _ -> {});
    }
    long bytes = lock.packages().stream().mapToLong(LockedPackage::size).sum();
    report(List.of("bytes " + bytes));
  }

  /// Lines for the script, and the peak of the resident set in KiB.
  private void report(List<String> lines) throws IOException {
    List<String> all = new ArrayList<>(lines);
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        all.add("peak " + line.replaceAll("\\D", ""));
      }
    }
    Files.write(folder.resolve("emt.out"), all);
  }

  private void apt(String script) throws IOException, InterruptedException {
    SandboxSupport support = SandboxSupport.probe();
    ToolResult result;
    try (Archive archive = Archive.open()) {
      ToolRoot root =
          ToolRoot.of(
              archive.provider(), List.of("apt", "bash"), TestCache.directory().resolve("tools"));
      ToolSpec spec =
          root.tool(List.of("bash", "-euc", "cd " + Oracles.WORK + "\n" + APT + script))
              .network(ToolSpec.Network.HOST)
              .bind(folder, Oracles.WORK, ToolSpec.Access.READ_WRITE);
      result = ToolRun.run(support, spec, LONGEST);
    }
    if (result.exit() != 0) {
      throw new IOException(result.text() + String.join("\n", result.complaints()));
    }
  }
}
