package io.braid.server.cli;

import io.braid.broker.Payloads;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.CorruptBatchException;
import io.braid.log.Header;
import io.braid.log.RecordCursor;
import io.braid.log.StoredBatches.Found;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The lines of one partition in a dump, each a JSON object. Field names stay as they are: other programs parse them.
final class DumpLines {
    /// Of one batch, decompressed; the largest batch the log takes has 32 MiB.
    private static final int PAYLOAD_BYTES_MAX = 128 << 20;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final String stream;
    private final int partition;
    private final long from;
    private final long to;

    /// @param from records below are left out, and those from `to` on
    DumpLines(String stream, int partition, long from, long to) {
        this.stream = stream;
        this.partition = partition;
        this.from = from;
        this.to = to;
    }

    Map<String, Object> batch(Found.Whole whole) {
        var batch = whole.batch();
        var line = line();
        line.put("baseOffset", batch.baseOffset());
        line.put("lastOffset", batch.lastOffset());
        line.put("records", batch.recordCount());
        line.put("bytes", batch.byteSize());
        line.put("file", whole.file());
        line.put("position", whole.position());
        line.put("leaderEpoch", batch.leaderEpoch());
        line.put("compression", batch.compression().name().toLowerCase(Locale.ROOT));
        line.put("timestamps", batch.hasAppendTime() ? "append" : "create");
        line.put("baseTimestamp", batch.baseTimestamp());
        line.put("maxTimestamp", batch.maxTimestamp());
        if (batch.isIdempotent()) {
            line.put("producerId", batch.producerId());
            line.put("producerEpoch", (int) batch.producerEpoch());
            line.put("baseSequence", batch.baseSequence());
        }
        if (batch.isTransactional()) line.put("transactional", true);
        if (batch.isControl()) line.put("control", control(batch));
        return line;
    }

    Map<String, Object> damaged(Found.Damaged damaged) {
        var line = line();
        line.put("damaged", damaged.detail());
        line.put("firstOffset", damaged.first());
        line.put("nextOffset", damaged.next());
        line.put("file", damaged.file());
        line.put("position", damaged.position());
        return line;
    }

    /// One line for each record, made when it is asked for. A batch that its producer filled with something else is one
    /// line with `unreadable`.
    Iterable<Map<String, Object>> records(Found.Whole whole) {
        var batch = whole.batch();
        try {
            var records = new RecordCursor(batch, Payloads.of(batch, PAYLOAD_BYTES_MAX));
            return () -> new Lines(batch, records);
        } catch (CorruptBatchException e) {
            return List.of(unreadable(batch, e));
        }
    }

    private final class Lines implements Iterator<Map<String, Object>> {
        private final Batch batch;
        private final RecordCursor records;
        private Optional<Map<String, Object>> next;
        private boolean isOver;

        Lines(Batch batch, RecordCursor records) {
            this.batch = batch;
            this.records = records;
            this.next = advance();
        }

        @Override
        public boolean hasNext() {
            return next.isPresent();
        }

        @Override
        public Map<String, Object> next() {
            var line = next.orElseThrow(NoSuchElementException::new);
            next = advance();
            return line;
        }

        private Optional<Map<String, Object>> advance() {
            if (isOver) return Optional.empty();
            try {
                while (records.next())
                    if (records.offset() >= from && records.offset() < to) return Optional.of(record(batch, records));
                return Optional.empty();
            } catch (CorruptBatchException e) {
                isOver = true;
                return Optional.of(unreadable(batch, e));
            }
        }
    }

    private Map<String, Object> unreadable(Batch batch, CorruptBatchException why) {
        var line = line();
        line.put("unreadable", why.getMessage());
        line.put("baseOffset", batch.baseOffset());
        line.put("lastOffset", batch.lastOffset());
        return line;
    }

    private Map<String, Object> record(Batch batch, RecordCursor record) {
        var line = line();
        line.put("offset", record.offset());
        line.put("timestamp", record.timestamp());
        if (batch.isControl()) {
            line.put("control", controlType(record.key()));
            if (record.value().byteSize() >= Short.BYTES + Integer.BYTES)
                line.put("coordinatorEpoch", record.value().get(INT, Short.BYTES));
        } else {
            put(line, "key", record.key());
            put(line, "value", record.value());
            if (!record.headers().isEmpty()) line.put("headers", headers(record.headers()));
        }
        if (batch.isTransactional()) {
            line.put("producerId", batch.producerId());
            line.put("producerEpoch", (int) batch.producerEpoch());
            line.put("transactional", true);
        }
        return line;
    }

    private static List<Map<String, Object>> headers(List<Header> headers) {
        var list = new ArrayList<Map<String, Object>>();
        for (var header : headers) {
            var each = new LinkedHashMap<String, Object>();
            each.put("name", header.name());
            put(each, "value", header.value());
            list.add(each);
        }
        return list;
    }

    private static void put(Map<String, Object> line, String field, MemorySegment bytes) {
        if (bytes == BatchBuilder.ABSENT) return;
        byte[] all = bytes.toArray(ValueLayout.JAVA_BYTE);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all));
            line.put(field, text.toString());
        } catch (CharacterCodingException _) {
            line.put(field + "Base64", Base64.getEncoder().encodeToString(all));
        }
    }

    private static String control(Batch batch) {
        var records = new RecordCursor(batch, batch.payload());
        try {
            return records.next() ? controlType(records.key()) : "none";
        } catch (CorruptBatchException e) {
            return "unreadable: " + e.getMessage();
        }
    }

    /// The key of a control record is a version and a type (KIP-98).
    private static String controlType(MemorySegment key) {
        if (key.byteSize() < 2 * Short.BYTES) return "unknown";
        int type = key.get(SHORT, Short.BYTES);
        return switch (type) {
            case 0 -> "abort";
            case 1 -> "commit";
            default -> "type " + type;
        };
    }

    private Map<String, Object> line() {
        var line = new LinkedHashMap<String, Object>();
        line.put("stream", stream);
        line.put("partition", partition);
        return line;
    }
}
