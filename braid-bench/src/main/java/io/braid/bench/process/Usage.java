package io.braid.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a process has used so far.
///
/// @param cpuSeconds     user and system time since its start, all threads
/// @param residentBytes  memory it holds now (`VmRSS`: heap, code, stacks and mapped files in memory)
/// @param openFiles      file descriptors it has open now
/// @param diskReadBytes  what it has had fetched from storage since its start; what the page cache held is not in it
public record Usage(double cpuSeconds, long residentBytes, long openFiles, long diskReadBytes) {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux a JVM runs on
    private static final int UTIME = 11; // counted behind the process's name, which may hold blanks
    private static final int STIME = 12;

    static Usage of(long pid) throws IOException {
        var process = Path.of("/proc", Long.toString(pid));
        try (var files = Files.list(process.resolve("fd"))) {
            return of(
                    Files.readString(process.resolve("stat")),
                    Files.readString(process.resolve("status")),
                    Files.readString(process.resolve("io")),
                    files.count());
        }
    }

    /// Reads the texts of `/proc/PID/stat`, `/proc/PID/status` and `/proc/PID/io` (proc(5)).
    static Usage of(String stat, String status, String io, long openFiles) {
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        double ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
        return new Usage(
                ticks / TICKS_PER_SECOND, number(status, "VmRSS:") * 1024, openFiles, number(io, "read_bytes:"));
    }

    private static long number(String lines, String name) {
        return lines.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0); // a process that has ended has no memory
    }
}
