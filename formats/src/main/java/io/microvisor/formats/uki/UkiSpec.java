package io.microvisor.formats.uki;

import io.microvisor.bytes.ByteSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a unified kernel image is made of.
///
/// `.sbat` is made by [UkiWriter] from the stub's, the kernel's and a line for UKIs, unless a section of that name is given,
/// which then takes the place of that line.
///
/// @param stub the boot stub: `linuxx64.efi.stub`
/// @param sections each name at most once; [UkiSection.Name#LINUX] must be there
public record UkiSpec(ByteSource stub, List<UkiSection> sections) {
  public UkiSpec {
    List<UkiSection> sorted = new ArrayList<>(sections);
    sorted.sort(Comparator.comparing(UkiSection::name));
    Set<UkiSection.Name> seen = EnumSet.noneOf(UkiSection.Name.class);
    for (UkiSection section : sorted) {
      if (!seen.add(section.name())) {
        throw new IllegalArgumentException(
            "UKI: two sections " + section.name().text() + " (expected: one)");
      }
    }
    if (!seen.contains(UkiSection.Name.LINUX)) {
      throw new IllegalArgumentException("UKI: no section .linux (expected: a kernel)");
    }
    sections = List.copyOf(sorted);
  }
}
