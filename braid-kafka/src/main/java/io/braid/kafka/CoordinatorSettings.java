package io.braid.kafka;

import io.braid.kafka.KafkaListener.CoordinatorSetting;
import io.braid.log.InvalidConfig;
import io.braid.log.Problems.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What is set about Kafka's coordinators, about telemetry and limits: each takes its own.
record CoordinatorSettings(
        GroupSettings groups, TransactionSettings transactions, TelemetrySettings telemetry, LimitSettings limits) {

    /// @throws InvalidConfig these cannot be used; it has all that is wrong
    static CoordinatorSettings of(Map<String, String> asked) {
        var groups = new HashMap<String, String>();
        var transactions = new HashMap<String, String>();
        var telemetry = new HashMap<String, String>();
        var limits = new HashMap<String, String>();
        asked.forEach((name, value) -> {
            if (TransactionSettings.has(name)) transactions.put(name, value);
            else if (TelemetrySettings.has(name)) telemetry.put(name, value);
            else if (LimitSettings.has(name)) limits.put(name, value);
            else groups.put(name, value);
        });
        var problems = new ArrayList<Problem>();
        check(() -> new GroupSettings(groups), problems);
        check(() -> new TransactionSettings(transactions), problems);
        check(() -> new TelemetrySettings(telemetry), problems);
        check(() -> LimitSettings.of(limits), problems);
        if (!problems.isEmpty()) throw new InvalidConfig(problems);
        return new CoordinatorSettings(
                new GroupSettings(groups),
                new TransactionSettings(transactions),
                new TelemetrySettings(telemetry),
                LimitSettings.of(limits));
    }

    private static void check(Runnable maker, List<Problem> problems) {
        try {
            maker.run();
        } catch (InvalidConfig wrong) {
            problems.addAll(wrong.problems());
        }
    }

    /// Whether this setting can change while the server runs.
    static boolean isLive(String name) {
        return LiveConfig.isLive(name) || LimitSettings.isLive(name);
    }

    /// All there are.
    static List<CoordinatorSetting> all() {
        return Stream.of(
                        GroupSettingTable.ROWS,
                        ShareSettingTable.ROWS,
                        TransactionSettingTable.ROWS,
                        TelemetrySettings.ROWS,
                        LimitSettings.ROWS)
                .flatMap(List::stream)
                .toList();
    }
}
