package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The files that speak of the tier introduce themselves as the others do.
class TierFilesTest {
    private static final String MANIFEST = Segment.directoryOf(TierBench.ID) + "/tier";
    private static final String LOCATION = "tier/location";

    private TierBench bench;

    @BeforeEach
    void write() throws IOException {
        bench = new TierBench();
        bench.write(TierBench.copied(0, 0), 3);
        bench.settle();
        bench.log.close();
    }

    @Test
    void damagedOnesAreRefusedWithFileAndPosition() throws IOException {
        for (var name : List.of(MANIFEST, LOCATION)) {
            var before = bytes(name);
            bench.disk.damage(name, 14, (byte) 99);

            var refused = assertThrows(DamagedFileException.class, this::openKilled);

            assertTrue(refused.getMessage().startsWith("sim/" + name + " at "), refused.getMessage());
            bench.disk.damage(name, 0, before);
        }
        bench.open();
        assertEquals(0, bench.read(0));
    }

    @Test
    void newerAndForeignOnesAreToldFromDamagedOnes() throws IOException {
        for (var name : List.of(MANIFEST, LOCATION)) {
            var before = bytes(name);
            bench.disk.damage(name, 0, changed(before, 8, 2));
            var newer = assertThrows(FormatVersionException.class, this::openKilled);
            bench.disk.damage(name, 0, changed(before, 0, 7));
            assertThrows(ForeignFileException.class, this::openKilled);
            bench.disk.damage(name, 0, before);

            assertEquals(
                    "sim/%s at 8: format 2 is too new, this version reads 1: open it with a newer Braid"
                            .formatted(name),
                    newer.getMessage());
        }
    }

    @Test
    void aManifestOfAnotherPartitionIsNotBelieved() throws IOException {
        var before = bytes(MANIFEST);
        bench.disk.damage(MANIFEST, 0, changed(before, 36, 5));

        var refused = assertThrows(DamagedFileException.class, this::openKilled);

        assertTrue(refused.getMessage().contains("belongs to " + TierBench.ID.stream() + "-5"), refused.getMessage());
    }

    private void openKilled() throws IOException {
        bench.disk.kill();
        bench.open();
    }

    private byte[] bytes(String name) throws IOException {
        try (var file = bench.disk.open(name)) {
            var bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.array();
        }
    }

    /// With another number at a position, and a checksum that says so.
    private static byte[] changed(byte[] before, int at, int value) {
        var bytes = ByteBuffer.wrap(before.clone());
        bytes.putInt(at, value);
        var crc = new CRC32C();
        crc.update(bytes.array(), 0, bytes.capacity() - 4);
        return bytes.putInt(bytes.capacity() - 4, (int) crc.getValue()).array();
    }
}
