package io.microvisor.formats.fat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;

/// A point in time as directory entries hold it (specification §6.4), always UTC here.
///
/// @param date year since 1980 << 9 | month << 5 | day
/// @param time hour << 11 | minute << 5 | second / 2
/// @param tenths hundredths of a second beyond `time`: 0 or 100, as whole seconds are all there is
record FatTime(int date, int time, int tenths) {
  private static final long EARLIEST = Instant.parse("1980-01-01T00:00:00Z").getEpochSecond();
  private static final long LATEST = Instant.parse("2107-12-31T23:59:59Z").getEpochSecond();

  /// The time nearest to `mtime`, in seconds since 1970, that a FAT can hold: 1980 to 2107.
  static FatTime of(long mtime) {
    LocalDateTime at =
        LocalDateTime.ofEpochSecond(Math.clamp(mtime, EARLIEST, LATEST), 0, ZoneOffset.UTC);
    return new FatTime(
        at.getYear() - 1980 << 9 | at.getMonthValue() << 5 | at.getDayOfMonth(),
        at.getHour() << 11 | at.getMinute() << 5 | at.getSecond() / 2,
        at.getSecond() % 2 * 100);
  }

  /// Seconds since 1970 in steps of two; a field beyond its range counts as the nearest within.
  long mtime() {
    YearMonth month = YearMonth.of(1980 + (date >> 9), Math.clamp(date >> 5 & 15, 1, 12));
    return month
        .atDay(Math.clamp(date & 31, 1, month.lengthOfMonth()))
        .atTime(Math.min(time >> 11, 23), Math.min(time >> 5 & 63, 59))
        .withSecond(Math.min((time & 31) * 2, 58))
        .toEpochSecond(ZoneOffset.UTC);
  }
}
