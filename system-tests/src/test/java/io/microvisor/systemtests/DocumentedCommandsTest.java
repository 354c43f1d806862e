package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What README and get-started tell people to type works as it stands there. The commands are taken out of the documents, and
/// each must have its proof below.
final class DocumentedCommandsTest {
  private static final List<String> DOCUMENTS = List.of("README.md", "docs/get-started.md");

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern SPAN = Pattern.compile("`((?:\\.{0,2}/)?emt [^`\\n]+)`");
  private static final Pattern COMMENT = Pattern.compile(" +# .*$");

  /// How a command is proven to work.
  private enum Proof {
    /// It is run here.
    HERE,
    /// The same, where time matters less.
    SYSTEM,
    /// [EdgeBootTest] boots the default image with it.
    BOOT,
    /// It starts these tests.
    TESTS,
    /// By hand only: it needs a boot of its own, or what the machine of these tests need not have.
    HAND
  }

  /// In the order of the documents.
  private static final Map<String, Proof> PROOFS = proofs();

  private static Map<String, Proof> proofs() {
    Map<String, Proof> proofs = new LinkedHashMap<>();
    proofs.put(EdgeBootTest.BUILD, Proof.BOOT);
    proofs.put(EdgeBootTest.RUN, Proof.BOOT);
    proofs.put("./emt build examples/hello.yaml", Proof.SYSTEM);
    proofs.put("./emt run build/hello/hello-1.0.raw", Proof.HAND);
    proofs.put("./emt run --ssh", Proof.HAND);
    proofs.put("mvn verify", Proof.TESTS);
    proofs.put("./emt doctor", Proof.HERE);
    proofs.put("mkdir my-image && cd my-image", Proof.HERE);
    proofs.put("../emt init", Proof.HERE);
    proofs.put("../emt validate hello.yaml", Proof.HERE);
    proofs.put("../emt resolve hello.yaml", Proof.HERE);
    proofs.put("../emt build hello.yaml", Proof.SYSTEM);
    proofs.put("../emt run", Proof.BOOT);
    proofs.put(
        "echo 'systemctl is-system-running --wait; systemctl --failed' | ../emt run --ssh",
        Proof.HAND);
    proofs.put("../emt inspect hello", Proof.HERE);
    proofs.put("../emt inspect --verify hello", Proof.HERE);
    proofs.put("../emt inspect --size hello", Proof.HERE);
    proofs.put("../emt ls hello -l /etc", Proof.HERE);
    proofs.put("../emt cat hello /etc/os-release", Proof.HERE);
    proofs.put("../emt cat hello esp:/loader/loader.conf", Proof.HERE);
    proofs.put("../emt extract hello /etc etc-of-hello", Proof.HERE);
    proofs.put("../emt lock --update hello.yaml", Proof.SYSTEM);
    proofs.put("../emt lock --update hello.yaml curl", Proof.SYSTEM);
    proofs.put("../emt diff <(git show HEAD:hello.lock) hello.lock", Proof.SYSTEM);
    proofs.put("../emt why libcurl4t64 hello.yaml", Proof.SYSTEM);
    proofs.put("../emt lock --vendor hello.vendor hello.yaml", Proof.SYSTEM);
    proofs.put("emt build edge", Proof.BOOT);
    proofs.put("emt build --frozen", Proof.SYSTEM);
    proofs.put("./emt doctor --online", Proof.HAND);
    return proofs;
  }

  /// What a command needs that the documents take for granted.
  private static final Map<String, String> BEFORE =
      Map.of(
          "../emt diff <(git show HEAD:hello.lock) hello.lock",
          "git init -q . && git add hello.lock && git -c user.name=me -c user.email=me@work commit -qm lock");

  @TempDir Path folder;

  @Test
  void everyCommandOfTheDocumentsIsProven() throws IOException {
    Set<String> documented = new TreeSet<>();
    for (String document : DOCUMENTS) {
      documented.addAll(commands(Files.readString(TestCache.checkout().resolve(document))));
    }
    assertThat(documented)
        .as("commands of README and get-started, against those that have a proof in this test")
        .isEqualTo(new TreeSet<>(PROOFS.keySet()));
  }

  @Test
  void theCheapOnesWorkAsTheyStandThere() throws IOException, InterruptedException {
    requireASandbox();
    Checkout checkout = Checkout.in(folder.resolve("checkout"));
    List<String> lines = new ArrayList<>();
    for (String command : with(Proof.HERE)) {
      if (command.equals("../emt inspect hello")) {
        // Any image will do, and this one is in the cache.
        lines.add("../emt build -q minimal");
        lines.add(
            "mkdir build/hello && mv build/minimal/minimal-0.1.raw build/hello/hello-1.0.raw");
      }
      lines.add(command);
    }
    // Its links lead to nowhere, or out of the folder.
    lines.add("test -f etc-of-hello/passwd && rm -r etc-of-hello");
    Emt.Ending ending = checkout.run(script(lines));
    assertThat(ending.exit()).as(ending.said()).isZero();
    assertThat(ending.said()).contains("ID=debian", "sshAuthorizedKeys");
  }

  @Test
  @Tag("system")
  void theOthersWorkAsTheyStandThere() throws IOException, InterruptedException {
    requireASandbox();
    Checkout checkout = Checkout.in(folder.resolve("checkout"));
    List<String> lines = new ArrayList<>();
    lines.add("PATH=$PWD:$PATH");
    for (String command : with(Proof.SYSTEM)) {
      if (command.equals("../emt build hello.yaml")) {
        lines.add("mkdir my-image && cd my-image && ../emt init");
      }
      if (command.equals("emt build --frozen")) {
        command += " hello.yaml";
      }
      lines.add(BEFORE.getOrDefault(command, "true"));
      lines.add(command);
    }
    Emt.Ending ending = checkout.run(script(lines));
    assertThat(ending.exit()).as(ending.said()).isZero();
    assertThat(checkout.folder().resolve("build/hello/hello-1.0.raw")).exists();
    assertThat(checkout.folder().resolve("my-image/build/hello/hello-1.0.raw")).exists();
  }

  /// Each line is said before it is run, so that a failure shows which it was.
  private static String script(List<String> lines) {
    return "set -x\n" + String.join("\n", lines) + "\n";
  }

  private static void requireASandbox() throws InterruptedException {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
  }

  private static List<String> with(Proof proof) {
    return PROOFS.entrySet().stream()
        .filter(each -> each.getValue() == proof)
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Lines of blocks in no language, which are commands but for the README's picture, and spans that begin with the program.
  private static List<String> commands(String document) {
    List<String> commands = new ArrayList<>();
    for (MatchResult block : BLOCK.matcher(document).results().toList()) {
      if (block.group(1).isEmpty() && !block.group(2).contains("──")) {
        block
            .group(2)
            .lines()
            .map(line -> COMMENT.matcher(line).replaceFirst("").strip())
            .filter(line -> !line.isEmpty())
            .forEach(commands::add);
      }
    }
    String prose = BLOCK.matcher(document).replaceAll("");
    for (MatchResult span : SPAN.matcher(prose).results().toList()) {
      commands.add(span.group(1));
    }
    return commands;
  }
}
