package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The body of a query-protocol request: `Action=PutMetricData&MetricData.member.1.Value=7`. A dot leads into a
/// structure, `member.N` into a list. Members may come in any order, so this one, unlike the others, builds the
/// whole tree before it walks it.
///
/// A form has no types: every value is text until it is asked for as something else.
///
/// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
public final class FormReader extends WireReader {
    /// Values of one request. The largest that Amazon takes, 1,000 datums in a megabyte, has fewer.
    private static final int VALUES_MAX = 100_000;

    private static final String MEMBER = "member";
    private static final int INDEX_DIGITS_MAX = 9;

    /// A value, or what lies behind its dots.
    private static final class Node {
        String text = "";
        final Map<String, Node> members = new LinkedHashMap<>();
        final Map<Integer, Node> items = new TreeMap<>();
    }

    private final Node root = new Node();
    private final Deque<Iterator<Map.Entry<String, Node>>> maps = new ArrayDeque<>();
    private final Deque<Iterator<Node>> lists = new ArrayDeque<>();
    private Node cursor = root;

    /// @throws AwsFault the body is no form
    FormReader(byte[] body) {
        super(body);
        int values = 0;
        int start = 0;
        for (int end = 0; end <= body.length; end++) {
            if (end < body.length && body[end] != '&') continue;
            if (end > start) {
                if (++values > VALUES_MAX) throw malformed("A request may have %d values.".formatted(VALUES_MAX));
                add(new String(body, start, end - start, UTF_8));
            }
            start = end + 1;
        }
    }

    private void add(String pair) {
        int equals = pair.indexOf('=');
        var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        var node = root;
        var parts = name.split("\\.", -1);
        if (parts.length > DEPTH_MAX) throw AwsFault.unreadable();
        for (int i = 0; i < parts.length; i++) {
            boolean item = parts[i].equals(MEMBER) && i + 1 < parts.length && isIndex(parts[i + 1]);
            node = item
                    ? node.items.computeIfAbsent(Integer.valueOf(parts[++i]), _ -> new Node())
                    : node.members.computeIfAbsent(parts[i], _ -> new Node());
        }
        node.text = equals < 0 ? "" : decoded(pair.substring(equals + 1));
    }

    private static boolean isIndex(String part) {
        return !part.isEmpty()
                && part.length() <= INDEX_DIGITS_MAX
                && part.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed("The form cannot be decoded: " + e.getMessage());
        }
    }

    /// The value of a member at the top; empty if there is none.
    public String top(String name) {
        var node = root.members.get(name);
        return node == null ? "" : node.text;
    }

    @Override
    public boolean isTyped() {
        return false;
    }

    @Override
    public Token token() {
        if (!cursor.items.isEmpty()) return Token.LIST;
        return cursor == root || !cursor.members.isEmpty() ? Token.MAP : Token.TEXT;
    }

    @Override
    public void enterMap() {
        if (token() == Token.TEXT && !cursor.text.isEmpty())
            throw malformed("A structure cannot have the value " + cursor.text + ".");
        deeper();
        maps.push(cursor.members.entrySet().iterator());
    }

    @Override
    public boolean nextName() {
        if (!maps.peek().hasNext()) {
            maps.pop();
            depth--;
            return false;
        }
        var member = maps.peek().next();
        cursor = member.getValue();
        show(member.getKey());
        return true;
    }

    /// A list without items is written as an empty text.
    @Override
    public void enterList() {
        if (!cursor.text.isEmpty()) throw malformed("A list cannot have the value " + cursor.text + ".");
        deeper();
        lists.push(cursor.items.values().iterator());
    }

    @Override
    public boolean nextItem() {
        if (!lists.peek().hasNext()) {
            lists.pop();
            depth--;
            return false;
        }
        cursor = lists.peek().next();
        return true;
    }

    @Override
    public void readText() {
        show(cursor.text);
    }

    private void show(String text) {
        region = text.getBytes(UTF_8);
        regionStart = 0;
        regionLength = region.length;
    }

    @Override
    public BigDecimal readNumber() {
        try {
            return new BigDecimal(cursor.text);
        } catch (NumberFormatException _) {
            throw malformed("'" + cursor.text + "' is no number.");
        }
    }

    @Override
    public boolean readBoolean() {
        return switch (cursor.text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw malformed("'" + cursor.text + "' is neither true nor false.");
        };
    }

    /// ISO 8601; without an offset it is UTC.
    @Override
    public long readMoment() {
        var text = cursor.text;
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException | ArithmeticException _) {
            return localMoment(text);
        }
    }

    private static long localMoment(String text) {
        try {
            return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC).toEpochMilli();
        } catch (DateTimeException | ArithmeticException _) {
            throw malformed("'" + text + "' is no time: 2026-11-23T01:02:03Z would be one.");
        }
    }

    @Override
    public void readNull() {
        throw new IllegalStateException("a form has no nulls");
    }

    @Override
    public MemorySegment readBlob() {
        try {
            return MemorySegment.ofArray(Base64.getDecoder().decode(cursor.text));
        } catch (IllegalArgumentException _) {
            throw malformed("The value is no Base64.");
        }
    }

    /// The tree was whole when it was built.
    @Override
    public void expectEnd() {}

    private static AwsFault malformed(String message) {
        return AwsFault.serialization(message).coded("MalformedInput");
    }
}
