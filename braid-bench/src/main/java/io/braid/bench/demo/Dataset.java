package io.braid.bench.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Real events that ship with the project, oldest first. `SOURCE.md` beside the files names source and licence.
enum Dataset {
    FLIGHTS("flights", "origin", "20,000 flights in the United States, January to March 2001 (US DOT, BTS)"),
    EARTHQUAKES("earthquakes", "network", "1,707 earthquakes, 31 January to 7 February 2018 (USGS)");

    private final String stream;
    private final String keyField;
    private final String about;

    Dataset(String stream, String keyField, String about) {
        this.stream = stream;
        this.keyField = keyField;
        this.about = about;
    }

    /// What its stream is called.
    String stream() {
        return stream;
    }

    /// The field that is the partition key.
    String keyField() {
        return keyField;
    }

    String about() {
        return about;
    }

    List<Event> events() throws IOException {
        try (var file = Dataset.class.getResourceAsStream(stream + ".jsonl.gz");
                var lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            return lines.lines().map(line -> Event.parse(line, keyField)).toList();
        }
    }
}
