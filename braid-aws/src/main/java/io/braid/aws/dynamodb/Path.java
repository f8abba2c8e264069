package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a value lies in an item: an attribute, and ways into its maps and lists. `a.b[2]` has three steps.
///
/// @param steps at least one, the first a [Step.Member]
record Path(List<Step> steps) {
    sealed interface Step {
        record Member(String name) implements Step {}

        record Element(int index) implements Step {}
    }

    Path {
        steps = List.copyOf(steps);
    }

    static Path of(String attribute) {
        return new Path(List.of(new Step.Member(attribute)));
    }

    String attribute() {
        return ((Step.Member) steps.getFirst()).name();
    }

    boolean isWhole() {
        return steps.size() == 1;
    }

    Optional<AttributeValue> in(Map<String, AttributeValue> item) {
        AttributeValue at = new AttributeValue.MapOf(item);
        for (var step : steps) {
            var next = next(at, step);
            if (next.isEmpty()) return Optional.empty();
            at = next.get();
        }
        return Optional.of(at);
    }

    private static Optional<AttributeValue> next(AttributeValue at, Step step) {
        return switch (step) {
            case Step.Member(String name) ->
                at instanceof AttributeValue.MapOf(var entries)
                        ? Optional.ofNullable(entries.get(name))
                        : Optional.empty();
            case Step.Element(int index) ->
                at instanceof AttributeValue.ListOf(var items) && index < items.size()
                        ? Optional.of(items.get(index))
                        : Optional.empty();
        };
    }

    /// The item with this value here; everything on the way must be there already. An index behind the end of a
    /// list is its end.
    ///
    /// @throws AwsFault there is no such way
    Map<String, AttributeValue> set(Map<String, AttributeValue> item, AttributeValue value) {
        return entries(changed(new AttributeValue.MapOf(item), 0, Optional.of(value)));
    }

    /// The item without what is here, which need not be anything.
    ///
    /// @throws AwsFault there is no such way
    Map<String, AttributeValue> remove(Map<String, AttributeValue> item) {
        return entries(changed(new AttributeValue.MapOf(item), 0, Optional.empty()));
    }

    private static Map<String, AttributeValue> entries(AttributeValue item) {
        return ((AttributeValue.MapOf) item).entries();
    }

    private AttributeValue changed(AttributeValue at, int depth, Optional<AttributeValue> value) {
        var step = steps.get(depth);
        boolean last = depth == steps.size() - 1;
        var inner = last ? value : Optional.of(changed(next(at, step).orElseThrow(Path::noWay), depth + 1, value));
        return switch (step) {
            case Step.Member(String name) -> {
                if (!(at instanceof AttributeValue.MapOf(var before))) throw noWay();
                var entries = new LinkedHashMap<>(before);
                inner.ifPresentOrElse(set -> entries.put(name, set), () -> entries.remove(name));
                yield new AttributeValue.MapOf(Collections.unmodifiableMap(entries));
            }
            case Step.Element(int index) -> {
                if (!(at instanceof AttributeValue.ListOf(var before))) throw noWay();
                var items = new ArrayList<>(before);
                if (inner.isEmpty()) {
                    if (index < items.size()) items.remove(index);
                } else if (index < items.size()) {
                    items.set(index, inner.get());
                } else {
                    items.add(inner.get());
                }
                yield new AttributeValue.ListOf(Collections.unmodifiableList(items));
            }
        };
    }

    private static AwsFault noWay() {
        return AwsFault.validation("The document path provided in the update expression is invalid for update");
    }

    /// Whether one of the two is the other or lies within it.
    boolean overlaps(Path other) {
        int common = Math.min(steps.size(), other.steps.size());
        return steps.subList(0, common).equals(other.steps.subList(0, common));
    }

    /// As messages show it: `[a, b, [2]]`.
    @Override
    public String toString() {
        return steps.stream()
                .map(step -> switch (step) {
                    case Step.Member(String name) -> name;
                    case Step.Element(int index) -> "[" + index + "]";
                })
                .toList()
                .toString();
    }
}
