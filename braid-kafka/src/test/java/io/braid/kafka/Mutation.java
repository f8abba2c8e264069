package io.braid.kafka;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// The ways in which a request becomes a wrong one. Each gives the bytes to send, with the size before them.
enum Mutation {
    NONE {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            return sized(frame.length, frame);
        }
    },
    FLIPPED_BITS {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            for (int i = random.nextInt(1, 9); i > 0; i--)
                frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
            return sized(frame.length, frame);
        }
    },
    CUT_SHORT {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            int length = random.nextInt(frame.length);
            return sized(length, Arrays.copyOf(frame, length));
        }
    },
    LEFT_IN_THE_MIDDLE {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            return sized(frame.length, Arrays.copyOf(frame, random.nextInt(frame.length)));
        }
    },
    WRONG_LENGTH {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            return overwritten(frame, random, Integer.BYTES, LENGTHS.get(random.nextInt(LENGTHS.size())));
        }
    },
    WRONG_SHORT_LENGTH {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            return overwritten(frame, random, Short.BYTES, LENGTHS.get(random.nextInt(LENGTHS.size())));
        }
    },
    WRONG_VARINT {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            int at = random.nextInt(frame.length);
            int bytes = Math.min(random.nextInt(1, 11), frame.length - at);
            for (int i = 0; i < bytes; i++) frame[at + i] = (byte) (random.nextBoolean() ? 0xff : 0x80);
            if (random.nextBoolean()) frame[at + bytes - 1] = (byte) random.nextInt(0x10);
            return sized(frame.length, frame);
        }
    },
    WRONG_VERSION {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            ByteBuffer.wrap(frame)
                    .putShort(2, (short) (random.nextBoolean() ? random.nextInt(-3, 25) : random.nextInt()));
            return sized(frame.length, frame);
        }
    },
    WRONG_KEY {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            ByteBuffer.wrap(frame).putShort(0, (short) random.nextInt(-3, 110));
            return sized(frame.length, frame);
        }
    },
    WRONG_SIZE {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            return sized(LENGTHS.get(random.nextInt(LENGTHS.size())), frame);
        }
    },
    BYTES_MORE {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            int at = random.nextInt(frame.length + 1);
            var noise = new byte[random.nextInt(1, 20)];
            random.nextBytes(noise);
            var longer = ByteBuffer.allocate(frame.length + noise.length);
            longer.put(frame, 0, at).put(noise).put(frame, at, frame.length - at);
            return sized(longer.capacity(), longer.array());
        }
    },
    BYTES_LESS {
        @Override
        byte[] of(byte[] frame, RandomGenerator random) {
            int at = random.nextInt(frame.length);
            int gone = Math.min(random.nextInt(1, 9), frame.length - at);
            var shorter = ByteBuffer.allocate(frame.length - gone);
            shorter.put(frame, 0, at).put(frame, at + gone, frame.length - at - gone);
            return sized(shorter.capacity(), shorter.array());
        }
    };

    private static final List<Integer> LENGTHS = List.of(
            -1,
            -2,
            0,
            1,
            7,
            127,
            128,
            255,
            32767,
            32768,
            65535,
            1 << 20,
            1 << 24,
            1 << 30,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE);

    /// May change `frame`.
    abstract byte[] of(byte[] frame, RandomGenerator random);

    static byte[] sized(int size, byte[] frame) {
        return ByteBuffer.allocate(Integer.BYTES + frame.length)
                .putInt(size)
                .put(frame)
                .array();
    }

    private static byte[] overwritten(byte[] frame, RandomGenerator random, int bytes, int value) {
        if (frame.length >= bytes) {
            int at = random.nextInt(frame.length - bytes + 1);
            if (bytes == Integer.BYTES) ByteBuffer.wrap(frame).putInt(at, value);
            else ByteBuffer.wrap(frame).putShort(at, (short) value);
        }
        return sized(frame.length, frame);
    }
}
