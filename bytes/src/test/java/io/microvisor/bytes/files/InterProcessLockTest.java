package io.microvisor.bytes.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.files.InterProcessLock.Mode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterProcessLockTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("lock");
  }

  @Test
  void onlyOneThreadAtATimeHoldsIt() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        all.add(
            threads.submit(() -> {
              try (InterProcessLock _ = InterProcessLock.acquire(file, Mode.EXCLUSIVE)) {
                most.accumulateAndGet(holders.incrementAndGet(), Math::max);
                LockSupport.parkNanos(100_000); // so that another one can come in, if any may
                holders.decrementAndGet();
              }
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(most).hasValue(1);
  }

  @Test
  void isSharedByThoseWhoShareItAndByNobodyElse() throws IOException {
    InterProcessLock one = InterProcessLock.acquire(file, Mode.SHARED);
    InterProcessLock other = InterProcessLock.acquire(file, Mode.SHARED);
    one.close();
    one.close();
    assertThat(InterProcessLock.tryAcquire(file, Mode.EXCLUSIVE)).isEmpty();
    other.close();
    try (InterProcessLock _ = InterProcessLock.tryAcquire(file, Mode.EXCLUSIVE).orElseThrow()) {
      assertThat(InterProcessLock.tryAcquire(file, Mode.SHARED)).isEmpty();
    }
  }

  /// POSIX drops a process's locks on a file when the process closes any descriptor of it.
  @Test
  void isHeldAgainstAnotherProcessWhateverOtherThreadsTry() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    try (InterProcessLock _ = InterProcessLock.acquire(file, Mode.EXCLUSIVE)) {
      assertThat(InterProcessLock.tryAcquire(file, Mode.EXCLUSIVE)).isEmpty();
      assertThat(InterProcessLock.tryAcquire(link.resolve("lock"), Mode.SHARED)).isEmpty();
      assertThat(anotherProcess()).isEqualTo("held");
    }
    assertThat(anotherProcess()).isEqualTo("free");
    try (InterProcessLock _ = InterProcessLock.acquire(file, Mode.SHARED)) {
      assertThat(anotherProcess()).isEqualTo("held");
    }
  }

  private String anotherProcess() throws IOException {
    Process process = java(Prober.class, file.toString());
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Process java(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /// Another process, which says whether it could have the lock.
  static final class Prober {
    private Prober() {}

    public static void main(String[] arguments) throws IOException {
      boolean free = InterProcessLock.tryAcquire(Path.of(arguments[0]), Mode.EXCLUSIVE).isPresent();
      System.out.print(free ? "free" : "held");
    }
  }

  @Test
  void whoWaitsForAFileThatIsRemovedLocksTheNewOne() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InterProcessLock> waiting;
      try (InterProcessLock _ = InterProcessLock.acquire(file, Mode.EXCLUSIVE)) {
        waiting = threads.submit(() -> InterProcessLock.acquire(file, Mode.EXCLUSIVE));
        Files.delete(file);
      }
      try (InterProcessLock _ = waiting.get()) {
        assertThat(file).exists();
        assertThat(anotherProcess()).isEqualTo("held");
      }
    }
  }

  /// Between opening a file and locking it, another process may have removed it.
  @Test
  void whoLocksAFileThatWasRemovedMeanwhileDoesNotTakeItForTheLock() throws Exception {
    Path counter = Files.writeString(folder.resolve("counter"), "0");
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(java(Counter.class, file.toString(), counter.toString()));
    }
    for (Process each : all) {
      assertThat(each.waitFor()).isZero();
    }
    assertThat(Files.readString(counter)).isEqualTo(Integer.toString(3 * Counter.TIMES));
  }

  /// Another process, which counts up under the lock, and removes it each time.
  static final class Counter {
    static final int TIMES = 1500;

    private Counter() {}

    public static void main(String[] arguments) throws IOException {
      Path lock = Path.of(arguments[0]);
      Path counter = Path.of(arguments[1]);
      for (int i = 0; i < TIMES; i++) {
        try (InterProcessLock _ = InterProcessLock.acquire(lock, Mode.EXCLUSIVE)) {
          int before = Integer.parseInt(Files.readString(counter));
          Files.writeString(counter, Integer.toString(before + 1));
          Files.delete(lock);
        }
      }
    }
  }

  @Test
  void waitingEndsWithAnInterrupt() throws IOException {
    try (InterProcessLock _ = InterProcessLock.acquire(file, Mode.EXCLUSIVE)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> InterProcessLock.acquire(file, Mode.EXCLUSIVE))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessageContaining("interrupted while waiting");
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
