package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.StructWriter;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// A container image of one program that says one line, as an OCI image layout (OCI Image Specification 1.1) in a tar: made
/// here, so that nothing has to be fetched.
public final class TinyContainer {
  /// What it is called.
  public static final String NAME = "example.test/tiny:1";

  /// What its program says.
  public static final String SAYS = "hello from a container\n";

  private static final int ELF_SIZE = 64;
  private static final int PROGRAM_SIZE = 56;
  private static final long BASE = 0x400000;

  private TinyContainer() {}

  /// The image.
  public static byte[] archive() throws IOException {
    byte[] layer = tar(Map.of("hello", program()), 0755);
    String config =
        """
        {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/hello"]},\
        "rootfs":{"type":"layers","diff_ids":["%s"]}}\
        """
            .formatted(Digest.sha256(layer));
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
        "config":%s,"layers":[%s]}\
        """
            .formatted(
                descriptor("application/vnd.oci.image.config.v1+json", bytes(config), ""),
                descriptor("application/vnd.oci.image.layer.v1.tar", layer, ""));
    String index =
        """
        {"schemaVersion":2,"manifests":[%s]}\
        """
            .formatted(
                descriptor(
                    "application/vnd.oci.image.manifest.v1+json",
                    bytes(manifest),
                    ",\"annotations\":{\"io.containerd.image.name\":\"" + NAME + "\"}"));
    Map<String, byte[]> files = new HashMap<>();
    files.put("oci-layout", bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
    files.put("index.json", bytes(index));
    for (byte[] blob : new byte[][] {layer, bytes(config), bytes(manifest)}) {
      files.put("blobs/sha256/" + Digest.sha256(blob).hex(), blob);
    }
    return tar(files, 0644);
  }

  private static String descriptor(String type, byte[] content, String more) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(type, Digest.sha256(content), content.length, more);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] tar(Map<String, byte[]> files, int mode) throws IOException {
    FileTree.Builder tree = FileTree.builder();
    Map<Digest, ByteSource> contents = new HashMap<>();
    files.forEach((name, content) -> {
      TreePath path = TreePath.of(name);
      Digest digest = Digest.sha256(content);
      contents.put(digest, ByteSource.of(content));
      tree.mkdirs(path.parent())
          .put(path, new Inode.RegularFile(Meta.of(mode), digest, content.length));
    });
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter.write(tree.build(), ContentSource.of(contents), out);
    return out.toByteArray();
  }

  /// A static ELF program for x86-64: write(1, text, length), then exit(0).
  private static byte[] program() {
    byte[] text = SAYS.getBytes(StandardCharsets.US_ASCII);
    long entry = BASE + ELF_SIZE + PROGRAM_SIZE;
    int codeSize = 34;
    byte[] code =
        StructWriter.ofSize(codeSize)
            .bytes(new byte[] {(byte) 0xb8})
            .u32le(1) // mov eax, write
            .bytes(new byte[] {(byte) 0xbf})
            .u32le(1) // mov edi, standard output
            .bytes(new byte[] {(byte) 0xbe})
            .u32le(entry + codeSize) // mov esi, text
            .bytes(new byte[] {(byte) 0xba})
            .u32le(text.length) // mov edx, length
            .bytes(new byte[] {0x0f, 0x05}) // syscall
            .bytes(new byte[] {(byte) 0xb8})
            .u32le(60) // mov eax, exit
            .bytes(new byte[] {0x31, (byte) 0xff}) // xor edi, edi
            .bytes(new byte[] {0x0f, 0x05}) // syscall
            .zeros(3)
            .toBytes();
    int size = ELF_SIZE + PROGRAM_SIZE + code.length + text.length;
    return StructWriter.ofSize(size)
        .bytes(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0})
        .zeros(8)
        .u16le(2) // executable
        .u16le(62) // x86-64
        .u32le(1)
        .u64le(entry)
        .u64le(ELF_SIZE) // program headers
        .u64le(0)
        .u32le(0)
        .u16le(ELF_SIZE)
        .u16le(PROGRAM_SIZE)
        .u16le(1)
        .u16le(0)
        .u16le(0)
        .u16le(0)
        .at(ELF_SIZE)
        .u32le(1) // loadable
        .u32le(5) // readable, executable
        .u64le(0)
        .u64le(BASE)
        .u64le(BASE)
        .u64le(size)
        .u64le(size)
        .u64le(0x1000)
        .at(ELF_SIZE + PROGRAM_SIZE)
        .bytes(code)
        .bytes(text)
        .toBytes();
  }
}
