package io.braid.aws.wire;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Collects what a request's values violate of the constraints of their [Shape]s, and says it as Amazon does:
/// up to ten faults in one ValidationException.
public final class Violations {
    private static final int REPORTED_MAX = 10;

    private final List<String> found = new ArrayList<>();

    public Violations check(Shape.Structure shape, Params params) {
        check("", shape, params);
        return this;
    }

    /// @throws AwsFault if anything was found
    public void raise() {
        if (found.isEmpty()) return;
        throw AwsFault.validation("%d validation error%s detected: %s"
                .formatted(found.size(), found.size() == 1 ? "" : "s", String.join("; ", found)));
    }

    private void check(String prefix, Shape.Structure shape, Params params) {
        for (var member : shape.members()) {
            var path = prefix + member.path();
            var value = params.value(member.name());
            if (value.isPresent()) check(path, member.shape(), value.get());
            else if (member.required()) missing(path);
        }
    }

    public void missing(String path) {
        report("null", path, "Member must not be null");
    }

    public void check(String path, Shape shape, Object value) {
        switch (shape) {
            case Shape.Text text -> text(path, text, (String) value);
            case Shape.Whole whole -> {
                long number = (Long) value;
                var shown = "'" + number + "'";
                if (number < whole.min())
                    report(shown, path, "Member must have value greater than or equal to " + whole.min());
                if (number > whole.max())
                    report(shown, path, "Member must have value less than or equal to " + whole.max());
            }
            case Shape.Flag _, Shape.Decimal _, Shape.Moment _, Shape.Own _ -> {}
            case Shape.Blob blob -> blob(path, blob, ((MemorySegment) value).byteSize());
            case Shape.ListOf list -> {
                var items = (List<?>) value;
                length("'" + items + "'", path, items.size(), list.min(), list.max());
                for (int i = 0; i < items.size(); i++)
                    check(path + "." + (i + 1) + ".member", list.item(), items.get(i));
            }
            case Shape.MapOf map -> map(path, map, (Map<?, ?>) value);
            case Shape.Structure structure -> check(path + ".", structure, (Params) value);
        }
    }

    private void text(String path, Shape.Text shape, String value) {
        var shown = "'" + value + "'";
        if (!shape.values().isEmpty() && !shape.values().contains(value))
            report(shown, path, "Member must satisfy enum value set: [" + String.join(", ", shape.values()) + "]");
        shape.pattern()
                .filter(pattern -> !pattern.matcher(value).matches())
                .ifPresent(pattern -> pattern(shown, path, pattern));
        length(shown, path, value.length(), shape.min(), shape.max());
    }

    private void pattern(String shown, String path, Pattern pattern) {
        report(shown, path, "Member must satisfy regular expression pattern: " + pattern);
    }

    public void blob(String path, Shape.Blob shape, long bytes) {
        if (bytes > shape.max())
            length(
                    "'java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]'".formatted(bytes, bytes),
                    path,
                    bytes,
                    0,
                    shape.max());
    }

    private void map(String path, Shape.MapOf shape, Map<?, ?> map) {
        var shown = "'" + map + "'";
        length(shown, path, map.size(), shape.min(), shape.max());
        if (!map.keySet().stream().allMatch(key -> fits((String) key, shape.key())))
            report(shown, path, "Map keys must satisfy constraint: " + lengths(shape.key()));
        if (!map.values().stream().allMatch(value -> fits((String) value, shape.value())))
            report(shown, path, "Map value must satisfy constraint: " + lengths(shape.value()));
    }

    private static boolean fits(String text, Shape.Text shape) {
        return text.length() >= shape.min() && text.length() <= shape.max();
    }

    private static String lengths(Shape.Text shape) {
        return "[Member must have length less than or equal to %d, Member must have length greater than or equal to %d]"
                .formatted(shape.max(), shape.min());
    }

    /// `shown` is the value as messages print it.
    public void length(String shown, String path, long length, long min, long max) {
        if (length < min) report(shown, path, "Member must have length greater than or equal to " + min);
        if (length > max) report(shown, path, "Member must have length less than or equal to " + max);
    }

    private void report(String shown, String path, String constraint) {
        if (found.size() < REPORTED_MAX)
            found.add("Value %s at '%s' failed to satisfy constraint: %s".formatted(shown, path, constraint));
    }
}
