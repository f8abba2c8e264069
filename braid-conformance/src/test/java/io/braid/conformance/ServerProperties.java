package io.braid.conformance;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What a test says in the words of `server.properties`, in Braid's words. Most are the same; the rest is listed here,
/// and a property that is in neither list reaches Braid, which refuses what it does not have: such a test does not run.
final class ServerProperties {
    /// What says nothing to a server of one node without KRaft, and why nothing is lost by leaving it out.
    private static final Map<String, String> MEANINGLESS = Map.ofEntries(
            Map.entry("auto.leader.rebalance.enable", "there is one leader"),
            Map.entry("broker.heartbeat.interval.ms", "brokers' sessions with controllers"),
            Map.entry("broker.rack", "there is one node"),
            Map.entry("broker.session.timeout.ms", "brokers' sessions with controllers"),
            Map.entry("controlled.shutdown.enable", "there is nobody to hand over to"),
            Map.entry("controller.quorum.election.timeout.ms", "KRaft"),
            Map.entry("controller.quorum.fetch.timeout.ms", "KRaft"),
            Map.entry("default.replication.factor", "with kafka.clamp-replication every factor is 1"),
            Map.entry("group.share.persister.class.name", "the state of share groups is always kept"),
            Map.entry("leader.imbalance.check.interval.seconds", "there is one leader"),
            Map.entry("metadata.log.max.record.bytes.between.snapshots", "KRaft"),
            Map.entry("min.insync.replicas", "with kafka.clamp-replication it is 1"),
            Map.entry("num.replica.fetchers", "there is nothing to replicate"),
            Map.entry(
                    "queued.max.requests", "requests wait in their connections, see kafka.requests-per-connection-max"),
            Map.entry("replica.lag.time.max.ms", "there is nothing to replicate"),
            Map.entry("ssl.truststore.password", "a secret to be hidden; the listener has no use for it"),
            Map.entry("unclean.leader.election.enable", "there is one leader"),
            Map.entry("unclean.leader.election.interval.ms", "there is one leader"),
            Map.entry("file.delete.delay.ms", "a topic's setting, which a test says of the broker"),
            Map.entry("log.cleaner.dedupe.buffer.size", "compaction takes what memory it needs, within its own bound"),
            Map.entry("log.flush.interval.messages", "records are on the disk before they are acknowledged"),
            Map.entry("log.initial.task.delay.ms", "what is done from time to time begins with its interval"),
            Map.entry("log.segment.delete.delay.ms", "files of what was deleted go at once"),
            Map.entry("log.unclean.leader.election.enable", "there is one leader"),
            Map.entry("replica.fetch.max.bytes", "there is nothing to replicate"),
            Map.entry("replica.fetch.response.max.bytes", "there is nothing to replicate"));

    /// What is said only to be sure that it is as it always is here, or that no bound is met.
    private static final Map<String, String> ALWAYS = Map.of(
            "fetch.max.bytes", Integer.toString(Integer.MAX_VALUE), "security.inter.broker.protocol", "PLAINTEXT");

    /// A plugin of a test that says who asks; client ids stand in for principals there ([PrincipalsAsClients]).
    private static final Map<String, String> PLAYED =
            Map.of("principal.builder.class", "kafka.server.ControllerMutationQuotaTest$TestPrincipalBuilder");

    /// A test says the description of replica.fetch.response.max.bytes where it means its name.
    private static final String DESCRIPTION = "Maximum bytes expected for the entire fetch response";

    /// What Braid calls otherwise.
    private static final Map<String, String> RENAMED = Map.of(
            "producer.id.expiration.check.interval.ms", "log.retention-check-millis",
            "listener.name.plaintext.max.connection.creation.rate", "max.connection.creation.rate"); // of the only one

    /// Braid's own settings for a server that lives for one test, and Kafka's default where a test counts on it.
    private static final Map<String, String> SMALL = Map.of(
            "message.max.bytes", "1048588",
            "kafka.listen", "127.0.0.1:0",
            "http.listen", "127.0.0.1:0",
            "kafka.clamp-replication", "true",
            "kafka.node-id", "0", // as Kafka's first broker
            "log.journal-bytes", "128MiB",
            "logging.level", "error");

    /// Versions of APIs that Kafka itself does not serve unless it is tested; those tests that need one say so by
    /// failing.
    private static final Set<String> UNSTABLE =
            Set.of("unstable.api.versions.enable", "unstable.feature.versions.enable");

    private ServerProperties() {}

    /// @param asked     by the test
    /// @param directory where the server keeps its data
    static Map<String, String> settings(Map<String, String> asked, Path directory) {
        var settings = new HashMap<String, String>(SMALL);
        settings.put("data", directory.toString());
        asked.forEach((name, value) -> {
            if (saysSomething(name, value)) settings.put(RENAMED.getOrDefault(name, name), value);
        });
        return settings;
    }

    private static boolean saysSomething(String name, String value) {
        return !MEANINGLESS.containsKey(name)
                && !value.equals(ALWAYS.get(name))
                && !value.equals(PLAYED.get(name))
                && !UNSTABLE.contains(name)
                && !name.startsWith(DESCRIPTION);
    }
}
