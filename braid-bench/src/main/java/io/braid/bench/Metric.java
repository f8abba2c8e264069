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
    STOP("clean stop", "%,.0f ms"),
    COLD_READ("cold read", "%,.0f records/s"),
    P99_RISE("rise of the producer's p99 beside the reader", "%.2f times"),
    P99_BESIDE("p99 beside the reader", "%,.0f ms"),
    P99_ALONE("p99 alone", "%,.0f ms"),
    PRODUCED("produced beside the reader", "%,.0f records/s"),
    FROM_DISK("read from disk", "%.2f GB"),
    P50("p50", "%.2f ms"),
    P99("p99", "%.2f ms"),
    P99_9("p99.9", "%.2f ms");

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
