package io.braid.server;

import java.util.List;

/// Everything that is wrong with the settings, so that a person mends them once and not once per mistake.
public final class BadSettings extends Exception {
    private static final long serialVersionUID = 1;

    /// One mistake.
    ///
    /// @param origin where it was said: `braid.yaml:12`, a variable or a flag
    /// @param text   the setting, what it says and what it has to be
    public record Fault(String origin, String text) {
        @Override
        public String toString() {
            return origin + ": " + text;
        }
    }

    private final transient List<Fault> faults;

    public BadSettings(List<Fault> faults) {
        super(sentence(faults));
        this.faults = List.copyOf(faults);
    }

    public List<Fault> faults() {
        return faults;
    }

    private static String sentence(List<Fault> faults) {
        var lines = new StringBuilder(faults.size() == 1 ? "1 setting is" : faults.size() + " settings are")
                .append(" not right:");
        faults.forEach(fault -> lines.append("\n  ").append(fault));
        return lines.toString();
    }
}
