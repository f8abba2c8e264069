package io.braid.log;

/// What an acknowledgement promises.
public enum Durability {
    /// On disk: the records survive a power cut.
    DISK,
    /// In the operating system's page cache: they survive the end of the process, not of the machine.
    OS
}
