import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates of `strict_date_optional_time||epoch_millis` and date math, in milliseconds, as a `date` field keeps them. */
final class Moments {
  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4})(?:-(\\d\\d)(?:-(\\d\\d)(?:T(\\d\\d)(?::(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,9}))?)?)?(Z|[+-]\\d\\d:?\\d\\d)?)?)?)?");
  private static final Pattern EPOCH = Pattern.compile("-?\\d{1,18}(?:\\.\\d{1,6})?");
  private static final Pattern STEP = Pattern.compile("([+-])(\\d*)([yMwdhHms])|/([yMwdhHms])");

  private Moments() {}

  /** The first millisecond of a date, or the last one where its missing parts are rounded up. */
  static long parse(String text, boolean roundUp, long now) {
    if (text.startsWith("now")) {
      return computed(now, text.substring(3), roundUp);
    }
    int bars = text.indexOf("||");
    return bars < 0 ? date(text, roundUp) : computed(date(text.substring(0, bars), false), text.substring(bars + 2), roundUp);
  }

  /** A date without math. */
  static long date(String text, boolean roundUp) {
    Matcher iso = ISO.matcher(text);
    if (!iso.matches() && EPOCH.matcher(text).matches()) {
      return new BigDecimal(text).setScale(0, RoundingMode.FLOOR).longValueExact();
    }
    if (!iso.matches()) {
      throw new IllegalArgumentException("failed to parse date field [" + text + "]");
    }
    int[] parts = {1, 1, 1, 0, 0, 0};
    int given = 0;
    for (; given < 6 && iso.group(given + 1) != null; given++) {
      parts[given] = Integer.parseInt(iso.group(given + 1));
    }
    String zone = iso.group(8);
    ZoneOffset offset = zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone);
    ZonedDateTime found;
    try {
      found = LocalDateTime.of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]).atZone(offset);
    } catch (DateTimeException error) {
      throw new IllegalArgumentException("failed to parse date field [" + text + "]", error);
    }
    if (iso.group(7) != null) {
      return found.toInstant().toEpochMilli() + Long.parseLong((iso.group(7) + "00").substring(0, 3));
    }
    if (!roundUp) {
      return found.toInstant().toEpochMilli();
    }
    // "Missing date components" of the range query: a month or day left out is the first, a time the last of the day.
    ChronoUnit[] units = {ChronoUnit.DAYS, ChronoUnit.DAYS, ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS};
    return found.plus(1, units[given - 1]).toInstant().toEpochMilli() - 1;
  }

  private static long computed(long start, String operations, boolean roundUp) {
    ZonedDateTime moment = Instant.ofEpochMilli(start).atZone(ZoneOffset.UTC);
    Matcher step = STEP.matcher(operations);
    int end = 0;
    for (; step.find() && step.start() == end; end = step.end()) {
      if (step.group(4) != null) {
        moment = rounded(moment, step.group(4).charAt(0), roundUp);
      } else {
        long count = step.group(2).isEmpty() ? 1 : Long.parseLong(step.group(2));
        moment = moment.plus(step.group(1).equals("+") ? count : -count, unit(step.group(3).charAt(0)));
      }
    }
    if (end < operations.length()) {
      throw new IllegalArgumentException("operator not supported for date math [" + operations + "]");
    }
    return moment.toInstant().toEpochMilli();
  }

  private static ZonedDateTime rounded(ZonedDateTime moment, char letter, boolean roundUp) {
    ZonedDateTime day = moment.truncatedTo(ChronoUnit.DAYS);
    ZonedDateTime first =
        switch (letter) {
          case 'y' -> day.withDayOfYear(1);
          case 'M' -> day.withDayOfMonth(1);
          case 'w' -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          default -> moment.truncatedTo(unit(letter));
        };
    return roundUp ? first.plus(1, unit(letter)).minus(1, ChronoUnit.MILLIS) : first;
  }

  private static ChronoUnit unit(char letter) {
    return switch (letter) {
      case 'y' -> ChronoUnit.YEARS;
      case 'M' -> ChronoUnit.MONTHS;
      case 'w' -> ChronoUnit.WEEKS;
      case 'd' -> ChronoUnit.DAYS;
      case 'h', 'H' -> ChronoUnit.HOURS;
      case 'm' -> ChronoUnit.MINUTES;
      default -> ChronoUnit.SECONDS;
    };
  }
}
