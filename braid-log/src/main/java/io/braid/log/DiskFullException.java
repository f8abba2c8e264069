package io.braid.log;

import java.io.IOException;

/// The disk has no room for what was to be written. Unlike every other failure of a disk it leaves things as they were:
/// the same call may be made again, and succeeds once there is room (see [Disk], 7).
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1;

    public DiskFullException(String message) {
        super(message);
    }

    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
