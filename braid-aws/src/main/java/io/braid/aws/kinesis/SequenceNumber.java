package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.braid.broker.Shard;
import java.math.BigInteger;
import java.util.Optional;

/// A sequence number in the layout Amazon uses since 2014 (version 2): a 186-bit number, printed in decimal, whose
/// 47 hexadecimal digits are
///
///     2  ccccccccc  s  iiiiiiiiiiiiiiii  00  ttttttttt  ssssssss  2
///        created    |  index                 arrival    shard
///                   shard's low digit
///
/// `created` is the second the shard was created, which is later than its parents', so a child's numbers are all
/// greater. The index is our offset, so numbers grow strictly within a shard and an offset can be read back.
/// The arrival second of a record is at least 1; a shard's first number ([#start]) has 0 there, and is thus
/// smaller than that of its first record even though it names the same offset.
///
/// @param created second of the shard's creation, 36 bits
/// @param shard   the shard's index, from 0
/// @param offset  the record's offset in the shard's partition, from 0
/// @param arrival second of the record's timestamp, 36 bits
record SequenceNumber(long created, int shard, long offset, long arrival) {
    /// What [#print] needs.
    static final int DIGITS_MAX = 57;

    private static final long SECONDS_MAX = (1L << 36) - 1;
    private static final int LENGTH_BITS = 186;
    private static final int VERSION = 2;
    private static final long BILLION = 1_000_000_000;
    /// Numbers of Amazon's first years are shorter; only their shard is of interest here.
    private static final int LEGACY_BITS_MAX = 125;

    static long createdSecond(Shard shard) {
        return Math.clamp(shard.created().getEpochSecond(), 0, SECONDS_MAX);
    }

    static SequenceNumber of(Shard shard, long offset, long timestampMillis) {
        return new SequenceNumber(createdSecond(shard), shard.index(), offset, arrivalSecond(timestampMillis));
    }

    static long arrivalSecond(long timestampMillis) {
        return Math.clamp(Math.floorDiv(timestampMillis, 1000), 1, SECONDS_MAX);
    }

    /// A shard's StartingSequenceNumber: before its first record.
    static SequenceNumber start(Shard shard) {
        return before(shard, shard.firstOffset());
    }

    /// A place before the record at `offset`, and behind the one before that: reading at it and after it begins with
    /// that record.
    static SequenceNumber before(Shard shard, long offset) {
        return new SequenceNumber(createdSecond(shard), shard.index(), offset, 0);
    }

    /// A closed shard's EndingSequenceNumber: after its last record.
    static SequenceNumber end(Shard shard, Shard.Closed closed) {
        long second = Math.clamp(closed.closed().getEpochSecond(), 1, SECONDS_MAX);
        return new SequenceNumber(createdSecond(shard), shard.index(), Long.MAX_VALUE, second);
    }

    /// Whether it names a place before a record, and not the record.
    boolean isStart() {
        return arrival == 0;
    }

    /// Reads a decimal number; empty if it was not made in this layout.
    static Optional<SequenceNumber> parse(String decimal) {
        var number = new BigInteger(decimal);
        if (number.bitLength() != LENGTH_BITS || number.shiftRight(184).intValue() != 2) return Optional.empty();
        if ((number.intValue() & 0xf) != VERSION) return Optional.empty();
        long index = number.shiftRight(80).longValue();
        int shard = number.shiftRight(4).intValue();
        if (index < 0) return Optional.empty();
        long created = number.shiftRight(148).longValue() & SECONDS_MAX;
        long arrival = number.shiftRight(36).longValue() & SECONDS_MAX;
        return Optional.of(new SequenceNumber(created, shard, index, arrival));
    }

    /// The shard that a number of the oldest, short layout names.
    static Optional<Integer> legacyShard(String decimal) {
        var number = new BigInteger(decimal);
        return number.bitLength() <= LEGACY_BITS_MAX ? Optional.of(number.intValue() & 0xffff) : Optional.empty();
    }

    @Override
    public String toString() {
        var digits = new byte[DIGITS_MAX];
        int length = print(created, shard, offset, arrival, digits);
        return new String(digits, 0, length, US_ASCII);
    }

    /// Prints a number without making objects: GetRecords does this ten thousand times per answer. The number is
    /// six 32-bit limbs, divided by a billion until nothing is left, nine decimal digits each time.
    ///
    /// @return how many digits were written to the beginning of `digits`
    static int print(long created, int shard, long offset, long arrival, byte[] digits) {
        long high = 2L << 56 | created << 20 | (shard & 0xfL) << 16 | offset >>> 48; // 15 hexadecimal digits
        long middle = offset << 16 | arrival >>> 28; // 16: twelve of the offset, two zeros, two of the arrival
        long low = (arrival & 0xfffffffL) << 36 | (shard & 0xffffffffL) << 4 | VERSION; // 16
        long l5 = high >>> 32;
        long l4 = high & 0xffffffffL;
        long l3 = middle >>> 32;
        long l2 = middle & 0xffffffffL;
        long l1 = low >>> 32;
        long l0 = low & 0xffffffffL;
        int position = DIGITS_MAX;
        while ((l5 | l4 | l3 | l2 | l1 | l0) != 0) {
            long rest = l5 % BILLION;
            l5 /= BILLION;
            long part = rest << 32 | l4;
            l4 = part / BILLION;
            rest = part % BILLION;
            part = rest << 32 | l3;
            l3 = part / BILLION;
            rest = part % BILLION;
            part = rest << 32 | l2;
            l2 = part / BILLION;
            rest = part % BILLION;
            part = rest << 32 | l1;
            l1 = part / BILLION;
            rest = part % BILLION;
            part = rest << 32 | l0;
            l0 = part / BILLION;
            int nine = (int) (part % BILLION);
            for (int i = 0; i < 9 && position > 0; i++) {
                digits[--position] = (byte) ('0' + nine % 10);
                nine /= 10;
            }
        }
        while (digits[position] == '0') position++;
        int length = DIGITS_MAX - position;
        System.arraycopy(digits, position, digits, 0, length);
        return length;
    }
}
