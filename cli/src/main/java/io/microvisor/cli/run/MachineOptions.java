package io.microvisor.cli.run;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.terminal.ByteSizeConverter;
import io.microvisor.machine.MachineSpec;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// What the machine that `emt run` starts is like.
final class MachineOptions {
  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "2GiB",
      converter = Memory.class,
      description = "Memory, at least 256MiB (default: ${DEFAULT-VALUE}).")
  private ByteSize memory = ByteSize.ofMebibytes(2048);

  @Option(
      names = "--processors",
      paramLabel = "N",
      defaultValue = "2",
      converter = Processors.class,
      description = "Processors, 1 to 64 (default: ${DEFAULT-VALUE}).")
  private int processors = 2;

  @Option(
      names = "--network",
      paramLabel = "WHAT",
      defaultValue = "user",
      description =
          "What the guest reaches: user (default), all that this machine reaches, with services on its loopback, at"
              + " 10.0.2.2; restricted, nobody, but it has an address; none, no network card.")
  private MachineSpec.Network network = MachineSpec.Network.USER;

  /// What the guest reaches.
  MachineSpec.Network network() {
    return network;
  }

  /// A machine like this.
  MachineSpec.Builder builder(MachineSpec.Builder plain) {
    return plain.memory(memory).processors(processors).network(network);
  }

  /// As much memory as [MachineSpec] takes.
  static final class Memory extends ByteSizeConverter {
    Memory() {
      super(MachineSpec.LEAST_MEMORY, "2GiB");
    }
  }

  /// As many processors as [MachineSpec] takes.
  static final class Processors implements ITypeConverter<Integer> {
    private static final Pattern TEXT = Pattern.compile("\\d{1,9}");

    @Override
    public Integer convert(String text) {
      int count = TEXT.matcher(text).matches() ? Integer.parseInt(text) : 0;
      if (count < 1 || count > MachineSpec.MOST_PROCESSORS) {
        throw new TypeConversionException(
            "\"%s\" (expected: a whole number from 1 to %d)"
                .formatted(text, MachineSpec.MOST_PROCESSORS));
      }
      return count;
    }
  }
}
