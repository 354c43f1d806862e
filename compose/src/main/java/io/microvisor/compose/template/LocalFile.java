package io.microvisor.compose.template;

import io.microvisor.bytes.Digest;
import java.nio.file.Path;

/// A file of the template's folder that goes into the image or guides the build.
///
/// @param name the path as written, relative to the template's folder, with `/`
/// @param path where it is on this machine
/// @param digest of its contents, when the template was read; the stage that reads the file again checks it
/// @param size in bytes
/// @param executable whether its owner may execute it; no other permission is looked at, as they depend on the umask
public record LocalFile(String name, Path path, Digest digest, long size, boolean executable) {}
