package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Amazon's rules for tags, and its words for those who break them (as kinesalite recorded them; the service says
/// 50 where it said 10 then).
final class Tags {
    static final int COUNT_MAX = 50;

    private static final String PUNCTUATION = "_./=+-%@:";

    private Tags() {}

    /// @param act    `add tags to` or `remove tags from`
    /// @param target the stream or consumer, as messages name it
    static void check(Collection<String> texts, String act, String target, String account) {
        if (!texts.stream().allMatch(Tags::isValid))
            throw AwsFault.invalidArgument(
                    "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ ."
                            + " / = + - % @ :.");
        if (texts.stream().anyMatch(text -> text.indexOf('%') >= 0))
            throw AwsFault.invalidArgument(
                    "Failed to %s %s under account %s because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@',':'."
                            .formatted(act, target, account));
    }

    static void check(Map<String, String> tags, String target, String account) {
        check(tags.keySet(), "add tags to", target, account);
        check(tags.values(), "add tags to", target, account);
    }

    static void checkCount(Set<String> before, Set<String> added, String target, String account) {
        var all = new HashSet<>(before);
        all.addAll(added);
        if (all.size() > COUNT_MAX)
            throw AwsFault.invalidArgument(
                    "Failed to add tags to %s under account %s because a given stream cannot have more than %d tags associated with it."
                            .formatted(target, account, COUNT_MAX));
    }

    private static boolean isValid(String text) {
        return text.codePoints()
                .allMatch(c -> Character.isLetterOrDigit(c)
                        || Character.isWhitespace(c)
                        || Character.isSpaceChar(c)
                        || PUNCTUATION.indexOf(c) >= 0);
    }
}
