package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class XmlWriterTest {
    private static String text(WireWriter writer) {
        return new String(writer.buffer(), 0, writer.size(), UTF_8);
    }

    @Test
    void membersAreElementsAndItemsAreMembers() {
        var writer = new XmlWriter();
        writer.startMap().field("List").startList();
        writer.startMap().field("A").number(1).field("B").decimal(2.5).endMap();
        writer.startMap().field("A").flag(true).endMap();
        writer.endList().field("At").moment(1_700_000_000_000L).field("Plain").startList();
        writer.text("x").text("y").endList().endMap();

        assertEquals(
                "<DoResponse xmlns=\"http://n/\"><DoResult>"
                        + "<List><member><A>1</A><B>2.5</B></member><member><A>true</A></member></List>"
                        + "<At>2023-11-14T22:13:20Z</At><Plain><member>x</member><member>y</member></Plain>"
                        + "</DoResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoResponse>",
                text(writer.envelope("http://n/", "Do", "id")));
    }

    @Test
    void anOperationWithoutResultHasAnIdOnly() {
        assertEquals(
                "<DoResponse"
                    + " xmlns=\"http://n/\"><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoResponse>",
                text(new XmlWriter().envelope("http://n/", "Do", "id")));
    }

    @Test
    void textCannotBreakOut() {
        var writer = new XmlWriter();
        writer.startMap().field("A").text("a<b>&c\"\u0001é\r\n😀").endMap();

        assertEquals("<A>a&lt;b&gt;&amp;c\"\uFFFDé&#xD;\n😀</A>", text(writer));
    }

    @Test
    void errorsSayWhoseFaultItIs() {
        assertEquals(
                "<ErrorResponse xmlns=\"http://n/\"><Error><Type>Sender</Type><Code>ValidationError</Code>"
                        + "<Message>no</Message></Error><RequestId>id</RequestId></ErrorResponse>",
                text(XmlWriter.fault(AwsFault.validation("no"), "http://n/", "id")));
        assertEquals(
                "<ErrorResponse xmlns=\"http://n/\"><Error><Type>Receiver</Type><Code>InternalFailure</Code>"
                        + "<Message></Message></Error><RequestId>id</RequestId></ErrorResponse>",
                text(XmlWriter.fault(AwsFault.internal(), "http://n/", "id")));
    }
}
