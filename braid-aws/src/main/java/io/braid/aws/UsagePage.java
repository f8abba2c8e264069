package io.braid.aws;

import io.braid.aws.wire.Protocol;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.UsageMeter;
import io.braid.broker.UsageRow;
import io.braid.broker.UsageUnit;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/// `GET /usage?from=DAY&to=DAY&stream=NAME`: what streams used, day by day, as JSON in the units that are counted
/// ([UsageUnit]). Days are those of UTC, both included; without `from` it begins with the month of `to`, without
/// `to` it ends today. What does not make sense is a 400 with a message. The same sums since the start are in
/// `/metrics`. Any thread.
final class UsagePage {
    static final String PATH = "/usage";

    /// Streams whose sums `/metrics` shows.
    private static final int STREAMS_SHOWN_MAX = 1000;

    private static final String JSON = "application/json";

    private final UsageMeter usage;
    private final InstantSource clock;

    UsagePage(UsageMeter usage, InstantSource clock) {
        this.usage = usage;
        this.clock = clock;
    }

    /// A question that makes no sense; says why.
    private static final class Unasked extends Exception {
        private static final long serialVersionUID = 1;

        Unasked(String message) {
            super(message);
        }
    }

    void answer(ServerRequest request, ServerResponse response) {
        WireWriter answer;
        var status = Status.OK_200;
        try {
            answer = report(request);
        } catch (Unasked | UsageMeter.TooLarge refused) {
            status = Status.BAD_REQUEST_400;
            answer = message(refused.getMessage());
        } catch (IOException trouble) {
            status = Status.INTERNAL_SERVER_ERROR_500;
            answer = message("what was kept of usage cannot be read: " + trouble.getMessage());
        }
        response.status(status).header(HeaderNames.CONTENT_TYPE, JSON).send(answer.buffer(), 0, answer.size());
    }

    private WireWriter report(ServerRequest request) throws Unasked, UsageMeter.TooLarge, IOException {
        var last = day(request, "to").orElse(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        var first = day(request, "from").orElse(last.withDayOfMonth(1));
        if (first.isAfter(last)) throw new Unasked("from %s is after to %s".formatted(first, last));
        var rows = usage.report(first, last, parameter(request, "stream"));
        var answer = Protocol.JSON.writer();
        write(answer, first, last, rows);
        return answer;
    }

    private static Optional<String> parameter(ServerRequest request, String name) {
        var query = request.query();
        return query.contains(name) ? Optional.of(query.get(name)) : Optional.empty();
    }

    private static Optional<LocalDate> day(ServerRequest request, String name) throws Unasked {
        var text = parameter(request, name);
        try {
            return text.map(LocalDate::parse);
        } catch (DateTimeParseException _) {
            throw new Unasked("%s must be a day like 2026-11-27, is '%s'".formatted(name, text.orElse("")));
        }
    }

    private static WireWriter message(String text) {
        return Protocol.JSON.writer().startMap().field("message").text(text).endMap();
    }

    private static void write(WireWriter answer, LocalDate first, LocalDate last, List<UsageRow> rows) {
        answer.startMap().field("from").text(first.toString()).field("to").text(last.toString());
        answer.field("rows").startList();
        for (var row : rows) {
            var day = LocalDate.ofInstant(row.from(), ZoneOffset.UTC);
            answer.startMap().field("day").text(day.toString());
            answer.field("account").text(row.owner().account());
            answer.field("region").text(row.owner().region());
            answer.field("stream").text(row.owner().name());
            answer.field("mode").text(row.mode().name());
            for (var unit : UsageUnit.values()) {
                long amount = row.usage().of(unit);
                if (amount != 0) answer.field(unit.word()).number(amount);
            }
            answer.endMap();
        }
        answer.endList().endMap();
    }

    /// Writes each stream's sums in Prometheus' text format: of the first [#STREAMS_SHOWN_MAX] by name.
    void writeTo(StringBuilder page) {
        usage.look();
        var totals = usage.totals();
        var shown = totals.subList(0, Math.min(STREAMS_SHOWN_MAX, totals.size()));
        for (var unit : UsageUnit.values()) {
            page.append("# TYPE braid_usage_%s_total counter\n".formatted(unit.word()));
            for (var total : shown)
                page.append("braid_usage_%s_total{stream=\"%s\",account=\"%s\",region=\"%s\"} %d\n"
                        .formatted(
                                unit.word(),
                                total.owner().name(),
                                total.owner().account(),
                                total.owner().region(),
                                total.usage().of(unit)));
        }
        int hidden = totals.size() - shown.size();
        page.append("# TYPE braid_usage_streams_not_shown gauge\nbraid_usage_streams_not_shown %d\n".formatted(hidden));
    }
}
