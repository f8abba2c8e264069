package io.braid.aws;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// How many requests were answered, by operation and status, and with which errors. The keys are names of ours,
/// so both maps are as small as the API. Any thread.
final class RequestCounts {
    private record Key(String operation, int status) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byOperation = operation.compareTo(other.operation);
            return byOperation != 0 ? byOperation : Integer.compare(status, other.status);
        }
    }

    private final Map<Key, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> faults = new ConcurrentSkipListMap<>();

    void request(String operation, int status) {
        requests.computeIfAbsent(new Key(operation, status), _ -> new LongAdder())
                .increment();
    }

    void fault(String type) {
        faults.computeIfAbsent(type, _ -> new LongAdder()).increment();
    }

    void writeTo(StringBuilder page) {
        page.append("# TYPE braid_http_requests_total counter\n");
        requests.forEach((key, count) -> page.append("braid_http_requests_total{operation=\"%s\",status=\"%d\"} %d\n"
                .formatted(key.operation(), key.status(), count.sum())));
        page.append("# TYPE braid_http_faults_total counter\n");
        faults.forEach(
                (type, count) -> page.append("braid_http_faults_total{type=\"%s\"} %d\n".formatted(type, count.sum())));
    }
}
