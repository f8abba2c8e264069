package io.braid.server.cli;

import io.braid.server.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/// `braid settings`: what can be set.
final class SettingsCommand implements Callable<Integer> {
    private final Commands.Terminal terminal;

    SettingsCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
    }

    CommandSpec spec() {
        var spec = CommandSpec.wrapWithoutInspection(this).mixinStandardHelpOptions(true);
        spec.usageMessage().description("List every setting with its default and what it is for.");
        return spec;
    }

    @Override
    public Integer call() {
        var rows = new ArrayList<List<String>>();
        for (var setting : Settings.all()) {
            rows.add(List.of(setting.key(), setting.standard(), setting.kind().name(), setting.doc()));
        }
        Table.print(terminal.out(), List.of("SETTING", "DEFAULT", "TYPE", "MEANING"), rows);
        return Commands.DONE;
    }
}
