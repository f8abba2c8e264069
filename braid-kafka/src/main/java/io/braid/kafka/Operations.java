package io.braid.kafka;

import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/// What the caller may do, as metadata requests ask it (KIP-430): everything, until there is access control.
final class Operations {
    /// What a response says if it was not asked.
    static final int NOT_ASKED = Integer.MIN_VALUE;

    static final int TOPIC = bits(Set.of(
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE,
            AclOperation.DELETE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS));

    static final int CLUSTER = bits(Set.of(
            AclOperation.CREATE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.CLUSTER_ACTION,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS,
            AclOperation.IDEMPOTENT_WRITE));

    static final int GROUP = bits(Set.of(
            AclOperation.READ,
            AclOperation.DELETE,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS));

    private Operations() {}

    private static int bits(Set<AclOperation> operations) {
        int bits = 0;
        for (var operation : operations) bits |= 1 << operation.code();
        return bits;
    }
}
