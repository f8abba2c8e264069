package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.Shape;
import io.braid.aws.wire.TypeFaults;
import io.braid.aws.wire.Violations;
import io.braid.aws.wire.WireReader;
import io.braid.aws.wire.WireReader.Token;
import io.braid.broker.Stream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// A PutRecord or PutRecords as it came: keys and CBOR data are still regions of the request body, JSON data is
/// decoded once. Reading finds wrong types, [#check] finds violated constraints, as in [Params#read], but
/// without building a tree.
final class PutRequest {
    /// Stands for a member that is not there; compared by identity.
    private static final MemorySegment MISSING = MemorySegment.ofArray(new byte[0]);

    /// What Amazon prints for a list of records.
    private static final String ENTRY_SHOWN = "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310";

    /// @param key             UTF-8
    /// @param explicitHashKey decimal
    record Entry(MemorySegment key, MemorySegment data, Optional<String> explicitHashKey) {
        boolean hasKey() {
            return key != MISSING;
        }

        long byteSize() {
            return key.byteSize() + data.byteSize();
        }
    }

    private final boolean many;
    private final List<Entry> entries = new ArrayList<>();
    private boolean hasRecords;
    private Optional<String> streamName = Optional.empty();
    private Optional<String> streamArn = Optional.empty();
    private Optional<String> sequenceNumberForOrdering = Optional.empty();

    private PutRequest(boolean many) {
        this.many = many;
    }

    /// Reads a PutRecord.
    ///
    /// @param keysAreOptional whether records of a request's stream may have no partition key
    static PutRequest one(WireReader reader, Predicate<PutRequest> keysAreOptional) {
        var request = new PutRequest(false);
        request.entries.add(request.entry(reader, true));
        reader.expectEnd();
        request.check(keysAreOptional);
        return request;
    }

    /// Reads a PutRecords; the parameters are those of [#one].
    static PutRequest many(WireReader reader, Predicate<PutRequest> keysAreOptional) {
        var request = new PutRequest(true);
        TypeFaults.expectContainer(reader, Token.MAP, "Expected null");
        for (reader.enterMap(); reader.nextName(); )
            if (reader.nameIs(Names.RECORDS)) request.records(reader);
            else request.other(reader);
        reader.expectEnd();
        request.check(keysAreOptional);
        return request;
    }

    List<Entry> entries() {
        return entries;
    }

    Stream streamIn(Lookup lookup) {
        return lookup.stream(streamName, streamArn);
    }

    /// The stream, if what names it may be a name and there is one.
    Optional<Stream> findIn(Lookup lookup) {
        boolean isArn = streamArn
                .filter(arn ->
                        Requests.STREAM_ARN.pattern().orElseThrow().matcher(arn).matches())
                .isPresent();
        boolean isNamed = isArn || streamArn.isEmpty() && streamName.isPresent();
        return isNamed ? lookup.find(streamName, streamArn) : Optional.empty();
    }

    Optional<String> sequenceNumberForOrdering() {
        return sequenceNumberForOrdering;
    }

    private void records(WireReader reader) {
        if (isNull(reader)) return;
        TypeFaults.expectContainer(reader, Token.LIST, "Expected list or null");
        hasRecords = true;
        for (reader.enterList(); reader.nextItem(); ) entries.add(entry(reader, false));
    }

    /// Reads the members of one record; at the top of a PutRecord the others stand among them.
    private Entry entry(WireReader reader, boolean top) {
        TypeFaults.expectContainer(reader, Token.MAP, "Expected null");
        var key = MISSING;
        var data = MISSING;
        Optional<String> hashKey = Optional.empty();
        for (reader.enterMap(); reader.nextName(); ) {
            if (reader.nameIs(Names.DATA)) {
                if (!isNull(reader)) data = Params.blob(reader);
            } else if (reader.nameIs(Names.PARTITION_KEY)) {
                if (!isNull(reader)) {
                    TypeFaults.expect(reader, Token.TEXT, "an String");
                    reader.readText();
                    key = reader.utf8();
                }
            } else if (reader.nameIs(Names.EXPLICIT_HASH_KEY)) {
                hashKey = text(reader);
            } else if (top) {
                other(reader);
            } else {
                reader.skip();
            }
        }
        return new Entry(key, data, hashKey);
    }

