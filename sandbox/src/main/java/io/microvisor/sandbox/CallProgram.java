package io.microvisor.sandbox;

import io.microvisor.bytes.StructWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A static program for x86-64 Linux that makes some system calls, one after the other, and then becomes the command that
/// its arguments name. No compiler, no library: what a shell cannot do between two programs, it does.
///
/// The file (ELF-64, System V ABI) is loaded as a whole to 0x400000, readable and executable:
///
/// | offset | size | what |
/// |---|---|---|
/// | 0 | 64 | ELF header: ET_EXEC, EM_X86_64, one program header |
/// | 64 | 56 | program header: PT_LOAD, the whole file |
/// | 120 | ... | constants: texts that end in a zero byte, filters; each at a multiple of 8 |
/// | ... | ... | code |
///
/// A call that fails and must not ends the program with status 125, after a line on standard error.
final class CallProgram {
  /// How a program ends that cannot make its calls.
  static final int FAILED = 125;

  private static final int NOT_FOUND = 127;
  private static final long BASE = 0x400000;
  private static final int ELF_HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int ALIGNMENT = 8;
  private static final long STANDARD_ERROR = 2;

  /// An argument of a call.
  private sealed interface Argument {
    record Value(long value) implements Argument {}

    /// The address of a text, with a zero byte behind it.
    record Text(String text) implements Argument {}

    /// The address of a `struct sock_fprog` (linux/filter.h): u16 length, 6 bytes of padding, u64 address of the filter.
    record Filter(SeccompFilter filter) implements Argument {}
  }

  private record Call(SystemCall call, List<Argument> arguments, String failure) {}

  private final List<Call> calls = new ArrayList<>();

  /// Makes a call; if it fails, the program ends with `what` on standard error.
  CallProgram must(String what, SystemCall call, Object... arguments) {
    calls.add(new Call(call, arguments(arguments), "sandbox: cannot " + what + "\n"));
    return this;
  }

  /// Makes a call that may fail.
  CallProgram may(SystemCall call, Object... arguments) {
    calls.add(new Call(call, arguments(arguments), ""));
    return this;
  }

  private static List<Argument> arguments(Object... given) {
    List<Argument> arguments = new ArrayList<>();
    for (Object each : given) {
      arguments.add(
          switch (each) {
            case Number number -> new Argument.Value(number.longValue());
            case String text -> new Argument.Text(text);
            case SeccompFilter filter -> new Argument.Filter(filter);
            default -> throw new IllegalArgumentException("argument of a call: " + each);
          });
    }
    return arguments;
  }

