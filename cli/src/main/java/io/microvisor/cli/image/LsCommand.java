package io.microvisor.cli.image;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt ls`.
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    header = "Lists files of an image.",
    description =
        "Reads the image itself: nothing is mounted, no root is needed. Times are in UTC, owners are numbers.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt ls                                    the root of the image built last",
      "  emt ls edge /etc -l                       of another image, with modes, owners and sizes",
      "  emt ls disk.raw -R /usr/lib/modules       a folder with all below it",
      "  emt ls disk.raw esp:/EFI/Linux            the EFI system partition"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "1:no such image, or no such path in it, or it is damaged"})
public final class LsCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private ImageArgument image = new ImageArgument();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      defaultValue = "/",
      description =
          "What to list (default: ${DEFAULT-VALUE}); esp:PATH for the EFI system partition.")
  private String path = "/";

  @Option(names = "-l", description = "Show type, mode, owners, size and time too.")
  private boolean details;

  @Option(
      names = {"-R", "--recursive"},
      description = "List all that lies below, too.")
  private boolean recursive;

  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public LsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, FailureException {
    try (DiskImage opened = image.open(terminal)) {
      ImagePath.Found found = ImagePath.parse(path).in(opened);
      FileView files = found.files();
      FileView.Seen seen = found.seen();
      if (json.wanted()) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (FileView.Seen each : seen.isDirectory() ? files.list(seen.path()) : List.of(seen)) {
          collect(files, each, all);
        }
        terminal.out().println(Json.of(all));
      } else if (seen.isDirectory()) {
        list(files, seen);
      } else {
        show(seen, seen.path().name());
      }
    }
    return ExitCode.OK.value();
  }

  private void collect(FileView files, FileView.Seen seen, List<Map<String, Object>> into)
      throws IOException {
    into.add(Listing.json(seen));
    if (recursive && seen.isDirectory()) {
      for (FileView.Seen child : files.list(seen.path())) {
        collect(files, child, into);
      }
    }
  }

  /// A recursive listing has paths, so that each line stands for itself.
  private void list(FileView files, FileView.Seen directory) throws IOException {
    for (FileView.Seen child : files.list(directory.path())) {
      show(child, recursive ? child.path().absolute() : child.path().name());
      if (recursive && child.isDirectory()) {
        list(files, child);
      }
    }
  }

  private void show(FileView.Seen seen, String name) {
    terminal.out().println(details ? Listing.line(seen, name) : Printable.text(name));
  }
}
