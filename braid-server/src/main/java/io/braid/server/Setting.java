package io.braid.server;

import java.util.Locale;

/// One thing that can be set.
///
/// @param key      its dotted name in a file and after `--set`
/// @param kind     how its text is understood
/// @param standard its text when nobody sets it; empty where that means "none"
/// @param doc      one sentence for the person who wonders whether to touch it
public record Setting<T>(String key, Kind<T> kind, String standard, String doc) {
    /// The environment variable that sets it.
    public String variable() {
        return variable(key);
    }

    static String variable(String key) {
        return "BRAID_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
