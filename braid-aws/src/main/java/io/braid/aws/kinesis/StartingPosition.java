package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.broker.Broker;
import io.braid.broker.Partition;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/// Where in a shard a reader wishes to begin: the oldest record, behind the newest, at or after a sequence number, at
/// a time.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartingPosition.html
///
/// @param type   one of the five types
/// @param number a sequence number, for two of them
/// @param time   milliseconds since 1970, for AT_TIMESTAMP
record StartingPosition(String type, Optional<String> number, OptionalLong time) {

    /// Turns wishes into offsets, exact to the record. Any thread.
    ///
    /// @param operation which is asked, for messages
    record Finder(Broker broker, Lookup lookup, InstantSource clock, String operation) {
        /// What is put later does not move the offset that this answers.
        ///
        /// @throws AwsFault the wish is not complete, or is about another shard or the future
        long offset(StartingPosition wish, Stream stream, Shard shard, Partition partition) throws IOException {
            var type = wish.type();
            var number = wish.number();
            boolean byNumber = type.endsWith("_SEQUENCE_NUMBER");
            if (byNumber && number.isEmpty()) throw numberAndType(type, "no");
            if (!byNumber && number.isPresent()) throw numberAndType(type, "also a");
            long wanted = switch (type) {
                case "TRIM_HORIZON" -> shard.firstOffset();
                case "LATEST" -> partition.log().end();
                case "AT_TIMESTAMP" -> atTimestamp(wish, shard, partition);
                case "AT_SEQUENCE_NUMBER" ->
                    checked(number.orElseThrow(), stream, shard).offset();
                default -> {
                    var after = checked(number.orElseThrow(), stream, shard);
                    boolean record = !after.isStart() && after.offset() < Lookup.endOf(shard);
                    yield record ? after.offset() + 1 : after.offset();
                }
            };
            long first = Math.max(shard.firstOffset(), partition.log().start());
            long end = Math.min(Lookup.endOf(shard), partition.log().end());
            return Math.max(shard.firstOffset(), Math.min(Math.max(wanted, first), end));
        }

        private static AwsFault numberAndType(String type, String found) {
            return AwsFault.invalidArgument(
                    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified %s and %s StartingSequenceNumber."
                            .formatted(type, found));
        }

        private long atTimestamp(StartingPosition wish, Shard shard, Partition partition) throws IOException {
            long time = wish.time()
                    .orElseThrow(() -> AwsFault.invalidArgument(
                            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current"
                                    + " request has no timestamp parameter."));
            long now = clock.millis();
            if (time > now)
                throw AwsFault.invalidArgument(
                        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: %d, currentTimestampInMillis: %d"
                                .formatted(time, now));
            var found = broker.offsetAt(partition, time, shard.firstOffset());
            return found.isPresent() ? found.get().offset() : partition.log().end();
        }

        private SequenceNumber checked(String number, Stream stream, Shard shard) {
            var parsed = SequenceNumber.parse(number);
            int encoded = parsed.map(SequenceNumber::shard)
                    .or(() -> SequenceNumber.legacyShard(number))
                    .orElseThrow(() -> invalid(number, stream, shard, "."));
            if (encoded != shard.index())
                throw AwsFault.invalidArgument(
                        "Invalid StartingSequenceNumber. It encodes shardId-%012d, while it was used in a call to a shard with %s"
                                .formatted(encoded, Lookup.shardId(shard.index())));
            return parsed.filter(sequence -> sequence.created() == SequenceNumber.createdSecond(shard))
                    .orElseThrow(() -> invalid(number, stream, shard, " because it did not come from this stream."));
        }

        private AwsFault invalid(String number, Stream stream, Shard shard, String end) {
            return AwsFault.invalidArgument(
                    "StartingSequenceNumber %s used in %s on shard %s in stream %s under account %s is invalid%s"
                            .formatted(
                                    number,
                                    operation,
                                    Lookup.shardId(shard.index()),
                                    Lookup.shownName(stream),
                                    lookup.account(),
                                    end));
        }
    }
}
