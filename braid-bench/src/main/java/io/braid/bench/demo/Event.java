package io.braid.bench.demo;

/// One real event.
///
/// @param time  as the source writes it, ISO 8601
/// @param key   what events are kept in order by
/// @param line  the whole event in JSON
record Event(String time, String key, String line) {
    static Event parse(String line, String keyField) {
        return new Event(field(line, "time"), field(line, keyField), line);
    }

    /// The value of a text field. The lines are our own and flat, their text fields have no escapes.
    private static String field(String line, String name) {
        var start = "\"" + name + "\":\"";
        int at = line.indexOf(start);
        if (at < 0) {
            throw new IllegalArgumentException("expected a field \"%s\" in %s".formatted(name, line));
        }
        int value = at + start.length();
        return line.substring(value, line.indexOf('"', value));
    }
}
