package io.braid.aws.wire;

import io.braid.aws.wire.WireReader.Token;
import java.util.Locale;

/// The SerializationExceptions for a value of the wrong type, as recorded from Amazon.
public final class TypeFaults {
    private static final String LIST_HERE = "Start of list found where not expected";
    private static final String MAP_HERE = "Start of structure or map found where not expected.";
    private static final String NUMBER_CLASS = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber";

    private TypeFaults() {}

    /// Refuses a value that is not a `wanted`; `target` is how Amazon calls it, with its article.
    public static void expect(WireReader reader, Token wanted, String target) {
        var found = reader.token();
        if (found == wanted || found == Token.TEXT && !reader.isTyped()) return;
        throw AwsFault.serialization(
                switch (found) {
                    case LIST -> LIST_HERE;
                    case MAP -> MAP_HERE;
                    case BOOLEAN -> converted("class java.lang.Boolean", target);
                    case NUMBER -> converted(NUMBER_CLASS, target);
                    case BYTES -> converted("class java.nio.HeapByteBuffer", target);
                    case TEXT -> {
                        if (wanted != Token.BOOLEAN) yield converted("class java.lang.String", target);
                        reader.readText();
                        yield converted("'" + reader.text().toUpperCase(Locale.ROOT) + "'", target);
                    }
                    case NULL -> converted("null", target);
                });
    }

    /// In CBOR a blob is bytes, elsewhere text.
    public static void expectBlob(WireReader reader) {
        boolean binary = reader instanceof CborReader;
        expect(reader, binary ? Token.BYTES : Token.TEXT, "a Blob");
    }

    /// Refuses what is no map or list; `scalar` is what Amazon says to a number, a text or a boolean.
    public static void expectContainer(WireReader reader, Token wanted, String scalar) {
        var found = reader.token();
        if (found == wanted || found == Token.TEXT && !reader.isTyped()) return;
        throw AwsFault.serialization(
                switch (found) {
                    case LIST -> LIST_HERE;
                    case MAP -> MAP_HERE;
                    case TEXT, BYTES, NUMBER, BOOLEAN, NULL -> scalar;
                });
    }

    private static String converted(String what, String target) {
        return what + " can not be converted to " + target;
    }
}
