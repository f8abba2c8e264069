package io.braid.server;

import io.braid.server.BadSettings.Fault;
import io.braid.server.Configuration.Given;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// A file of settings: dotted keys, or maps within maps, which mean the same.
public final class YamlFile {
    /// More than anybody has; keeps a file that refers to itself over and over from filling the memory.
    private static final int ENTRIES_MAX = 10_000;

    private final String name;
    private final List<Given> found = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final Map<String, String> firsts = new HashMap<>();

    private YamlFile(String name) {
        this.name = name;
    }

    /// @throws BadSettings the file is missing, is not YAML, says something twice or nests what must be a value
    public static List<Given> read(Path file) throws BadSettings {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException _) {
            throw new BadSettings(List.of(new Fault(file.toString(), "there is no such file")));
        } catch (IOException unreadable) {
            throw new BadSettings(List.of(new Fault(file.toString(), "cannot be read: " + unreadable)));
        }
    }

    /// @param name of the file, for messages
    /// @throws BadSettings as above
    public static List<Given> parse(String name, String text) throws BadSettings {
        var yaml = new YamlFile(name);
        try {
            new Compose(LoadSettings.builder().setLabel(name).build())
                    .composeString(text)
                    .ifPresent(root -> yaml.collect("", root));
        } catch (MarkedYamlEngineException wrong) {
            int line = wrong.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            yaml.faults.add(new Fault(name + ":" + line, "is not YAML: " + wrong.getProblem()));
        } catch (YamlEngineException wrong) {
            yaml.faults.add(new Fault(name, "is not YAML: " + wrong.getMessage()));
        }
        if (!yaml.faults.isEmpty()) throw new BadSettings(yaml.faults);
        return yaml.found;
    }

    private void collect(String key, Node node) {
        if (found.size() + faults.size() >= ENTRIES_MAX) return;
        switch (node) {
            case MappingNode map ->
                map.getValue().forEach(entry -> {
                    if (entry.getKeyNode() instanceof ScalarNode part) {
                        collect(key.isEmpty() ? part.getValue() : key + "." + part.getValue(), entry.getValueNode());
                    } else {
                        faults.add(new Fault(origin(entry.getKeyNode()), "a key must be a word"));
                    }
                });
            case ScalarNode value when !key.isEmpty() -> add(key, value.getValue(), node);
            case SequenceNode list when !key.isEmpty() && isFlat(list) -> add(key, joined(list), node);
            default ->
                faults.add(new Fault(
                        origin(node),
                        key.isEmpty()
                                ? "the file must be a map from settings to values"
                                : "%s must have one value, or a list of values".formatted(key)));
        }
    }

    private void add(String key, String text, Node node) {
        var first = firsts.putIfAbsent(key, origin(node));
        if (first == null) {
            found.add(new Given(key, text, origin(node)));
        } else {
            faults.add(new Fault(origin(node), "%s was said at %s already".formatted(key, first)));
        }
    }

    private static boolean isFlat(SequenceNode list) {
        return list.getValue().stream().allMatch(ScalarNode.class::isInstance);
    }

    private static String joined(SequenceNode list) {
        return String.join(
                ",",
                list.getValue().stream()
                        .map(item -> ((ScalarNode) item).getValue())
                        .toList());
    }

    private String origin(Node node) {
        return node.getStartMark()
                .map(mark -> name + ":" + (mark.getLine() + 1))
                .orElse(name);
    }
}
