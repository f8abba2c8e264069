package io.braid.log;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/// Says what an operating system's refusal means, where it happened and what to do: the one place that knows how
/// operating systems word it.
///
/// They word it in the language of the process. What is told here from all else, that the disk is full, is therefore
/// also looked for in how much is free ([FileDisk]).
final class FileTrouble {
    private static final List<String> FULL = List.of(
            "No space left on device", // Linux, macOS
            "Disk quota exceeded", // the same for one user or directory
            "Disc quota exceeded", // macOS
            "not enough space on the disk"); // Windows

    private static final String READ_ONLY = "Read-only file system";

    private FileTrouble() {}

    /// Whether it says in English that there is no room.
    static boolean saysFull(IOException cause) {
        var reason = reason(cause);
        return FULL.stream().anyMatch(reason::contains);
    }

    /// Whether its kind is part of [Disk]'s contract: callers tell these from the rest.
    static boolean isPlain(IOException cause) {
        return cause instanceof NoSuchFileException
                || cause instanceof FileAlreadyExistsException
                || cause instanceof DirectoryNotEmptyException
                || cause instanceof ClosedChannelException;
    }

    /// Whether it names a cause other than want of room.
    static boolean isOther(IOException cause) {
        return isPlain(cause)
                || cause instanceof AccessDeniedException
                || reason(cause).contains(READ_ONLY);
    }

    /// @param act   what was tried, as in "write" or "sync"
    /// @param where the file, and the position if there is one
    static IOException of(String act, String where, IOException cause) {
        if (isPlain(cause)) return cause;
        return new IOException("%s %s: %s, then start again".formatted(act, where, advice(cause)), cause);
    }

    /// What was found, and what to do.
    static String advice(IOException cause) {
        var reason = reason(cause);
        if (reason.contains(READ_ONLY)) return "the file system is read-only: mount it for writing";
        if (cause instanceof AccessDeniedException)
            return "access denied to user %s: change its owner or permissions"
                    .formatted(System.getProperty("user.name"));
        if (saysFull(cause)) return "no space left: make room";
        return "%s: look at the device and the system's log".formatted(reason);
    }

    private static String reason(IOException cause) {
        if (cause instanceof FileSystemException there && there.getReason() != null) return there.getReason();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
