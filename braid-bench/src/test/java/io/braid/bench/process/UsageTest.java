package io.braid.bench.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class UsageTest {
    @Test
    void aNameWithBlanksAndBracketsDoesNotShiftTheFields() {
        var stat = "4711 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0 20 0 33 0 100 200 300";

        assertEquals(
                new Usage(4.0, 2048 * 1024, 17, 4096),
                Usage.of(
                        stat,
                        "Name:\ta\nVmPeak:\t  9999 kB\nVmRSS:\t    2048 kB\n",
                        "rchar: 99\nread_bytes: 4096\nwrite_bytes: 1\ncancelled_write_bytes: 0\n",
                        17));
    }

    @Test
    void thisProcessHasUsedSomething() throws IOException {
        var usage = Usage.of(ProcessHandle.current().pid());

        assertTrue(
                usage.cpuSeconds() > 0 && usage.residentBytes() > 10_000_000 && usage.openFiles() > 3, usage::toString);
    }
}
