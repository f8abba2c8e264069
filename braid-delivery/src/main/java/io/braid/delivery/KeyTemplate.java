package io.braid.delivery;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// How the keys of a channel's objects are made, with Amazon's placeholders and rules
/// (https://docs.aws.amazon.com/streams/latest/dev/data-delivery-s3-key-template.html):
///
///     data/stream=!{stream-name}/!{yyyy}-!{MM}-!{dd}/!{HH}!{mm}!{extension:.json}
///
/// Times are those of an object's first record, in UTC. In front of the extension comes a suffix of 38 characters,
/// which says whose object it is and where it begins: the channel (the beginning of its id), the shard and the offset,
/// in hexadecimal. So an object that is made again has the key that it had, and no two others share one.
public final class KeyTemplate {
    /// Amazon's, for those who bring none.
    public static final String DEFAULT = "kinesis-channel/!{channel-name}/!{channel-id}/!{yyyy}/!{MM}/!{dd}/!{HH}/"
            + "!{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}!{extension}";

    private static final int SUFFIX_CHARACTERS = 38;
    private static final int KEY_CHARACTERS_MAX = 1024; // S3's
    private static final int SUFFIX_ID_DIGITS = 11;
    private static final String OPEN = "!{";
    private static final String EXTENSION = "extension";
    private static final Pattern LITERALS = Pattern.compile("[0-9A-Za-z!\\-_'.*()/=]*");
    private static final Pattern LITERAL_EXTENSION = Pattern.compile("extension:(\\.[a-z.]+)");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final Instant SAMPLE = Instant.parse("2000-01-01T00:00:00Z");

    /// Whose objects are named.
    public record Owner(String channelName, String channelId, String streamName) {}

    private final List<Part> parts;
    private final String extension;
    private final Owner owner;

    private KeyTemplate(List<Part> parts, String extension, Owner owner) {
        this.parts = List.copyOf(parts);
        this.extension = extension;
        this.owner = owner;
    }

    private sealed interface Part {
        record Literal(String text) implements Part {}

        record Name(String text) implements Part {}

        record Time(DateTimeFormatter format) implements Part {}
    }

    /// What is wrong with a template, as the end of the sentence "OutputKeyTemplate …"; empty if nothing is.
    public static Optional<String> fault(String template, ObjectCompression compression, Owner owner) {
        try {
            parse(template, compression, owner);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /// @throws IllegalArgumentException it has a [#fault]
    public static KeyTemplate parse(String template, ObjectCompression compression, Owner owner) {
        if (template.startsWith("/")) throw new IllegalArgumentException("must not begin with a slash.");
        if (template.contains("//")) throw new IllegalArgumentException("must not have one slash after another.");
        var parts = new ArrayList<Part>();
        var extension = Optional.<String>empty();
        for (int at = 0; at < template.length(); ) {
            int open = template.indexOf(OPEN, at);
            int end = open < 0 ? template.length() : open;
            if (end > at) parts.add(literal(template.substring(at, end)));
            if (open < 0) break;
            int close = template.indexOf('}', open);
            if (close < 0) throw new IllegalArgumentException("has a placeholder without its closing brace.");
            var name = template.substring(open + OPEN.length(), close);
            at = close + 1;
            if (name.startsWith(EXTENSION)) {
                extension = Optional.of(extension(name, compression));
                if (at < template.length())
                    throw new IllegalArgumentException("must have !{extension} at its end, and only there.");
            } else parts.add(placeholder(name, owner));
        }
        if (extension.isEmpty() && compression != ObjectCompression.NONE)
            throw new IllegalArgumentException(
                    "must end in !{extension} or !{extension:.literal}, as CompressionType is " + compression + ".");
        var made = new KeyTemplate(parts, extension.orElse(""), owner);
        made.checkExample();
        return made;
    }

    private static Part.Literal literal(String text) {
        if (!LITERALS.matcher(text).matches())
            throw new IllegalArgumentException(
                    "may have letters, digits and ! - _ ' . * ( ) / = between placeholders, and has '%s'."
                            .formatted(text));
        return new Part.Literal(text);
    }

    private static String extension(String name, ObjectCompression compression) {
        if (name.equals(EXTENSION)) return compression.extension();
        var literal = LITERAL_EXTENSION.matcher(name);
        if (!literal.matches())
            throw new IllegalArgumentException(
                    "has !{%s}: an extension begins with a period and has lower-case letters and periods only."
                            .formatted(name));
        return literal.group(1);
    }

    private static Part placeholder(String name, Owner owner) {
        return switch (name) {
            case "channel-name" -> new Part.Name(owner.channelName());
            case "channel-id" -> new Part.Name(owner.channelId());
            case "stream-name" -> new Part.Name(owner.streamName());
            case "yyyy", "yy", "MM", "dd", "HH", "mm" ->
                new Part.Time(DateTimeFormatter.ofPattern(name).withZone(ZoneOffset.UTC));
            default ->
                throw new IllegalArgumentException(
                        ("has !{%s}, which is none of !{channel-name}, !{channel-id}, !{stream-name}, !{yyyy}, !{yy},"
                                        + " !{MM}, !{dd}, !{HH}, !{mm}, !{extension}.")
                                .formatted(name));
        };
    }

    /// Names may be as long as they like, or be two periods: what counts is what comes out.
    private void checkExample() {
        var key = key(0, 0, SAMPLE);
        if (key.length() > KEY_CHARACTERS_MAX)
            throw new IllegalArgumentException("must not come to more than %d characters, and comes to %d."
                    .formatted(KEY_CHARACTERS_MAX - SUFFIX_CHARACTERS, key.length() - SUFFIX_CHARACTERS));
        var beforeSuffix = key.substring(0, key.length() - SUFFIX_CHARACTERS - extension.length());
        boolean isDotted = List.of(beforeSuffix.split("/")).contains(".");
        if (beforeSuffix.contains("..") || isDotted)
            throw new IllegalArgumentException("must not come to a path with '..', or with '.' between slashes.");
    }

    /// The key of the object of a shard that begins at this offset.
    ///
    /// @param time of its first record
    String key(int shard, long offset, Instant time) {
        var key = new StringBuilder();
        for (var part : parts)
            switch (part) {
                case Part.Literal(var text) -> key.append(text);
                case Part.Name(var text) -> key.append(text);
                case Part.Time(var format) -> key.append(format.format(within(time)));
            }
        return key.append(suffix(owner.channelId(), shard, offset))
                .append(extension)
                .toString();
    }

    static String suffix(String channelId, int shard, long offset) {
        var id = channelId.replace("-", "");
        return "-%s-%08x-%016x".formatted(id.substring(0, SUFFIX_ID_DIGITS), shard, offset);
    }

    /// Producers may claim any time; a key has four digits for its year.
    static Instant within(Instant time) {
        if (time.isBefore(Instant.EPOCH)) return Instant.EPOCH;
        return time.isAfter(LATEST) ? LATEST : time;
    }
}
