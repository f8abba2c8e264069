package io.braid.delivery;

import io.braid.broker.Payloads;
import io.braid.log.Compression;
import java.io.IOException;
import java.io.OutputStream;

/// How an object is packed.
public enum ObjectCompression {
    NONE("", Compression.NONE),
    GZIP(".gz", Compression.GZIP),
    ZSTD(".zst", Compression.ZSTD);

    private final String extension;
    private final Compression codec;

    ObjectCompression(String extension, Compression codec) {
        this.extension = extension;
        this.codec = codec;
    }

    /// What names of such objects end in.
    public String extension() {
        return extension;
    }

    /// What is written comes out packed at `target`; closing it writes what is left.
    OutputStream packing(OutputStream target) throws IOException {
        return Payloads.packing(codec, target);
    }
}
