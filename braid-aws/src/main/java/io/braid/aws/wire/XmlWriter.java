package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;

/// The result of a query-protocol request: an element for each member, `member` for each item of a list. What stands
/// around the result ([#envelope], [#fault]) has the request's id and comes last.
///
/// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
public final class XmlWriter extends WireWriter {
    private static final String ITEM = "member";

    /// An open map or list.
    ///
    /// @param element its name; empty for the outermost
    private record Open(String element, boolean isList) {}

    private final Deque<Open> open = new ArrayDeque<>();
    private String next = ""; // the element whose value comes next, in a map

    /// The whole answer: the result, and the id of the request.
    ///
    /// @param namespace of the service
    public XmlWriter envelope(String namespace, String operation, String requestId) {
        var whole = new XmlWriter();
        whole.raw("<" + operation + "Response xmlns=\"" + namespace + "\">");
        if (size > 0) {
            whole.raw("<" + operation + "Result>");
            whole.put(buffer, 0, size);
            whole.raw("</" + operation + "Result>");
        }
        whole.raw("<ResponseMetadata><RequestId>" + requestId + "</RequestId></ResponseMetadata></" + operation
                + "Response>");
        return whole;
    }

    /// The same for an error.
    public static XmlWriter fault(AwsFault fault, String namespace, String requestId) {
        var whole = new XmlWriter();
        whole.raw("<ErrorResponse xmlns=\"" + namespace + "\">");
        whole.startMap().field("Error").startMap();
        whole.field("Type").text(fault.status() < 500 ? "Sender" : "Receiver");
        whole.field("Code").text(fault.code());
        whole.field("Message").text(fault.message().orElse(""));
        whole.endMap().field("RequestId").text(requestId).endMap();
        whole.raw("</ErrorResponse>");
        return whole;
    }

    @Override
    public WireWriter startMap() {
        return start(false);
    }

    @Override
    public WireWriter endMap() {
        return end();
    }

    @Override
    public WireWriter startList() {
        return start(true);
    }

    @Override
    public WireWriter endList() {
        return end();
    }

    private WireWriter start(boolean isList) {
        var element = element();
        if (!element.isEmpty()) raw("<" + element + ">");
        open.push(new Open(element, isList));
        return this;
    }

    private WireWriter end() {
        var element = open.pop().element();
        if (!element.isEmpty()) raw("</" + element + ">");
        return this;
    }

    private String element() {
        if (open.isEmpty()) return "";
        return open.peek().isList() ? ITEM : next;
    }

    @Override
    public WireWriter field(Name name) {
        return field(name.toString());
    }

    @Override
    public WireWriter field(String name) {
        next = name;
        return this;
    }

    @Override
    public WireWriter ascii(byte[] bytes, int start, int length) {
        return value(new String(bytes, start, length, UTF_8));
    }

    @Override
    public WireWriter utf8(MemorySegment text) {
        return value(new String(text.toArray(ValueLayout.JAVA_BYTE), UTF_8));
    }

    @Override
    public WireWriter number(long value) {
        return value(Long.toString(value));
    }

    @Override
    public WireWriter decimal(double value) {
        return value(Double.toString(value));
    }

    @Override
    public WireWriter flag(boolean value) {
        return value(Boolean.toString(value));
    }

    @Override
    public WireWriter blob(MemorySegment bytes) {
        return value(Base64.getEncoder().encodeToString(bytes.toArray(ValueLayout.JAVA_BYTE)));
    }

    @Override
    public WireWriter moment(long millis) {
        return value(Instant.ofEpochMilli(millis).toString());
    }

    private WireWriter value(String text) {
        var element = element();
        raw("<" + element + ">");
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '<' -> raw("&lt;");
                case '>' -> raw("&gt;");
                case '&' -> raw("&amp;");
                case '\r' -> raw("&#xD;");
                default -> raw(isAllowed(c) ? Character.toString(c) : "\uFFFD");
            }
        }
        raw("</" + element + ">");
        return this;
    }

    /// XML has no way to write the others.
    private static boolean isAllowed(int c) {
        return c >= ' ' && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff || c == '\t' || c == '\n';
    }

    private void raw(String xml) {
        var bytes = xml.getBytes(UTF_8);
        put(bytes, 0, bytes.length);
    }
}
