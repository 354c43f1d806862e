package io.microvisor.formats.erofs;

/// What came of writing an image. All sizes in bytes.
///
/// @param size the whole image, a multiple of 4096
/// @param contentSize the sum of the sizes of all regular files, each inode counted once
/// @param packedSize how many bytes of content went into the packed inode
/// @param metadataSize the metadata at the end of the image
/// @param inodes how many there are, without the packed inode
/// @param index where the contents are, for an [EarlierImage]
public record ErofsResult(
    long size,
    long contentSize,
    long packedSize,
    long metadataSize,
    int inodes,
    ImageIndex index) {}
