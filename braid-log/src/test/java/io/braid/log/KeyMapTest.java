package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyMapTest {
    @Test
    void itAnswersAsAMapWithAllTheMemoryInTheWorldWould() {
        var random = new Random(7);
        var expected = new HashMap<Integer, Long>();
        try (var map = new KeyMap(1 << 20, Long.MAX_VALUE)) {
            for (long offset = 0; offset < 50_000; offset++) {
                int key = random.nextInt(30_000);
                assertTrue(map.put(bytes(key), offset));
                expected.put(key, offset);
            }

            assertEquals(expected.size(), map.keyCount());
            for (int key = 0; key < 30_000; key++)
                assertEquals(expected.getOrDefault(key, -1L), map.newest(bytes(key)), "key " + key);
        }
    }

    @Test
    void aKeyTakes32BytesAndWhereThereIsNoRoomForOneTheOthersStillMove() {
        try (var map = new KeyMap(32 * 1000, Long.MAX_VALUE)) {
            int count = 0;
            while (map.put(bytes(count), count)) count++;

            assertEquals(999, count);
            assertEquals(-1, map.newest(bytes(count)));
            assertTrue(map.put(bytes(0), 5000));
            assertEquals(5000, map.newest(bytes(0)));
            assertFalse(map.put(bytes(count), 5001));
        }
    }

    @Test
    void itTakesNoMoreMemoryThanItsKeysNeed() {
        try (var map = new KeyMap(1 << 30, 100)) {
            for (int key = 0; key < 100; key++) assertTrue(map.put(bytes(key), key));
            for (int key = 100; map.put(bytes(key), key); key++) assertTrue(key < 110, "more than anybody asked for");
        }
    }

    @Test
    void theFirstOffsetIsToldFromNone() {
        try (var map = new KeyMap(KeyMap.BYTES_MIN, 10)) {
            assertEquals(-1, map.newest(bytes(1)));
            map.put(bytes(1), 0);
            assertEquals(0, map.newest(bytes(1)));
        }
    }

    private static MemorySegment bytes(int key) {
        return MemorySegment.ofArray(Integer.toString(key).getBytes());
    }
}
