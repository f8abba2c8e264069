package io.braid.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What is wanted of one GetRecords answer: how many records it holds, and where to read on.
///
/// @param nextIterator  empty at the end of a closed shard
record Page(int records, String nextIterator) {
    private static final byte[] DATA = "\"Data\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEXT = "\"NextShardIterator\":\"".getBytes(StandardCharsets.US_ASCII);

    /// Counts the records by finding where each one's data begins and jumping over it, since its length is known;
    /// reading every byte would cost the client more than the answer costs the server.
    ///
    /// @param dataChars  length of every record's data in Base64
    static Page ofJson(Http.Answer answer, int dataChars) {
        var bytes = answer.bytes();
        int records = 0;
        var next = "";
        int at = answer.start();
        while (at < answer.end()) {
            if (bytes[at] != '"') {
                at++;
            } else if (startsWith(bytes, at, answer.end(), DATA)) {
                records++;
                at += DATA.length + dataChars + 1;
            } else if (startsWith(bytes, at, answer.end(), NEXT)) {
                int value = at + NEXT.length;
                at = value;
                while (bytes[at] != '"') {
                    at++;
                }
                next = new String(bytes, value, at - value, StandardCharsets.US_ASCII);
                at++;
            } else {
                at++;
            }
        }
        return new Page(records, next);
    }

    /// Counts the records from head to head of what they hold. Whether their data is bytes, as Amazon has it, or
    /// Base64, as kinesis-local does, is all one to Amazon's client for Java and to this.
    ///
    /// @throws IllegalArgumentException it is no CBOR, or no map
    static Page ofCbor(Http.Answer answer) {
        var scan = new CborScan(answer.bytes(), answer.start(), answer.end());
        var found = new Object() {
            int records = 0;
            String next = "";
        };
        scan.map(name -> {
            if (name.equals("Records")) found.records = scan.list();
            else if (name.equals("NextShardIterator") && scan.isText()) found.next = scan.text();
            else scan.skip();
        });
        return new Page(found.records, found.next);
    }

    private static boolean startsWith(byte[] bytes, int at, int end, byte[] pattern) {
        return at + pattern.length <= end && Arrays.equals(bytes, at, at + pattern.length, pattern, 0, pattern.length);
    }
}
