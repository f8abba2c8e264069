package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;

/// What DescribeConfigs tells, in short.
record ToldSettings(Admin admin) {
    /// The value that counts, and all that it has, the first to count first.
    String synonyms(ConfigResource resource, String name) throws Exception {
        var entry = entries(resource).get(name);
        assertEquals(entry.source(), entry.synonyms().getFirst().source());
        return entry.value() + " "
                + entry.synonyms().stream()
                        .map(synonym -> synonym.source() + " " + synonym.name() + "=" + synonym.value())
                        .toList();
    }

    /// The value that counts, and who has set it.
    String source(ConfigResource resource, String name) throws Exception {
        var entry = entries(resource).get(name);
        return entry.value() + " " + entry.source();
    }

    Map<String, ConfigEntry> entries(ConfigResource resource) throws Exception {
        var options = new DescribeConfigsOptions().includeSynonyms(true);
        return admin.describeConfigs(List.of(resource), options).all().get().get(resource).entries().stream()
                .collect(Collectors.toMap(ConfigEntry::name, entry -> entry));
    }
}
