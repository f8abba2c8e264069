package io.braid.broker;

import io.braid.log.Batch;
import io.braid.log.Compression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The codec in which the batches of a stream are kept (Kafka: `compression.type`). Any thread.
///
/// As with Kafka's `LogValidator`, one batch becomes one batch, and one that is in the right codec already is left as
/// it is, whatever level its producer chose.
public sealed interface StoredCodec {
    StoredCodec PRODUCERS = new Producers();

    String PRODUCER = "producer";

    String UNCOMPRESSED = "uncompressed";

    /// Kafka's, of which all but [#PRODUCER] say what the server makes of a batch.
    List<String> NAMES = List.of(UNCOMPRESSED, "zstd", "lz4", "snappy", "gzip", PRODUCER);

    /// Each batch as it was sent.
    record Producers() implements StoredCodec {}

    /// All batches in this one.
    ///
    /// @param level as the codec counts them; [PackedBytes#NO_LEVEL] for one without
    record Servers(Compression compression, int level) implements StoredCodec {}

    /// @param settings the value in force of each setting asked for, without fault
    static StoredCodec of(Function<String, String> settings) {
        return switch (settings.apply(StreamSettings.COMPRESSION_TYPE)) {
            case PRODUCER -> PRODUCERS;
            case UNCOMPRESSED -> new Servers(Compression.NONE, PackedBytes.NO_LEVEL);
            case "gzip" -> new Servers(Compression.GZIP, level(settings, StreamSettings.GZIP_LEVEL));
            case "snappy" -> new Servers(Compression.SNAPPY, PackedBytes.NO_LEVEL);
            case "lz4" -> new Servers(Compression.LZ4, level(settings, StreamSettings.LZ4_LEVEL));
            case "zstd" -> new Servers(Compression.ZSTD, level(settings, StreamSettings.ZSTD_LEVEL));
            case String other -> throw new IllegalArgumentException("no codec: " + other);
        };
    }

    private static int level(Function<String, String> settings, String name) {
        return Integer.parseInt(settings.apply(name));
    }

    /// Whether a batch stays as it is; it may be one whose codec nobody knows.
    default boolean keeps(Batch batch) {
        return switch (this) {
            case Producers _ -> true;
            case Servers(var compression, int _) -> batch.isPackedAs(compression);
        };
    }

    /// How many bytes a batch that is not [kept][#keeps] may decompress to and still fit afterwards, as far as one can
    /// know.
    ///
    /// @param bytesMax of the batch as it will be
    default int payloadBytesMax(int bytesMax) {
        return switch (this) {
            case Servers(var compression, int _) when compression == Compression.NONE -> bytesMax - Batch.HEADER_BYTES;
            case Producers _, Servers _ -> Integer.MAX_VALUE;
        };
    }

    /// The batch as it is kept; empty if it would be larger than `bytesMax` then.
    ///
    /// @param payload its records, decompressed
    default Optional<Batch> packed(Batch batch, MemorySegment payload, int bytesMax) {
        return switch (this) {
            case Producers _ -> Optional.of(batch);
            case Servers(var compression, int level) -> {
                try {
                    var records = PackedBytes.of(payload, compression, level, bytesMax - Batch.HEADER_BYTES);
                    yield Optional.of(batch.repacked(records, compression));
                } catch (Payloads.TooLarge _) {
                    yield Optional.empty();
                } catch (IOException e) {
                    throw new UncheckedIOException("a codec that writes to memory cannot fail", e);
                }
            }
        };
    }
}
