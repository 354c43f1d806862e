package io.microvisor.systemtests;

import io.microvisor.machine.Credential;
import io.microvisor.packages.toolroot.ToolRoot;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.sandbox.ToolSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A key that lives for one test: firmware that trusts nothing else, and images signed with it, by foreign tools.
public final class SecureBootKeys {
  private static final String WORK = "/run/work";
  private static final List<String> PACKAGES =
      List.of("mtools", "openssl", "ovmf", "python3-virt-firmware", "sbsigntool", "systemd");
  private static final String OWNER = "a0baa8a3-041d-48a8-bc87-c36d121b5e3d";
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final SandboxSupport support;
  private final ToolRoot root;
  private final Path folder;

  private SecureBootKeys(SandboxSupport support, ToolRoot root, Path folder) {
    this.support = support;
    this.root = root;
    this.folder = folder;
  }

  /// Makes a key, and a variable store with it as platform key, key exchange key and the only one in `db`.
  ///
  /// @param folder an empty folder for both
  public static SecureBootKeys make(Archive archive, SandboxSupport support, Path folder)
      throws IOException, InterruptedException {
    ToolRoot root =
        ToolRoot.of(archive.provider(), PACKAGES, TestCache.directory().resolve("toolroots"));
    SecureBootKeys keys = new SecureBootKeys(support, root, folder);
    keys.succeed(
        folder,
        """
        openssl req -new -x509 -newkey rsa:2048 -nodes -sha256 -days 36500 -subj /CN=test \
          -keyout key.pem -out certificate.pem
        virt-fw-vars --input /usr/share/OVMF/OVMF_VARS_4M.fd --output variables.fd \
          --set-pk %1$s certificate.pem --add-kek %1$s certificate.pem --add-db %1$s certificate.pem \
          --secure-boot
        """
            .formatted(OWNER));
    return keys;
  }

  /// The variable store with the key enrolled and Secure Boot on.
  public Path variables() {
    return folder.resolve("variables.fd");
  }

  /// Signs programs on the EFI system partition of an image that lies in the keys' folder.
  ///
  /// @param image the file's name
  /// @param offset where the partition begins, in bytes
  /// @param programs their paths on it
  public void sign(String image, long offset, List<String> programs)
      throws IOException, InterruptedException {
    for (String program : programs) {
      succeed(
          folder,
          """
          mcopy -n -o -i %1$s@@%2$d ::/%3$s unsigned.efi
          sbsign --key key.pem --cert certificate.pem --output signed.efi unsigned.efi
          sbverify --cert certificate.pem signed.efi
          mcopy -o -i %1$s@@%2$d signed.efi ::/%3$s
          """
              .formatted(image, offset, program));
    }
  }

  /// Puts a credential on the EFI system partition, encrypted with the empty key, as anyone can.
  ///
  /// @param image the file's name
  /// @param offset where the partition begins, in bytes
  public void putCredential(String image, long offset, Credential credential)
      throws IOException, InterruptedException {
    succeed(
        folder,
        """
        printf %%s '%4$s' | systemd-creds --with-key=null --name=%3$s encrypt - %3$s.cred
        mdir -i %1$s@@%2$d ::/loader/credentials >/dev/null 2>&1 || mmd -i %1$s@@%2$d ::/loader/credentials
        mcopy -o -i %1$s@@%2$d %3$s.cred ::/loader/credentials/
        """
            .formatted(image, offset, credential.name(), credential.value()));
  }

  private void succeed(Path work, String script) throws IOException, InterruptedException {
    ToolSpec spec =
        root.tool(List.of("sh", "-euc", "cd " + WORK + "\n" + script))
            .bind(work, WORK, ToolSpec.Access.READ_WRITE);
    ToolResult result = ToolRun.run(support, spec, LONGEST);
    if (result.exit() != 0) {
      throw new AssertionError(
          script
              + "\n  exit status "
              + result.exit()
              + "\n"
              + result.text()
              + String.join("\n", result.complaints()));
    }
  }
}
