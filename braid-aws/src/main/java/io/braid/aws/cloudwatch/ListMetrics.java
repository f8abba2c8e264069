package io.braid.aws.cloudwatch;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/// ListMetrics: which metrics there are, in the order of their names, in pages. A token names the metric that the next
/// page begins with.
///
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
final class ListMetrics implements Operation {
    private static final int PAGE = 500;
    private static final int RECENT_MINUTES = 180;

    private final MetricStore store;
    private final Runnable publish;
    private final Function<Caller, Homes> homes;
    private final InstantSource clock;

    /// @param publish brings into the store what the server has counted until now
    ListMetrics(MetricStore store, Runnable publish, Function<Caller, Homes> homes, InstantSource clock) {
        this.store = store;
        this.publish = publish;
        this.homes = homes;
        this.clock = clock;
    }

    @Override
    public void answer(Call call) {
        var params = Params.read(call.body(), Requests.LIST_METRICS);
        publish.run();
        long since = params.has("RecentlyActive") ? clock.millis() / Period.MINUTE_MILLIS - RECENT_MINUTES : 0;
        var seen = homes.apply(call.caller());
        var from = params.text("NextToken").map(token -> opened(token, seen.own()));
        var found = store.list(seen, from, since).stream()
                .filter(metric -> isAskedFor(metric, params))
                .limit(PAGE + 1L)
                .toList();
        var answer = call.answer().startMap().field("Metrics").startList();
        for (var metric : found.subList(0, Math.min(PAGE, found.size()))) write(answer, metric);
        answer.endList();
        if (found.size() > PAGE) answer.field("NextToken").text(token(found.getLast()));
        answer.endMap();
    }

    private static boolean isAskedFor(Metric metric, Params params) {
        if (!params.text("Namespace").orElse(metric.namespace()).equals(metric.namespace())) return false;
        if (!params.text("MetricName").orElse(metric.name()).equals(metric.name())) return false;
        return params.structures("Dimensions").stream()
                .allMatch(filter -> metric.dimensions().stream()
                        .anyMatch(dimension -> dimension.name().equals(filter.requiredText("Name"))
                                && filter.text("Value")
                                        .orElse(dimension.value())
                                        .equals(dimension.value())));
    }

    private static void write(WireWriter answer, Metric metric) {
        answer.startMap().field("Namespace").text(metric.namespace());
        answer.field("MetricName").text(metric.name());
        answer.field("Dimensions").startList();
        for (var dimension : metric.dimensions()) {
            answer.startMap().field("Name").text(dimension.name());
            answer.field("Value").text(dimension.value()).endMap();
        }
        answer.endList().endMap();
    }

    private static String token(Metric metric) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (var text : texts(metric)) out.writeUTF(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    private static List<String> texts(Metric metric) {
        var texts = new ArrayList<>(List.of(metric.namespace(), metric.name()));
        for (var dimension : metric.dimensions()) texts.addAll(List.of(dimension.name(), dimension.value()));
        return texts;
    }

    /// @throws AwsFault it was not made here
    private static Metric opened(String token, String home) {
        try {
            var in = new DataInputStream(
                    new ByteArrayInputStream(Base64.getUrlDecoder().decode(token)));
            var namespace = in.readUTF();
            var name = in.readUTF();
            var dimensions = new ArrayList<Metric.Dimension>();
            while (in.available() > 0) dimensions.add(new Metric.Dimension(in.readUTF(), in.readUTF()));
            return new Metric(home, namespace, name, dimensions);
        } catch (IllegalArgumentException | IOException _) {
            throw Faults.invalid("Request parameter NextToken is invalid");
        }
    }
}
