package io.braid.aws.wire;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// What a member of a request may be: its type, and the constraints of Amazon's published service model. A
/// request is read in two steps, as Amazon does: all types ([Params#read]), then all constraints
/// ([Violations]).
public sealed interface Shape {

    /// @param min    characters, at least
    /// @param max    characters, at most
    /// @param values the enumeration, in the order Amazon prints it; empty for free text
    record Text(int min, int max, Optional<Pattern> pattern, List<String> values) implements Shape {}

    /// @param type the word Amazon uses in a type error: `Integer` or `Long`
    record Whole(String type, long min, long max) implements Shape {}

    /// A floating-point number. NaN and infinities are read as such: what is wrong with them is the service's to say.
    record Decimal() implements Shape {}

    record Flag() implements Shape {}

    /// Kept as milliseconds since 1970.
    record Moment() implements Shape {}

    /// @param max bytes, at most
    record Blob(int max) implements Shape {}

    record ListOf(Shape item, int min, int max) implements Shape {}

    record MapOf(Text key, Text value, int min, int max) implements Shape {}

    /// `members` in the order Amazon reports their faults.
    record Structure(List<Member> members) implements Shape {
        public Structure {
            members = List.copyOf(members);
        }
    }

    /// What only its service can read: the attributes of an item, for example.
    ///
    /// @param reader takes exactly the value at the cursor, and refuses it in the service's words
    record Own(Function<WireReader, Object> reader) implements Shape {}

    /// @param path the name as it is spelled in messages: its first letter in lower case
    record Member(String name, String path, Shape shape, boolean required) {}

    static Text text(int min, int max) {
        return new Text(min, max, Optional.empty(), List.of());
    }

    static Text text(int min, int max, String pattern) {
        return new Text(min, max, Optional.of(Pattern.compile(pattern)), List.of());
    }

    static Text oneOf(String... values) {
        return new Text(0, Integer.MAX_VALUE, Optional.empty(), List.of(values));
    }

    static Whole integer(long min, long max) {
        return new Whole("Integer", min, max);
    }

    static Structure structure(Member... members) {
        return new Structure(List.of(members));
    }

    static Member required(String name, Shape shape) {
        return new Member(name, lowerFirst(name), shape, true);
    }

    static Member optional(String name, Shape shape) {
        return new Member(name, lowerFirst(name), shape, false);
    }

    private static String lowerFirst(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
