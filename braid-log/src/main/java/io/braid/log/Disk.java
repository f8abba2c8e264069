package io.braid.log;

import java.io.IOException;
import java.util.List;

/// The files below one directory: all that the log asks of an operating system. Any thread.
///
/// Names are relative, with `/` between their parts. The contract, which `DiskContractTest` holds every
/// implementation to:
///
/// 1. What was written is read back at once, by every [DiskFile] of that name.
/// 2. What was written survives a power cut once [DiskFile#force] has returned; until then any part of it may
///    be lost, in any order, cut at any byte.
/// 3. That a name exists, is gone or means another file survives a power cut once [#syncDirectory] of its
///    directory has returned; until then each such change may be lost or kept by itself.
/// 4. [#rename] replaces its target in one step: a crash leaves the old or the new file under the name, never
///    neither, never a mixture.
/// 5. A failed [DiskFile#force] says nothing about what is on the disk: whoever sees it stops writing and begins
///    again from what can be read after opening.
/// 6. A deleted file stays readable through the [DiskFile]s that were opened before.
/// 7. [#create], [#createDirectory], [#rename] and [DiskFile#write] throw [DiskFullException] where there is no room,
///    and no other call does. A write has written any part by then, and harmed nothing else; the same call may be made
///    again. Room that a deleted or truncated file held is there again at once, unless somebody has the file open.
public interface Disk {
    /// @throws java.nio.file.FileAlreadyExistsException it is there already
    /// @throws DiskFullException there is no room for it
    /// @throws IOException the disk failed
    DiskFile create(String name) throws IOException;

    /// @throws java.nio.file.NoSuchFileException there is no such file
    /// @throws IOException the disk failed
    DiskFile open(String name) throws IOException;

    boolean exists(String name) throws IOException;

    /// The names (without their directory) in a directory, in order; empty if it does not exist.
    List<String> list(String directory) throws IOException;

    /// Creates it and those above it, but never the directory of them all; nothing happens if it is there.
    void createDirectory(String name) throws IOException;

    void rename(String from, String to) throws IOException;

    /// Deletes a file or an empty directory; nothing happens if there is none.
    void delete(String name) throws IOException;

    void syncDirectory(String name) throws IOException;

    /// How many tasks on different files to do at a time: on most disks many syncs together take little longer than
    /// one.
    default int tasksAtOnce() {
        return 1;
    }

    /// Holds the disk for this process until the lock is closed. The lock ends by itself with the process.
    ///
    /// @throws IOException another holds it; the message names the directory and, where known, the other
    Lock lock(String name) throws IOException;

    /// Keeps everybody from [#lock]ing the disk until it is closed, without changing anything on it. Others may share.
    /// Where there is no such file yet, nobody is kept from anything.
    ///
    /// @throws IOException somebody has locked it; the message names the directory and, where known, the other
    Share share(String name) throws IOException;

    /// How much more may be written, and how much there would be room for in all. Costs a system call.
    Room room() throws IOException;

    /// What people know the file by, for messages.
    String describe(String name);

    /// In bytes; [Long#MAX_VALUE] where nobody knows a limit.
    record Room(long free, long total) {}

    interface Share extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    interface Lock extends AutoCloseable {
        /// Makes sure that the files are still those that were locked.
        ///
        /// @throws IOException they were deleted, replaced or unmounted: the message says which and what to do
        void check() throws IOException;

        @Override
        void close() throws IOException;
    }
}