  private static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  /// The program.
  ///
  /// @param places where the command may be, in this order
  /// @param name what the command is called, should it be at none of them
  byte[] toBytes(List<String> places, String name) {
    Constants constants = new Constants(BASE + ELF_HEADER + PROGRAM_HEADER);
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    emit(code, 0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: the number of arguments
    emit(code, 0x4c, 0x8d, 0x64, 0x24, 0x10); // lea r12, [rsp+16]: our arguments but the first
    emit(code, 0x4c, 0x8d, 0x6c, 0xc4, 0x10); // lea r13, [rsp+8*rax+16]: the environment
    for (Call call : calls) {
      call(code, constants, call);
    }
    for (String place : places) {
      immediate(code, 0, constants.place(text(place)));
      emit(code, 0x4c, 0x89, 0xe6); // mov rsi, r12
      emit(code, 0x4c, 0x89, 0xea); // mov rdx, r13
      system(code, SystemCall.EXECVE);
    }
    say(code, constants, "sandbox: " + name + ": no such program\n", NOT_FOUND);
    return file(constants.bytes.toByteArray(), code.toByteArray());
  }

  private static void call(ByteArrayOutputStream code, Constants constants, Call call) {
    for (int i = 0; i < call.arguments().size(); i++) {
      long value =
          switch (call.arguments().get(i)) {
            case Argument.Value each -> each.value();
            case Argument.Text each -> constants.place(text(each.text()));
            case Argument.Filter filter -> {
              long instructions = constants.place(filter.filter().program());
              yield constants.place(
                  StructWriter.ofSize(16)
                      .u16le(filter.filter().length())
                      .zeros(6)
                      .u64le(instructions)
                      .toBytes());
            }
          };
      immediate(code, i, value);
    }
    system(code, call.call());
    if (!call.failure().isEmpty()) {
      ByteArrayOutputStream failing = new ByteArrayOutputStream();
      say(failing, constants, call.failure(), FAILED);
      emit(code, 0x48, 0x85, 0xc0); // test rax, rax
      emit(code, 0x79, failing.size()); // jns over it
      code.writeBytes(failing.toByteArray());
    }
  }

  /// Loads a constant into the register of the argument: rdi, rsi, rdx, r10, r8, r9.
  private static void immediate(ByteArrayOutputStream code, int argument, long value) {
    int[][] moves = {{0x48, 0xbf}, {0x48, 0xbe}, {0x48, 0xba}, {0x49, 0xba}, {0x49, 0xb8}};
    emit(code, moves[argument]);
    code.writeBytes(StructWriter.ofSize(8).u64le(value).toBytes());
  }

  private static void system(ByteArrayOutputStream code, SystemCall call) {
    emit(code, 0xb8); // mov eax, the number
    code.writeBytes(StructWriter.ofSize(4).u32le(call.number64()).toBytes());
    emit(code, 0x0f, 0x05); // syscall
  }

  private static void say(
      ByteArrayOutputStream code, Constants constants, String text, int status) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    immediate(code, 0, STANDARD_ERROR);
    immediate(code, 1, constants.place(bytes));
    immediate(code, 2, bytes.length);
    system(code, SystemCall.WRITE);
    immediate(code, 0, status);
    system(code, SystemCall.EXIT_GROUP);
  }

  private static void emit(ByteArrayOutputStream code, int... bytes) {
    for (int each : bytes) {
      code.write(each);
    }
  }

  private static byte[] file(byte[] constants, byte[] code) {
    long entry = BASE + ELF_HEADER + PROGRAM_HEADER + constants.length;
    int size = ELF_HEADER + PROGRAM_HEADER + constants.length + code.length;
    return StructWriter.ofSize(size)
        .bytes(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0})
        .zeros(8)
        .u16le(2) // e_type: ET_EXEC
        .u16le(62) // e_machine: EM_X86_64
        .u32le(1) // e_version
        .u64le(entry) // e_entry
        .u64le(ELF_HEADER) // e_phoff
        .u64le(0) // e_shoff
        .u32le(0) // e_flags
        .u16le(ELF_HEADER) // e_ehsize
        .u16le(PROGRAM_HEADER) // e_phentsize
        .u16le(1) // e_phnum
        .u16le(0) // e_shentsize
        .u16le(0) // e_shnum
        .u16le(0) // e_shstrndx
        .at(ELF_HEADER)
        .u32le(1) // p_type: PT_LOAD
        .u32le(5) // p_flags: readable, executable
        .u64le(0) // p_offset
        .u64le(BASE) // p_vaddr
        .u64le(BASE) // p_paddr
        .u64le(size) // p_filesz
        .u64le(size) // p_memsz
        .u64le(0x1000) // p_align
        .at(ELF_HEADER + PROGRAM_HEADER)
        .bytes(constants)
        .bytes(code)
        .toBytes();
  }

  /// Bytes that code refers to, and where they will be.
  private static final class Constants {
    private final long begin;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Constants(long begin) {
      this.begin = begin;
    }

    long place(byte[] constant) {
      long address = begin + bytes.size();
      bytes.writeBytes(constant);
      while (bytes.size() % ALIGNMENT != 0) {
        bytes.write(0);
      }
      return address;
    }
  }
}
