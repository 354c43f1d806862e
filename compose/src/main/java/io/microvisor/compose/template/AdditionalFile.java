package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;

/// A file to add to the image, or to put in place of one there.
///
/// @param key the key that says where it goes, for messages
/// @param path absolute, in the image
/// @param content what is in it
/// @param mode permissions, with set-uid, set-gid and sticky bits: 0 to 07777
/// @param owner a user's name or number
/// @param group a group's name or number
public record AdditionalFile(
    String key, String path, Content content, int mode, String owner, String group, Place place) {
  /// What is in a file.
  public sealed interface Content {
    /// This text, in UTF-8.
    record Inline(String text) implements Content {}

    /// What is in a file beside the template.
    record Local(LocalFile file) implements Content {}
  }

  /// How messages call it.
  public String subject() {
    return key + ": " + path;
  }
}
