package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// What a step would do, apart from its inputs: its version and its parameters, never a path or a time.
///
/// @param version raised by hand whenever the step's code changes what it makes from the same inputs
/// @param parameters in the order in which the step names them
public record Fingerprint(int version, List<String> parameters) {
  public Fingerprint {
    parameters = List.copyOf(parameters);
  }

  /// A fingerprint of a version and `name=value` parameters.
  public static Fingerprint of(int version, Object... namesAndValues) {
    List<String> parameters = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.add(namesAndValues[i] + "=" + namesAndValues[i + 1]);
    }
    return new Fingerprint(version, parameters);
  }

  /// The cache key of a step with this fingerprint and inputs of these identities.
  public Digest key(StepId step, SortedMap<String, Digest> inputs) {
    MessageDigest hasher = Digest.hasher();
    add(hasher, step.name());
    add(hasher, Integer.toString(version));
    parameters.forEach(p -> add(hasher, p));
    add(hasher, "--");
    inputs.forEach((name, identity) -> add(hasher, name + "=" + identity.hex()));
    return Digest.of(hasher.digest());
  }

  private static void add(MessageDigest hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    hasher.update(bytes);
  }
}