    private void other(WireReader reader) {
        if (reader.nameIs(Names.STREAM_NAME)) streamName = text(reader);
        else if (reader.nameIs(Names.STREAM_ARN)) streamArn = text(reader);
        else if (!many && reader.nameIs(Names.SEQUENCE_NUMBER_FOR_ORDERING)) sequenceNumberForOrdering = text(reader);
        else reader.skip();
    }

    private static Optional<String> text(WireReader reader) {
        if (isNull(reader)) return Optional.empty();
        TypeFaults.expect(reader, Token.TEXT, "an String");
        reader.readText();
        return Optional.of(reader.text());
    }

    private static boolean isNull(WireReader reader) {
        if (reader.token() != Token.NULL) return false;
        reader.readNull();
        return true;
    }

    private void check(Predicate<PutRequest> keysAreOptional) {
        boolean optionalKeys = hasMissingKey() && keysAreOptional.test(this);
        var violations = new Violations();
        if (many) checkList(violations);
        check(violations, "sequenceNumberForOrdering", Requests.SEQUENCE_NUMBER, sequenceNumberForOrdering);
        for (int i = 0; i < entries.size(); i++)
            if (!isPlain(entries.get(i), optionalKeys)) checkEntry(violations, path(i), entries.get(i), optionalKeys);
        check(violations, "streamName", Requests.STREAM_NAME, streamName);
        check(violations, "streamARN", Requests.STREAM_ARN, streamArn);
        violations.raise();
        long bytes = 0;
        for (var entry : entries) bytes += entry.byteSize();
        if (many && bytes > Sizes.PUT_BYTES_MAX)
            throw AwsFault.invalidArgument("Records size exceeds %d MB limit".formatted(Sizes.PUT_BYTES_MAX >> 20));
    }

    private void checkList(Violations violations) {
        if (!hasRecords) {
            violations.missing("records");
        } else if (entries.isEmpty() || entries.size() > Requests.PUT_RECORDS_MAX) {
            var shown = "'[" + String.join(", ", Collections.nCopies(entries.size(), ENTRY_SHOWN)) + "]'";
            violations.length(shown, "records", entries.size(), 1, Requests.PUT_RECORDS_MAX);
        }
    }

    /// Whether nothing about a record needs a closer look: most are, and then no path is spelled out for it.
    private static boolean isPlain(Entry entry, boolean optionalKeys) {
        long keyBytes = entry.key().byteSize(); // no fewer than characters
        return (keyBytes > 0 || optionalKeys && !entry.hasKey())
                && keyBytes <= Requests.PARTITION_KEY.max()
                && entry.data() != MISSING
                && entry.data().byteSize() <= Requests.DATA.max()
                && entry.explicitHashKey().isEmpty();
    }

    private static void checkEntry(Violations violations, String prefix, Entry entry, boolean optionalKeys) {
        if (!entry.hasKey()) {
            if (!optionalKeys) violations.missing(prefix + "partitionKey");
        } else if (entry.key().byteSize() == 0 || entry.key().byteSize() > Requests.PARTITION_KEY.max()) {
            violations.check(prefix + "partitionKey", Requests.PARTITION_KEY, textOf(entry.key()));
        }
        check(violations, prefix + "explicitHashKey", Requests.HASH_KEY, entry.explicitHashKey());
        if (entry.data() == MISSING) violations.missing(prefix + "data");
        else violations.blob(prefix + "data", Requests.DATA, entry.data().byteSize());
    }

    private boolean hasMissingKey() {
        for (var entry : entries) if (!entry.hasKey()) return true;
        return false;
    }

    private String path(int entry) {
        return many ? "records." + (entry + 1) + ".member." : "";
    }

    /// Holds the records against what their stream takes: data counts, as its constraint always said, and no keys.
    ///
    /// @throws AwsFault one is larger
    void checkSizes(int recordBytesMax) {
        var largest = new Shape.Blob(recordBytesMax);
        var violations = new Violations();
        for (int i = 0; i < entries.size(); i++)
            if (entries.get(i).data().byteSize() > recordBytesMax)
                violations.blob(path(i) + "data", largest, entries.get(i).data().byteSize());
        violations.raise();
    }

    private static String textOf(MemorySegment utf8) {
        return StandardCharsets.UTF_8.decode(utf8.asByteBuffer()).toString();
    }

    private static void check(Violations violations, String path, Shape.Text shape, Optional<String> value) {
        value.ifPresent(text -> violations.check(path, shape, text));
    }
}
