package io.microvisor.compose.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkAheadTest {
  private static final ByteSource PACKAGED = ByteSource.of(bytes("packaged"));
  private static final ByteSource ADDED = ByteSource.of(bytes("added"));
  private static final Digest KEY = Digest.sha256("what the last step looks for");
  private static final Input.Output SCRIPTS = new Input.Output(new StepId("scripts"), "tree");
  private static final Input.Output ROOT = new Input.Output(new StepId("root"), "tree");

  @TempDir Path folder;

  /// What a step does in a test.
  private interface Work {
    void run(StepContext context) throws IOException, InterruptedException;
  }

  private interface Preparation {
    void run(Draft draft) throws IOException, InterruptedException;
  }

  private record Working(
      StepId id,
      @Unkeyed("each has an identity") SortedMap<String, Input> inputs,
      @Unkeyed("run once") Work work,
      @Unkeyed("run once") Preparation ahead)
      implements Step {
    Working(Input.Output made, Map<String, Input> inputs, Work work, Preparation ahead) {
      this(made.step(), new TreeMap<>(inputs), work, ahead);
    }

    @Override
    public Versions versions() {
      return Versions.of("test", 1);
    }

    @Override
    public Sharing sharing() {
      return Sharing.LOCAL;
    }

    @Override
    public Outputs run(StepContext context) throws IOException, InterruptedException {
      work.run(context);
      return Outputs.of("tree", context.keep(FileTree.builder().build()));
    }

    @Override
    public void prepare(Draft draft) throws IOException, InterruptedException {
      ahead.run(draft);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static FileTree tree(ByteSource... files) throws IOException {
    FileTree.Builder tree = FileTree.builder();
    for (ByteSource file : files) {
      Digest digest = Digest.sha256(file.stream());
      tree.put(
          TreePath.of(digest.hex()), new Inode.RegularFile(Meta.of(0644), digest, file.size()));
    }
    return tree.build();
  }

  private void run(Step... steps) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve("store"))) {
      ContentSource packaged = ContentSource.of(Map.of(Digest.sha256(PACKAGED.stream()), PACKAGED));
      new PlanRunner(store, () -> packaged, _ -> {}).run(new Plan("test", List.of(steps)));
    }
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void laterStepsPrepareThemselvesWhileOneRuns() throws Exception {
    CountDownLatch prepared = new CountDownLatch(1);
    Working scripts =
        new Working(
            SCRIPTS,
            Map.of(),
            context -> {
              context.draft("tree", tree(PACKAGED));
              await(prepared);
            },
            _ -> {});
    Working root =
        new Working(
            ROOT,
            Map.of("configured", SCRIPTS),
            _ -> {},
            draft -> {
              assertThat(draft.tree("other")).isEmpty();
              assertThat(draft.tree("configured").orElseThrow()).isEqualTo(tree(PACKAGED));
              draft.offer(
                  "tree", tree(PACKAGED, ADDED), Map.of(Digest.sha256(ADDED.stream()), ADDED));
            });
    Working image =
        new Working(
            new Input.Output(new StepId("image"), "tree"),
            Map.of("root", ROOT),
            context -> assertThat(context.memory().find(KEY)).hasValue(bytes("packagedadded")),
            draft -> {
              assertThat(draft.tree("root").orElseThrow()).isEqualTo(tree(PACKAGED, ADDED));
              String found = "";
              for (ByteSource file : List.of(PACKAGED, ADDED)) {
                ByteSource content = draft.contents().open(Digest.sha256(file.stream()));
                found += new String(content.readAll(100), StandardCharsets.UTF_8);
              }
              draft.memory().put(KEY, bytes(found));
              prepared.countDown();
            });

    run(scripts, root, image);
  }

  @Test
  void theWorkEndsWithTheStepThatOfferedTheDraft() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Working scripts =
        new Working(
            SCRIPTS,
            Map.of(),
            context -> {
              context.draft("tree", tree());
              await(begun);
            },
            _ -> {});
    Working root =
        new Working(
            ROOT,
            Map.of("configured", SCRIPTS),
            _ -> assertThat(ended.getCount()).isZero(),
            draft -> {
              begun.countDown();
              while (draft.isWanted()) {
                Thread.sleep(1);
              }
              ended.countDown();
            });

    run(scripts, root);
  }

  @Test
  void whatFailsAheadFailsNothing() throws Exception {
    CountDownLatch tried = new CountDownLatch(1);
    Working scripts =
        new Working(
            SCRIPTS,
            Map.of(),
            context -> {
              context.draft("tree", tree());
              await(tried);
            },
            _ -> {});
    Working root =
        new Working(
            ROOT,
            Map.of("configured", SCRIPTS),
            _ -> {},
            _ -> {
              tried.countDown();
              throw new IOException("no kernel yet");
            });

    run(scripts, root);
  }
}
