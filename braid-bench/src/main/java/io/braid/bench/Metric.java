package io.braid.bench;

/// What is measured in a trial, and how it is written.
enum Metric {
    THROUGHPUT("throughput", "%,.0f records/s"),
    CPU("server CPU", "%.2f s/GB"),
    MEMORY("resident memory", "%,.0f MB"),
    START("start to first acknowledged record", "%,.0f ms"),
    CREATE("created in one request", "%,.0f ms"),
    RESTART("restart to serving after a clean stop", "%,.0f ms"),
    RECOVERY("after kill -9", "%,.0f ms"),
    OPEN_FILES("open files", "%,.0f"),
    STOP("clean stop", "%,.0f ms");

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
