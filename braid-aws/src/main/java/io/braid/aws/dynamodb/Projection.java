package io.braid.aws.dynamodb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which parts of an item are answered.
///
/// @param paths none for all of it
record Projection(List<Path> paths) {
    static final Projection ALL = new Projection(List.of());

    static Projection ofAttributes(List<String> names) {
        return new Projection(names.stream().map(Path::of).toList());
    }

    Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
        if (paths.isEmpty()) return item;
        var all = paths.stream().map(Path::steps).toList();
        return part(new AttributeValue.MapOf(item), all)
                .map(found -> ((AttributeValue.MapOf) found).entries())
                .orElse(Map.of());
    }

    /// What the ways lead to, with what is on the way there; elements of lists close ranks.
    private static Optional<AttributeValue> part(AttributeValue value, List<List<Path.Step>> ways) {
        if (ways.stream().anyMatch(List::isEmpty)) return Optional.of(value);
        return switch (value) {
            case AttributeValue.MapOf(var entries) -> {
                var kept = new LinkedHashMap<String, AttributeValue>();
                entries.forEach((name, inner) ->
                        next(inner, new Path.Step.Member(name), ways).ifPresent(part -> kept.put(name, part)));
                yield kept.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new AttributeValue.MapOf(Collections.unmodifiableMap(kept)));
            }
            case AttributeValue.ListOf(var items) -> {
                var kept = new ArrayList<AttributeValue>();
                for (int i = 0; i < items.size(); i++)
                    next(items.get(i), new Path.Step.Element(i), ways).ifPresent(kept::add);
                yield kept.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new AttributeValue.ListOf(Collections.unmodifiableList(kept)));
            }
            case AttributeValue.Text _,
                    AttributeValue.Number _,
                    AttributeValue.Binary _,
                    AttributeValue.SetOf _,
                    AttributeValue.Bool _,
                    AttributeValue.Null _ -> Optional.empty();
        };
    }

    private static Optional<AttributeValue> next(AttributeValue inner, Path.Step step, List<List<Path.Step>> ways) {
        var onwards = ways.stream()
                .filter(way -> way.getFirst().equals(step))
                .map(way -> way.subList(1, way.size()))
                .toList();
        return onwards.isEmpty() ? Optional.empty() : part(inner, onwards);
    }
}
