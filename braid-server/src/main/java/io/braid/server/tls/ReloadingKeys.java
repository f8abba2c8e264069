package io.braid.server.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/// What a server's handshakes ask for certificate and key. Looks at the files at the next handshake after a
/// second, and reads them if they have changed. If that fails (one file is new and the other is still the old,
/// say) the identity from before is served, and the next change is tried again.
///
/// A handshake asks for a name first, then for what has that name; so the identity before the current one is
/// kept, under a name of its own.
///
/// Any thread.
final class ReloadingKeys extends X509ExtendedKeyManager {
    private static final System.Logger LOG = System.getLogger(ReloadingKeys.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private record Served(String name, X509ExtendedKeyManager keys) {}

    private record Serving(Served current, Optional<Served> before) {
        Served named(String name) {
            return before.filter(served -> served.name().equals(name)).orElse(current);
        }
    }

    private final IdentityFiles files;
    private final InstantSource clock;
    private final ReentrantLock looking = new ReentrantLock(); // guards lookedAt, seen, loads
    private Instant lookedAt;
    private IdentityFiles.Stamp seen;
    private int loads;
    private volatile Serving serving;

    /// @throws IOException the files cannot be used; the message says which and why
    ReloadingKeys(IdentityFiles files, InstantSource clock) throws IOException {
        this.files = files;
        this.clock = clock;
        this.lookedAt = clock.instant();
        this.seen = files.stamp(); // first: what changes while it is read is read again
        this.serving = new Serving(load(), Optional.empty());
    }

    /// Under its lock, or in the constructor.
    private Served load() throws IOException {
        var identity = files.read();
        warnIfNotValid(identity.chain().getFirst());
        var name = Integer.toString(++loads);
        try {
            var password = new char[0];
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(name, identity.key(), password, identity.chain().toArray(X509Certificate[]::new));
            var factory = KeyManagerFactory.getInstance("SunX509"); // whose names are those of the store
            factory.init(store, password);
            return new Served(name, (X509ExtendedKeyManager) factory.getKeyManagers()[0]);
        } catch (GeneralSecurityException e) {
            throw new IOException("%s cannot be served: %s".formatted(files.certificate(), e.getMessage()), e);
        }
    }

    private void warnIfNotValid(X509Certificate certificate) {
        var now = clock.instant();
        var from = certificate.getNotBefore().toInstant();
        var to = certificate.getNotAfter().toInstant();
        if (now.isBefore(from) || now.isAfter(to))
            LOG.log(
                    System.Logger.Level.WARNING,
                    "certificate is not valid now, and clients will refuse it file={0} from={1} to={2}",
                    files.certificate(),
                    from,
                    to);
    }

    private Serving serving() {
        if (!looking.tryLock()) return serving; // somebody else is looking
        try {
            var now = clock.instant();
            if (Duration.between(lookedAt, now).compareTo(LOOK_EVERY) < 0) return serving;
            lookedAt = now;
            look();
        } finally {
            looking.unlock();
        }
        return serving;
    }

    private void look() {
        var stamp = files.stamp();
        if (stamp.equals(seen)) return;
        seen = stamp;
        try {
            serving = new Serving(load(), Optional.of(serving.current()));
            LOG.log(System.Logger.Level.INFO, "certificate read again file={0}", files.certificate());
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "certificate changed and cannot be used, the one before is served reason={0}",
                    e.getMessage());
        }
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return serving().current().keys().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return serving().current().keys().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return serving.current().keys().getServerAliases(keyType, issuers);
    }

    @Override
    public X509Certificate[] getCertificateChain(String name) {
        return serving.named(name).keys().getCertificateChain(name);
    }

    @Override
    public PrivateKey getPrivateKey(String name) {
        return serving.named(name).keys().getPrivateKey(name);
    }

    /// A server is no client.
    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
