package io.braid.server;

import io.braid.tier.StorageBuckets;
import io.braid.tier.StorageTier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// How the text of a setting is understood.
///
/// @param name   what a person reads in the table of settings
/// @param parser throws an [IllegalArgumentException] whose message completes the sentence "it …"
public record Kind<T>(String name, Function<String, T> parser) {
    /// As many letters and digits as cannot be found by trying.
    private static final int SECRET_LENGTH_MIN = 20;

    public static final Kind<String> TEXT = new Kind<>("text", text -> text);
    public static final Kind<Path> PATH = new Kind<>("path", Kind::path);
    public static final Kind<Optional<Path>> OPTIONAL_PATH =
            new Kind<>("path", text -> text.isEmpty() ? Optional.empty() : Optional.of(path(text)));
    public static final Kind<Boolean> BOOLEAN = new Kind<>("true or false", Kind::bool);
    public static final Kind<HostPort> ADDRESS = new Kind<>("host:port", HostPort::parse);
    public static final Kind<Optional<HostPort>> OPTIONAL_ADDRESS =
            new Kind<>("host:port", text -> text.isEmpty() ? Optional.empty() : Optional.of(HostPort.parse(text)));
    public static final Kind<Optional<String>> OPTIONAL_TIER = new Kind<>("text", Kind::tier);
    public static final Kind<String> BUCKETS = new Kind<>("text", Kind::buckets);
    /// Text that is never shown.
    public static final Kind<Optional<String>> SECRET = new Kind<>("secret", Kind::secret);

    public static final Kind<Duration> DURATION = new Kind<>("duration", Kind::duration);

    /// Text of this form, a regular expression.
    public static Kind<String> matching(String form, String rule) {
        var pattern = Pattern.compile(form);
        return new Kind<>("text", text -> {
            if (pattern.matcher(text).matches()) return text;
            throw new IllegalArgumentException(rule);
        });
    }

    /// A whole number within these bounds, both included.
    public static Kind<Integer> count(int least, int most) {
        return new Kind<>("number", text -> {
            var rule = most == Integer.MAX_VALUE
                    ? "must be a whole number, at least " + least
                    : "must be a whole number from %d to %d".formatted(least, most);
            try {
                int value = Integer.parseInt(text);
                if (value >= least && value <= most) return value;
            } catch (NumberFormatException _) {
                // said below, in the same words as a number out of bounds
            }
            throw new IllegalArgumentException(rule);
        });
    }

    /// A number of milliseconds, at least 1.
    public static Kind<Long> millis() {
        return new Kind<>("milliseconds", text -> {
            try {
                long value = Long.parseLong(text);
                if (value >= 1) return value;
            } catch (NumberFormatException _) {
                // said below, in the same words as a number out of bounds
            }
            throw new IllegalArgumentException("must be a whole number of milliseconds, at least 1");
        });
    }

    /// A number of bytes within these bounds, both included.
    public static Kind<Long> size(long least, long most) {
        return new Kind<>("size", text -> {
            long bytes = bytes(text);
            if (bytes >= least && bytes <= most) return bytes;
            throw new IllegalArgumentException(
                    most == Long.MAX_VALUE
                            ? "must be at least " + sizeText(least)
                            : "must be from %s to %s".formatted(sizeText(least), sizeText(most)));
        });
    }

    /// The same, or nothing where the server chooses.
    public static Kind<Optional<Long>> optionalSize(long least, long most) {
        var size = size(least, most);
        return new Kind<>(
                size.name(),
                text -> text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(size.parser().apply(text)));
    }

    /// One constant of an enum, written in lower case and with hyphens.
    public static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        var names = String.join(
                ", ", Arrays.stream(type.getEnumConstants()).map(Kind::word).toList());
        return new Kind<>("one of " + names, text -> {
            for (E constant : type.getEnumConstants()) {
                if (word(constant).equalsIgnoreCase(text)) return constant;
            }
            throw new IllegalArgumentException("must be one of " + names);
        });
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Path path(String text) {
        if (text.isBlank()) throw new IllegalArgumentException("must name a file or directory");
        return Path.of(text);
    }

    private static Optional<String> tier(String text) {
        if (text.isEmpty()) return Optional.empty();
        StorageTier.fault(text).ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return Optional.of(text);
    }

    private static Optional<String> secret(String text) {
        if (text.isEmpty()) return Optional.empty();
        if (text.length() < SECRET_LENGTH_MIN)
            throw new IllegalArgumentException("must have at least %d characters".formatted(SECRET_LENGTH_MIN));
        return Optional.of(text);
    }

    private static String buckets(String text) {
        StorageBuckets.fault(text).ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return text;
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static Duration duration(String text) {
        int unit = text.length();
        while (unit > 0 && !Character.isDigit(text.charAt(unit - 1))) unit--;
        try {
            long number = Long.parseLong(text.substring(0, unit));
            if (number < 0) throw new IllegalArgumentException("must not be below 0");
            return switch (text.substring(unit).strip()) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default -> throw new IllegalArgumentException("must end with a unit: ms, s, m, h or d");
            };
        } catch (NumberFormatException | ArithmeticException _) {
            throw new IllegalArgumentException("must be a whole number and a unit, as in 500ms, 30s, 10m, 12h or 7d");
        }
    }

    private static long bytes(String text) {
        int unit = text.length();
        while (unit > 0 && !Character.isDigit(text.charAt(unit - 1))) unit--;
        try {
            long number = Long.parseLong(text.substring(0, unit));
            return switch (text.substring(unit).strip()) {
                case "", "B" -> number;
                case "KiB" -> Math.multiplyExact(number, 1L << 10);
                case "MiB" -> Math.multiplyExact(number, 1L << 20);
                case "GiB" -> Math.multiplyExact(number, 1L << 30);
                case "TiB" -> Math.multiplyExact(number, 1L << 40);
                default -> throw new IllegalArgumentException("must end with a unit: B, KiB, MiB, GiB or TiB");
            };
        } catch (NumberFormatException | ArithmeticException _) {
            throw new IllegalArgumentException("must be a whole number and a unit, as in 512KiB, 64MiB or 2GiB");
        }
    }

    /// As a person would write it.
    static String sizeText(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB"};
        int unit = 0;
        long number = bytes;
        while (unit < units.length - 1 && number != 0 && number % 1_024 == 0) {
            number /= 1_024;
            unit++;
        }
        return number + units[unit];
    }

    static String durationText(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) return millis + "ms";
        if (millis % 60_000 != 0) return millis / 1_000 + "s";
        if (millis % 3_600_000 != 0) return millis / 60_000 + "m";
        return millis / 3_600_000 + "h";
    }
}
