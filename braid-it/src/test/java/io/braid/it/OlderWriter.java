package io.braid.it;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Function;

/// A [TransactionWriter] that is linked to an older version of Kafka's client.
final class OlderWriter implements TransactionLoad.Writer {
    private static final String EXPECTED = "expected ";

    private final IsolatedClient client;
    private final String id;
    private final Map<String, Callable<Object>> writer;

    OlderWriter(IsolatedClient client, String bootstrap, String topic, int partitions, String id, long seed)
            throws ReflectiveOperationException {
        this.client = client;
        this.id = id;
        this.writer = client.apply(
                Linked.class,
                Map.of(
                        "bootstrap", bootstrap,
                        "topic", topic,
                        "partitions", "" + partitions,
                        "id", id,
                        "seed", "" + seed));
    }

    /// What it does, by name, as the two versions have no type in common.
    public static final class Linked implements Function<Map<String, String>, Map<String, Callable<Object>>> {
        @Override
        public Map<String, Callable<Object>> apply(Map<String, String> setting) {
            int partitions = Integer.parseInt(setting.get("partitions"));
            var writer = new TransactionWriter(
                    new OldestClient(setting.get("bootstrap"), "older"),
                    setting.get("topic"),
                    partitions,
                    setting.get("id"),
                    new Random(Long.parseLong(setting.get("seed"))));
            var all = new HashMap<String, Callable<Object>>();
            all.put("run", () -> nothing(writer));
            all.put("stop", () -> nothing(writer::stop));
            all.put("committed", writer::committed);
            all.put("name", writer::toString);
            for (int i = 0; i < partitions; i++) {
                int partition = i;
                all.put(EXPECTED + partition, () -> writer.expected(partition));
            }
            return all;
        }

        private static Object nothing(Runnable work) {
            work.run();
            return "";
        }
    }

    private Object ask(String what) {
        try {
            return writer.get(what).call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void run() {
        try {
            client.run(writer.get("run"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void stop() {
        ask("stop");
    }

    @Override
    public long committed() {
        return (Long) ask("committed");
    }

    @Override
    @SuppressWarnings("unchecked") // as Linked says
    public List<String> expected(int partition) {
        return (List<String>) ask(EXPECTED + partition);
    }

    @Override
    public boolean hasWritten(String value) {
        return value.startsWith(id + " ");
    }

    @Override
    public String toString() {
        return ask("name").toString();
    }
}
