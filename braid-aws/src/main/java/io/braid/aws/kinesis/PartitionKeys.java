package io.braid.aws.kinesis;

import io.braid.aws.wire.WireWriter;
import io.braid.log.BatchBuilder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// How a record's key reads as a partition key: as it is if it is UTF-8, in Base64 if it is not, and as a hyphen if
/// there is none (Kinesis has no empty partition key).
final class PartitionKeys {
    private static final String NONE = "-";

    private PartitionKeys() {}

    static void write(WireWriter answer, MemorySegment key) {
        if (key == BatchBuilder.ABSENT || key.byteSize() == 0) answer.text(NONE);
        else if (isAscii(key) || isUtf8(key)) answer.utf8(key);
        else answer.text(Base64.getEncoder().encodeToString(key.toArray(ValueLayout.JAVA_BYTE)));
    }

    private static boolean isAscii(MemorySegment key) {
        for (long i = 0; i < key.byteSize(); i++) if (key.get(ValueLayout.JAVA_BYTE, i) < 0) return false;
        return true;
    }

    private static boolean isUtf8(MemorySegment key) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(key.asByteBuffer());
            return true;
        } catch (CharacterCodingException _) {
            return false; // that was the question
        }
    }
}
