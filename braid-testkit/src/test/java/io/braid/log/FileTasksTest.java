package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FileTasksTest {
    @Test
    void oneAtATimeTheyKeepTheirOrder() throws IOException {
        var done = new ArrayList<Integer>();
        var tasks = new FileTasks(1);
        for (int i = 0; i < 5; i++) {
            int number = i;
            tasks.add(() -> done.add(number));
        }

        tasks.run();

        assertEquals(List.of(0, 1, 2, 3, 4), done);
    }

    @Test
    void asManyAsWasSaidAreUnderWay() throws IOException {
        var all = new CountDownLatch(3);
        var done = new AtomicInteger();
        var tasks = new FileTasks(3);
        for (int i = 0; i < 3; i++)
            tasks.add(() -> {
                all.countDown();
                try {
                    if (all.await(30, TimeUnit.SECONDS)) done.incrementAndGet();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });

        tasks.run();

        assertEquals(3, done.get());
    }

    @Test
    void oneThatFailsFailsAll() {
        for (int atOnce : List.of(1, 4)) {
            var tasks = new FileTasks(atOnce);
            for (int i = 0; i < 20; i++) {
                int number = i;
                tasks.add(() -> {
                    if (number == 7) throw new IOException("no " + number);
                });
            }

            assertEquals("no 7", assertThrows(IOException.class, tasks::run).getMessage());
        }
    }
}
