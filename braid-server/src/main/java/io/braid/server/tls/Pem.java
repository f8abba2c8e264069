package io.braid.server.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// PEM (RFC 7468): what certificates and keys look like in text.
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final int FILE_BYTES_MAX = 1 << 20; // a chain of certificates has some thousands
    private static final int LINE_CHARS = 64;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----", Pattern.DOTALL);

    private Pem() {}

    /// @param label what stands behind BEGIN
    record Block(String label, byte[] der) {}

    /// What a file holds, in its order; what stands around it is passed over.
    ///
    /// @throws IOException it cannot be read, or holds no PEM; the message names it
    static List<Block> read(Path file) throws IOException {
        var blocks = new ArrayList<Block>();
        var matches = BLOCK.matcher(text(file));
        while (matches.find()) {
            var label = matches.group(1);
            try {
                // Headers of encrypted keys in old files (RFC 1421) have a colon, which Base64 has not.
                var body = matches.group(2).lines().filter(line -> line.indexOf(':') < 0);
                var base64 = String.join("", body.toList()).replaceAll("\\s", "");
                blocks.add(new Block(label, Base64.getDecoder().decode(base64)));
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "%s: what stands behind BEGIN %s is no Base64: %s".formatted(file, label, e.getMessage()), e);
            }
        }
        if (blocks.isEmpty())
            throw new IOException(
                    "%s holds nothing in PEM (text that begins with -----BEGIN ...-----): if it is DER, `openssl x509` or `openssl pkey` with -inform der writes it as PEM"
                            .formatted(file));
        return blocks;
    }

    private static String text(Path file) throws IOException {
        try {
            if (Files.isDirectory(file)) throw new IOException("%s is a directory".formatted(file));
            if (Files.size(file) > FILE_BYTES_MAX)
                throw new IOException("%s has more than %d bytes: it is no file of certificates or keys"
                        .formatted(file, FILE_BYTES_MAX));
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("%s: there is no such file".formatted(file), e);
        } catch (java.nio.file.AccessDeniedException e) {
            throw new IOException("%s: this process may not read it".formatted(file), e);
        }
    }

    static String text(String label, byte[] der) {
        var lines = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
    }
}
