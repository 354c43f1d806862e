package io.microvisor.cli.image;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt extract`.
@Command(
    name = "extract",
    mixinStandardHelpOptions = true,
    header = "Copies files out of an image.",
    description = {
      "A file, or a folder with all below it, with modes and times. Nothing is mounted and nothing that exists is"
          + " overwritten. Symbolic links are copied as links and never followed while writing; devices, pipes, sockets"
          + " and extended attributes are left out."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt extract edge /etc/os-release .       to ./os-release",
      "  emt extract edge /etc etc-of-edge        the folder, to etc-of-edge",
      "  emt extract edge esp:/EFI/Linux .        kernel images, to ./Linux",
      "  sudo emt extract --owners edge / root    everything, with its owners"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:copied",
      "1:no such image or path, the image is damaged, or DEST has the files already"
    })
public final class ExtractCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private ImageArgument image = new ImageArgument();

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      description = "What to copy; esp:PATH for the EFI system partition.")
  private String path = "";

  @Parameters(
      index = "2",
      paramLabel = "DEST",
      description = "Where to: an existing folder, or the name to give it.")
  private String destination = "";

  @Option(
      names = "--owners",
      description = "Give files their owners, and set-user-id bits, from the image; needs root.")
  private boolean owners;

  /// A command of this world.
  public ExtractCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, FailureException {
    try (DiskImage opened = image.open(terminal)) {
      ImagePath wanted = ImagePath.parse(path);
      ImagePath.Found found = wanted.in(opened);
      FileView.Seen seen = found.seen();
      Path given = terminal.workingDirectory().resolve(destination);
      Path target = given;
      if (Files.isDirectory(given)) {
        // DEST itself may be a link: that is the user's own doing.
        target = given.toRealPath();
        target = seen.path().isRoot() ? target : target.resolve(name(wanted, seen));
      }
      Extraction extraction =
          new Extraction(
              found.files(),
              owners ? Extraction.Owners.KEPT : Extraction.Owners.OURS,
              terminal.err());
      extraction.copy(seen, target);
      terminal.out().println(extraction.summary() + " to " + shown(given, target));
    }
    return ExitCode.OK.value();
  }

  /// Where the copy is, in the words of the command line: below DEST, if that was a folder already.
  private String shown(Path given, Path target) throws IOException {
    return target.equals(given) || target.equals(given.toRealPath())
        ? destination
        : Path.of(destination).resolve(String.valueOf(target.getFileName())).toString();
  }

  /// The name that was asked for, `sh` for /bin/sh, wherever links led; a single one, so that it cannot lead elsewhere.
  private static String name(ImagePath wanted, FileView.Seen seen) {
    String last = wanted.path().replaceFirst("/+$", "").replaceFirst("^.*/", "");
    return last.isEmpty() || last.equals(".") || last.equals("..") ? seen.path().name() : last;
  }
}
