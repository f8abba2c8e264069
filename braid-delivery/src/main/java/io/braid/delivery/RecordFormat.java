package io.braid.delivery;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What the records of a channel are: what is checked of each, and how they follow each other in an object.
///
/// https://docs.aws.amazon.com/streams/latest/dev/data-delivery-s3-about.html
public enum RecordFormat {
    /// JSON texts (RFC 8259), one after the other, each ending a line.
    JSON,
    /// UTF-8 texts, each ending a line.
    STRING,
    /// Any bytes, as they are, with nothing between them.
    BYTE_ARRAY;

    private static final int LINE_END = '\n';

    /// What is wrong with a record, as a sentence; empty if it may be delivered.
    Optional<String> fault(byte[] record) {
        return switch (this) {
            case JSON -> utf8Fault(record).or(() -> JsonText.fault(record));
            case STRING -> utf8Fault(record);
            case BYTE_ARRAY -> Optional.empty();
        };
    }

    /// A line ends once, whether or not its producer has ended it.
    void write(byte[] record, OutputStream target) throws IOException {
        target.write(record);
        boolean isLine = this != BYTE_ARRAY;
        if (isLine && (record.length == 0 || record[record.length - 1] != LINE_END)) target.write(LINE_END);
    }

    private static Optional<String> utf8Fault(byte[] record) {
        var bytes = ByteBuffer.wrap(record);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return Optional.empty();
        } catch (CharacterCodingException _) {
            return Optional.of("The record is no UTF-8 text: byte %d is none.".formatted(bytes.position()));
        }
    }
}
