package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/// DynamoDB's numbers: 38 significant decimal digits, magnitudes from 1E-130 to below 1E+126, exact.
/// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html)
final class Numbers {
    private static final int DIGITS_MAX = 38;
    private static final int EXPONENT_MIN = -130;
    private static final int EXPONENT_MAX = 125;
    private static final int CHARACTERS_MAX = 512; // leading and trailing zeros are allowed, though not without end

    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,9})?");

    private Numbers() {}

    /// @throws AwsFault it is no number, or none that DynamoDB keeps
    static AttributeValue.Number parse(String text) {
        if (text.length() > CHARACTERS_MAX || !NUMBER.matcher(text.strip()).matches())
            throw AwsFault.validation("The parameter cannot be converted to a numeric value: " + text);
        return of(new BigDecimal(text.strip()));
    }

    /// @throws AwsFault DynamoDB keeps no such number
    static AttributeValue.Number of(BigDecimal value) {
        var number = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        long exponent = (long) number.precision() - number.scale() - 1; // of its first digit
        if (number.signum() != 0 && exponent > EXPONENT_MAX)
            throw AwsFault.validation(
                    "Number overflow. Attempting to store a number with magnitude larger than supported range");
        if (number.signum() != 0 && exponent < EXPONENT_MIN)
            throw AwsFault.validation(
                    "Number underflow. Attempting to store a number with magnitude smaller than supported range");
        if (number.precision() > DIGITS_MAX)
            throw AwsFault.validation("Attempting to store more than 38 significant digits in a Number");
        return new AttributeValue.Number(number);
    }

    /// A sum or difference that cannot overflow memory, whatever the two exponents are.
    static AttributeValue.Number sum(AttributeValue.Number one, AttributeValue.Number other) {
        return of(one.value().add(other.value())); // exponents differ by 255 at most
    }

    static AttributeValue.Number difference(AttributeValue.Number one, AttributeValue.Number other) {
        return of(one.value().subtract(other.value()));
    }

    /// As DynamoDB answers it: no exponent, no needless zeros.
    static String text(AttributeValue.Number number) {
        return number.value().toPlainString();
    }
}
