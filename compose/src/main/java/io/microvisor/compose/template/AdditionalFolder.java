package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;

/// A folder to make in the image, or to give another owner or mode.
///
/// @param path absolute, in the image
/// @param owner who owns it and its mode; what is not said stays as it is, and is root's and 0755 in a new folder
public record AdditionalFolder(String path, Persistence.Owner owner, Place place) {
  /// How messages call it.
  public String subject() {
    return "path: " + path;
  }

  /// Its mode.
  ///
  /// @param there that of the folder that is there, or would be made
  public int mode(int there) {
    return owner.keepsMode() ? there : Integer.parseInt(owner.mode(), 8);
  }
}
