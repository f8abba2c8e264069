package io.braid.aws.kinesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsumerTest {
    private static final Consumer BILLING = new Consumer("bill.ing-1", Instant.ofEpochSecond(1_795_395_723));

    @Test
    void namesOfAttributesStayAsTheyAre() {
        assertEquals("kinesis.consumer/bill.ing-1:1795395723", BILLING.attribute());
        assertEquals("kinesis.consumer/bill.ing-1:1795395723/kinesis.tag.a/b", BILLING.tagAttribute("a/b"));
    }

    @Test
    void oneIsReadFromItsAttributeAndFromNoOther() {
        assertEquals(Optional.of(BILLING), Consumer.read(BILLING.attribute()));
        assertEquals(Optional.empty(), Consumer.read(BILLING.tagAttribute("team")));
        assertEquals(Optional.empty(), Consumer.read("kinesis.tag.team"));
    }

    @Test
    void whatItHasIsItsOwn() {
        var longer = new Consumer("bill.ing-1", Instant.ofEpochSecond(17_953_957_231L));

        assertTrue(BILLING.has(BILLING.attribute()));
        assertTrue(BILLING.has(BILLING.tagAttribute("team")));
        assertFalse(BILLING.has(longer.attribute()));
        assertFalse(BILLING.has(longer.tagAttribute("team")));
    }

    @Test
    void anArnIsReadAsItWasMade() {
        var arn = ConsumerArn.of("arn:aws:kinesis:eu-west-1:123456789012:stream/stream", BILLING);

        assertEquals("arn:aws:kinesis:eu-west-1:123456789012:stream/stream/consumer/bill.ing-1:1795395723", arn);
        assertEquals(Optional.of(new ConsumerArn("stream", "bill.ing-1", 1_795_395_723)), ConsumerArn.parse(arn));
        assertEquals(Optional.empty(), ConsumerArn.parse("arn:aws:kinesis:eu-west-1:123456789012:stream/stream"));
    }
}
