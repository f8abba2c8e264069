package io.braid.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests one server that all test classes share, for those who keep apart by the names of their streams
/// ([Names#fresh]). Fails a test during which the server logged an error.
final class OneServer implements ParameterResolver, AfterEachCallback {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return server(context);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        var server = server(context);
        if (context.getExecutionException().isPresent()) server.keepEvidence();
        var errors = server.newErrors();
        if (!errors.isEmpty()) {
            server.keepEvidence();
            fail("the server logged errors, see " + server.log() + ":\n" + String.join("\n", errors));
        }
        if (!server.isAlive()) fail("the server has died, see " + server.log());
    }

    private static RunningServer server(ExtensionContext context) {
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(OneServer.class))
                .computeIfAbsent(RunningServer.class, _ -> start(), RunningServer.class);
    }

    private static RunningServer start() {
        try {
            return RunningServer.start("shared", RunningServer.HTTPS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
