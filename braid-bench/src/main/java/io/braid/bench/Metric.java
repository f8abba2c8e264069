package io.braid.bench;

/// What is measured in a trial, and how it is written.
enum Metric {
    THROUGHPUT("throughput", "%,.0f records/s"),
    CPU("server CPU", "%.2f s/GB"),
    MEMORY("resident memory", "%,.0f MB"),
    START("start to first acknowledged record", "%,.0f ms");

    private final String title;
    private final String format;

    Metric(String title, String format) {
        this.title = title;
        this.format = format;
    }

    String title() {
        return title;
    }

    String written(double value) {
        return format.formatted(value);
    }
}
