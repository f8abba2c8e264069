package io.braid.server.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `braid usage`: what streams used in Amazon's units, and what the same would cost there.
final class UsageCommand implements Callable<Integer> {
    private final Commands.Terminal terminal;
    private final OptionSpec http;
    private final OptionSpec stream = OptionSpec.builder("--stream")
            .type(String.class)
            .paramLabel("NAME")
            .description("Only this stream (default: all).")
            .build();
    private final OptionSpec from = OptionSpec.builder("--from")
            .type(String.class)
            .paramLabel("DAY")
            .description("The first day, as 2026-11-27, in UTC (default: the first of the last day's month).")
            .build();
    private final OptionSpec to = OptionSpec.builder("--to")
            .type(String.class)
            .paramLabel("DAY")
            .description("The last day (default: today).")
            .build();
    private final OptionSpec by = OptionSpec.builder("--by")
            .type(String.class)
            .paramLabel("stream|day")
            .defaultValue("stream")
            .description("What is added up (default: stream).")
            .build();
    private final OptionSpec prices = OptionSpec.builder("--prices")
            .type(Path.class)
            .paramLabel("FILE")
            .description("A sheet of prices (default: Amazon's in us-east-1, as of the date that is told).")
            .build();
    private final OptionSpec json = OptionSpec.builder("--json")
            .type(boolean.class)
            .defaultValue("false")
            .description("Print one JSON object.")
            .build();

    UsageCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
        this.http = StreamCommands.http(terminal);
    }

    CommandSpec spec() {
        return StreamCommands.command(
                        "Show what streams used, in the units that Amazon bills, and what that would cost.", http, this)
                .addOption(stream)
                .addOption(from)
                .addOption(to)
                .addOption(by)
                .addOption(prices)
                .addOption(json);
    }

    /// One line of a bill.
    ///
    /// @param of     the stream or the day
    private record Line(String of, Charge charge, double amount, double cost) {}

    @Override
    public Integer call() throws Failure, InterruptedException {
        var sheet = PriceSheet.of(Optional.ofNullable(prices.<Path>getValue()));
        var question = question();
        boolean byDay = byDay();
        return StreamCommands.ask(http, kinesis -> show(kinesis.page(question), sheet, byDay));
    }

    private boolean byDay() {
        String wanted = by.getValue();
        if (!List.of("stream", "day").contains(wanted)) throw misused("--by %s: it must be stream or day", wanted);
        return wanted.equals("day");
    }

    private String question() {
        var parts = new ArrayList<String>();
        var first = day(from);
        var last = day(to);
        if (first.isPresent() && last.isPresent() && first.get().isAfter(last.get()))
            throw misused("--from %s is after --to %s", first.get(), last.get());
        first.ifPresent(day -> parts.add("from=" + day));
        last.ifPresent(day -> parts.add("to=" + day));
        if (stream.getValue() != null)
            parts.add("stream=" + URLEncoder.encode(stream.<String>getValue(), StandardCharsets.UTF_8));
        return "/usage?" + String.join("&", parts);
    }

    private Optional<LocalDate> day(OptionSpec option) {
        String text = option.getValue();
        try {
            return Optional.ofNullable(text).map(LocalDate::parse);
        } catch (DateTimeParseException _) {
            throw misused("%s %s: it must be a day like 2026-11-27", option.longestName(), text);
        }
    }

    private ParameterException misused(String text, Object... values) {
        return new ParameterException(http.command().commandLine(), text.formatted(values));
    }

    private void show(Map<String, Object> answer, PriceSheet sheet, boolean byDay) throws Failure {
        var rows = Kinesis.maps(answer.get("rows"));
        if (rows.isEmpty() && stream.getValue() != null)
            throw new Failure("there was no stream %s from %s to %s: leave --stream out to see all"
                    .formatted(
                            stream.<String>getValue(),
                            StreamCommands.text(answer, "from"),
                            StreamCommands.text(answer, "to")));
        var lines = lines(rows, sheet, byDay);
        double total = lines.stream().mapToDouble(Line::cost).sum();
        if (json.<Boolean>getValue()) terminal.out().println(Json.write(asJson(answer, lines, total, sheet, byDay)));
        else print(answer, lines, total, sheet, byDay);
    }

    private static List<Line> lines(List<Map<String, Object>> rows, PriceSheet sheet, boolean byDay) {
        boolean isOneHome = new HashSet<>(rows.stream()
                                .map(row -> List.of(row.get("account"), row.get("region")))
                                .toList())
                        .size()
                <= 1;
        var sums = new TreeMap<String, TreeMap<Charge, Double>>();
        for (var row : rows) {
            var name = StreamCommands.text(row, "stream");
            var home = StreamCommands.text(row, "account") + "/" + StreamCommands.text(row, "region") + "/";
            var of = byDay ? StreamCommands.text(row, "day") : isOneHome ? name : home + name;
            for (var charge : Charge.values()) {
                double amount = charge.amount(row);
                if (amount > 0) sums.computeIfAbsent(of, _ -> new TreeMap<>()).merge(charge, amount, Double::sum);
            }
        }
        var lines = new ArrayList<Line>();
        sums.forEach((of, charges) -> charges.forEach(
                (charge, amount) -> lines.add(new Line(of, charge, amount, amount * sheet.price(charge)))));
        return lines;
    }

    private void print(Map<String, Object> answer, List<Line> lines, double total, PriceSheet sheet, boolean byDay) {
        var out = terminal.out();
        var rows = new ArrayList<List<String>>();
        for (var line : lines)
            rows.add(List.of(
                    line.of(),
                    line.charge().modeName(),
                    number(line.amount(), 6),
                    line.charge().label(),
                    number(sheet.price(line.charge()), 3),
                    number(line.cost(), 4)));
        Table.print(out, List.of(byDay ? "DAY" : "STREAM", "MODE", "AMOUNT", "OF", "PRICE", sheet.currency()), rows);
        out.printf(
                "%n%s to %s (UTC): the same on Amazon (%s, prices of %s, %s) would cost %s %s.%n",
                StreamCommands.text(answer, "from"),
                StreamCommands.text(answer, "to"),
                sheet.region(),
                sheet.date(),
                sheet.source(),
                number(total, 4),
                sheet.currency());
        long records = sum(answer, "records");
        long kafka = sum(answer, "kafka_records");
        if (kafka > 0)
            out.printf(
                    Locale.ROOT,
                    "%,d of %,d records came from Kafka's producers: their units are estimated from their mean size.%n",
                    kafka,
                    records);
    }

    private static long sum(Map<String, Object> answer, String unit) {
        return Kinesis.maps(answer.get("rows")).stream()
                .mapToLong(row -> row.get(unit) instanceof Long amount ? amount : 0)
                .sum();
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static Map<String, Object> asJson(
            Map<String, Object> answer, List<Line> lines, double total, PriceSheet sheet, boolean byDay) {
        var charges = new ArrayList<Map<String, Object>>();
        for (var line : lines) {
            var charge = new LinkedHashMap<String, Object>();
            charge.put(byDay ? "day" : "stream", line.of());
            charge.put("charge", line.charge().key());
            charge.put("amount", line.amount());
            charge.put("price", sheet.price(line.charge()));
            charge.put("cost", line.cost());
            charges.add(charge);
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("from", answer.get("from"));
        all.put("to", answer.get("to"));
        all.put("region", sheet.region());
        all.put("pricesOf", sheet.date());
        all.put("source", sheet.source());
        all.put("currency", sheet.currency());
        all.put("total", total);
        all.put("charges", charges);
        all.put("rows", answer.get("rows"));
        return all;
    }
}
