package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.Configuration.Given;
import io.braid.server.YamlFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What each [Charge] costs. All must have a price; a name that is none is refused, as it is probably a mistyped one.
///
/// @param date   when the prices were looked up, as the sheet has it
/// @param source where
record PriceSheet(String region, String currency, String date, String source, Map<Charge, Double> prices) {
    private static final String OWN = "prices.yaml";
    private static final List<String> HEAD = List.of("region", "currency", "date", "source");

    /// The sheet that the program comes with, or a file.
    static PriceSheet of(Optional<Path> file) throws Failure {
        try {
            return parse(file.isPresent() ? YamlFile.read(file.get()) : YamlFile.parse(OWN, own()));
        } catch (BadSettings wrong) {
            var lines = new StringBuilder("the prices cannot be used:");
            wrong.faults().forEach(fault -> lines.append("\n  ").append(fault));
            throw new Failure(lines.toString(), wrong);
        }
    }

    private static String own() {
        try (var sheet = PriceSheet.class.getResourceAsStream(OWN)) {
            return new String(sheet.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PriceSheet parse(List<Given> said) throws BadSettings {
        var faults = new ArrayList<BadSettings.Fault>();
        var head = new HashMap<String, String>();
        var prices = new EnumMap<Charge, Double>(Charge.class);
        for (var line : said) {
            var charge = charge(line.key());
            if (HEAD.contains(line.key())) head.put(line.key(), line.text());
            else if (charge.isEmpty())
                faults.add(new BadSettings.Fault(line.origin(), "nothing is billed as %s".formatted(line.key())));
            else price(line, faults).ifPresent(price -> prices.put(charge.get(), price));
        }
        for (var name : HEAD) if (!head.containsKey(name)) faults.add(new BadSettings.Fault(name, "is missing"));
        for (var charge : Charge.values())
            if (said.stream().noneMatch(line -> line.key().equals(charge.key())))
                faults.add(new BadSettings.Fault(charge.key(), "is missing: write 0 if it costs nothing"));
        if (!faults.isEmpty()) throw new BadSettings(faults);
        return new PriceSheet(head.get("region"), head.get("currency"), head.get("date"), head.get("source"), prices);
    }

    private static Optional<Charge> charge(String key) {
        for (var charge : Charge.values()) if (charge.key().equals(key)) return Optional.of(charge);
        return Optional.empty();
    }

    private static Optional<Double> price(Given line, List<BadSettings.Fault> faults) {
        try {
            var price = new BigDecimal(line.text());
            if (price.signum() >= 0) return Optional.of(price.doubleValue());
        } catch (NumberFormatException _) {
            // said below, in the same words as a negative number
        }
        faults.add(new BadSettings.Fault(
                line.origin(), "%s = %s: must be a price like 0.015".formatted(line.key(), line.text())));
        return Optional.empty();
    }

    double price(Charge charge) {
        return prices.get(charge);
    }
}
