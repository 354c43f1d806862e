package io.microvisor.cli.image;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `emt cat`.
@Command(
    name = "cat",
    mixinStandardHelpOptions = true,
    header = "Prints a file of an image.",
    description =
        "Symbolic links are followed within the image. The bytes are printed as they are.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt cat edge /etc/os-release",
      "  emt cat disk.raw esp:/loader/loader.conf",
      "  emt cat disk.raw /usr/bin/bash >bash"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:printed", "1:no such image, or no such file in it, or it is damaged"})
public final class CatCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private ImageArgument image = new ImageArgument();

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      description = "The file; esp:PATH for the EFI system partition.")
  private String path = "";

  /// A command of this world.
  public CatCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, FailureException {
    try (DiskImage opened = image.open(terminal)) {
      if (!(ImagePath.parse(path).in(opened).seen() instanceof FileView.Seen.File file)) {
        throw new FailureException(
            ExitCode.FAILED, Printable.text(path) + ": not a file (expected: a regular file)");
      }
      terminal.out().flush();
      try (InputStream content = file.content().stream()) {
        content.transferTo(terminal.bytes());
      }
      terminal.bytes().flush();
    }
    return ExitCode.OK.value();
  }
}
