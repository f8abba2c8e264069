package io.braid.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// The two ways to write what Kinesis is asked and what it answers. What is measured is written in either; what
/// prepares it (streams, iterators) is always JSON.
public enum Protocol {
    JSON("application/x-amz-json-1.1") {
        @Override
        byte[] putRecords(String stream, List<Entry> entries) {
            var body = new StringBuilder("{\"StreamName\":\"" + stream + "\",\"Records\":[");
            for (var entry : entries) {
                body.append(body.charAt(body.length() - 1) == '[' ? "{" : ",{")
                        .append(members(entry))
                        .append('}');
            }
            return body.append("]}").toString().getBytes(UTF_8);
        }

        @Override
        byte[] putRecord(String stream, Entry entry) {
            return "{\"StreamName\":\"%s\",%s}"
                    .formatted(stream, members(entry))
                    .getBytes(UTF_8);
        }

        private String members(Entry entry) {
            return "\"Data\":\"" + Base64.getEncoder().encodeToString(entry.data()) + "\",\"PartitionKey\":\""
                    + entry.key() + "\"";
        }

        @Override
        byte[] getRecords(String iterator, int limit) {
            return "{\"Limit\":%d,\"ShardIterator\":\"%s\"}"
                    .formatted(limit, iterator)
                    .getBytes(UTF_8);
        }

        /// The count stands at the beginning or at the end, as the server likes; what is between is not looked at.
        @Override
        boolean saysAllPut(Http.Answer answer, int records) {
            int last = answer.end() - NONE_FAILED.length;
            for (int distance = 0; distance < COUNT_WITHIN && distance <= last - answer.start(); distance++) {
                if (isNoneFailed(answer, answer.start() + distance) || isNoneFailed(answer, last - distance)) {
                    return answer.bytes()[answer.end() - 1] == '}';
                }
            }
            return false;
        }

        private boolean isNoneFailed(Http.Answer answer, int at) {
            int end = at + NONE_FAILED.length;
            return Arrays.equals(answer.bytes(), at, end, NONE_FAILED, 0, NONE_FAILED.length)
                    && !Character.isDigit(answer.bytes()[end]);
        }

        @Override
        Page page(Http.Answer answer, int dataBytes) {
            return Page.ofJson(answer, (dataBytes + 2) / 3 * 4);
        }
    },

    /// Amazon's CBOR 1.1, with maps and lists of indefinite length as Amazon's clients for Java write them.
    CBOR("application/x-amz-cbor-1.1") {
        @Override
        byte[] putRecords(String stream, List<Entry> entries) {
            var body = new CborWriter()
                    .startMap()
                    .text("StreamName")
                    .text(stream)
                    .text("Records")
                    .startList();
            for (var entry : entries) {
                members(body.startMap(), entry).end();
            }
            return body.end().end().bytes();
        }

        @Override
        byte[] putRecord(String stream, Entry entry) {
            var body = new CborWriter().startMap().text("StreamName").text(stream);
            return members(body, entry).end().bytes();
        }

        private CborWriter members(CborWriter body, Entry entry) {
            return body.text("Data").data(entry.data()).text("PartitionKey").text(entry.key());
        }

        @Override
        byte[] getRecords(String iterator, int limit) {
            return new CborWriter()
                    .startMap()
                    .text("Limit")
                    .number(limit)
                    .text("ShardIterator")
                    .text(iterator)
                    .end()
                    .bytes();
        }

        @Override
        boolean saysAllPut(Http.Answer answer, int records) {
            var scan = new CborScan(answer.bytes(), answer.start(), answer.end());
            var found = new Object() {
                int records = 0;
                long failed = -1;
            };
            scan.map(name -> {
                if (name.equals("Records")) found.records = scan.list();
                else if (name.equals("FailedRecordCount")) found.failed = scan.number();
                else scan.skip();
            });
            return found.records == records && found.failed == 0;
        }

        @Override
        Page page(Http.Answer answer, int dataBytes) {
            return Page.ofCbor(answer);
        }
    };

    private static final byte[] NONE_FAILED = "\"FailedRecordCount\":0".getBytes(US_ASCII);

    /// So far from either end of an answer the count of failed records stands at most.
    private static final int COUNT_WITHIN = 64;

    private final String contentType;

    Protocol(String contentType) {
        this.contentType = contentType;
    }

    /// One record that is put.
    record Entry(byte[] data, String key) {}

    String contentType() {
        return contentType;
    }

    abstract byte[] putRecords(String stream, List<Entry> entries);

    abstract byte[] putRecord(String stream, Entry entry);

    abstract byte[] getRecords(String iterator, int limit);

    /// Whether a PutRecords answer says that all records were put.
    ///
    /// @throws IllegalArgumentException it cannot be read
    abstract boolean saysAllPut(Http.Answer answer, int records);

    /// What a GetRecords answer holds.
    ///
    /// @param dataBytes  of each of its records
    /// @throws IllegalArgumentException it cannot be read
    abstract Page page(Http.Answer answer, int dataBytes);
}
