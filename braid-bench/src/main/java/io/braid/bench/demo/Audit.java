package io.braid.bench.demo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Compares what came out with what went in. Decides only; prints nothing and waits for nothing.
final class Audit {
    /// One comparison and what it found.
    record Finding(boolean isGood, String sentence) {}

    private Audit() {}

    /// @param sent      in the order in which they were put
    /// @param arrivals  in any order; those of one partition are compared in the order of their offsets
    static List<Finding> compare(List<Event> sent, List<Arrival> arrivals) {
        var out = arrivals.stream()
                .sorted(Comparator.comparingInt(Arrival::partition).thenComparingLong(Arrival::offset))
                .toList();
        var linesIn = new TreeMap<String, List<String>>();
        var linesOut = new TreeMap<String, List<String>>();
        sent.forEach(event ->
                linesIn.computeIfAbsent(event.key(), _ -> new ArrayList<>()).add(event.line()));
        out.forEach(arrival ->
                linesOut.computeIfAbsent(arrival.key(), _ -> new ArrayList<>()).add(arrival.line()));
        return List.of(number(sent, out), order(linesIn, linesOut), content(linesIn, linesOut));
    }

    private static Finding number(List<Event> sent, List<Arrival> out) {
        record Place(int partition, long offset) {}
        var places = new HashSet<Place>();
        long twice = out.stream()
                .filter(arrival -> !places.add(new Place(arrival.partition(), arrival.offset())))
                .count();
        return new Finding(
                sent.size() == out.size() && twice == 0,
                "number: %,d in, %,d out, %,d delivered twice".formatted(sent.size(), out.size(), twice));
    }

    private static Finding order(Map<String, List<String>> in, Map<String, List<String>> out) {
        var different = in.keySet().stream()
                .filter(key -> !in.get(key).equals(out.get(key)))
                .toList();
        var sentence = different.isEmpty()
                ? "order: %,d keys, each in the order it was put".formatted(in.size())
                : "order: %,d of %,d keys differ, first %s"
                        .formatted(different.size(), in.size(), different.getFirst());
        return new Finding(different.isEmpty(), sentence);
    }

    private static Finding content(Map<String, List<String>> in, Map<String, List<String>> out) {
        var hashIn = hash(in);
        var hashOut = hash(out);
        return new Finding(
                hashIn.equals(hashOut), "content: SHA-256 in %.16s..., out %.16s...".formatted(hashIn, hashOut));
    }

    /// Over the keys in alphabetical order, each followed by its lines in theirs.
    private static String hash(Map<String, List<String>> linesByKey) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            linesByKey.forEach((key, lines) -> {
                digest.update((key + "\n").getBytes(StandardCharsets.UTF_8));
                lines.forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
