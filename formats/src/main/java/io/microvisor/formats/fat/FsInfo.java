package io.microvisor.formats.fat;

import io.microvisor.bytes.StructWriter;

/// The FSInfo sector (specification §5), 512 bytes: hints of free space, which a reader may trust or not.
///
/// | offset | size | type  | field          |
/// |--------|------|-------|----------------|
/// | 0      | 4    | u32le | FSI_LeadSig    |
/// | 4      | 480  | bytes | FSI_Reserved1  |
/// | 484    | 4    | u32le | FSI_StrucSig   |
/// | 488    | 4    | u32le | FSI_Free_Count |
/// | 492    | 4    | u32le | FSI_Nxt_Free   |
/// | 496    | 12   | bytes | FSI_Reserved2  |
/// | 508    | 4    | u32le | FSI_TrailSig   |
///
/// @param freeCount how many clusters are free
/// @param nextFree where to look for a free cluster first
record FsInfo(long freeCount, long nextFree) {
  static final int SIZE = 512;

  byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .u32le(0x4161_5252)
        .at(4)
        .zeros(480)
        .at(484)
        .u32le(0x6141_7272)
        .at(488)
        .u32le(freeCount)
        .at(492)
        .u32le(nextFree)
        .at(496)
        .zeros(12)
        .at(508)
        .u32le(0xaa55_0000L)
        .toBytes();
  }
}
