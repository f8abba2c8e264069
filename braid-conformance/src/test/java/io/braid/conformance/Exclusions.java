package io.braid.conformance;

import java.util.Map;
import java.util.TreeMap;

/// Kafka's tests that need not pass, each with its reason; in the resource `exclusions.txt`, one a line:
/// `Class#method: reason`, where `Class` is without its package, and `Class#*` means all its tests.
///
/// @param reasons by test
record Exclusions(Map<String, String> reasons) {
    static final String RESOURCE = "/exclusions.txt";

    static Exclusions read() {
        var reasons = new TreeMap<String, String>();
        for (var line : GroupOfTests.lines(RESOURCE)) {
            int colon = line.indexOf(": ");
            if (colon < 0 || !line.substring(0, colon).contains("#"))
                throw new IllegalArgumentException("%s: should be Class#method: reason".formatted(line));
            var before = reasons.put(line.substring(0, colon), line.substring(colon + 2));
            if (before != null) throw new IllegalArgumentException("%s: is there twice".formatted(line));
        }
        return new Exclusions(reasons);
    }

    boolean has(String test) {
        return reasons.containsKey(test) || reasons.containsKey(test.substring(0, test.indexOf('#')) + "#*");
    }
}
