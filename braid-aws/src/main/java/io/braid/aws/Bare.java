package io.braid.aws;

import io.helidon.common.GenericType;
import io.helidon.http.Headers;
import io.helidon.http.WritableHeaders;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.encoding.ContentEncodingContextConfig;
import io.helidon.http.media.EntityReader;
import io.helidon.http.media.EntityWriter;
import io.helidon.http.media.MediaContext;
import io.helidon.http.media.MediaContextConfig;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import java.util.NoSuchElementException;

/// What Helidon is given instead of what it would search for: bodies are bytes here, so there is nothing to convert
/// and nothing to compress, and no service to discover. Compressed requests come through as they are ([Bodies]).
/// Finding that out by itself takes Helidon most of its start
/// (docs/decisions/0043).
final class Bare {
    static final MediaContext MEDIA = new Media();
    static final ContentEncodingContext ENCODING = new Encoding();

    private Bare() {}

    /// Gives this process an empty registry of services, unless somebody has given it one.
    static void registry() {
        if (GlobalServiceRegistry.configured()) return;
        var config = ServiceRegistryConfig.builder()
                .discoverServices(false)
                .discoverServicesFromServiceLoader(false)
                .interceptionEnabled(false)
                .build();
        GlobalServiceRegistry.registry(ServiceRegistryManager.create(config).registry());
    }

    private static final class Media implements MediaContext {
        @Override
        public <T> EntityReader<T> reader(GenericType<T> type, Headers headers) {
            throw onlyBytes();
        }

        @Override
        public <T> EntityReader<T> reader(GenericType<T> type, Headers request, Headers response) {
            throw onlyBytes();
        }

        @Override
        public <T> EntityWriter<T> writer(GenericType<T> type, Headers request, WritableHeaders<?> response) {
            throw onlyBytes();
        }

        @Override
        public <T> EntityWriter<T> writer(GenericType<T> type, WritableHeaders<?> headers) {
            throw onlyBytes();
        }

        @Override
        public MediaContextConfig prototype() {
            throw onlyBytes();
        }

        private static IllegalStateException onlyBytes() {
            return new IllegalStateException("bodies are read and sent as bytes");
        }
    }

    private static final class Encoding implements ContentEncodingContext {
        @Override
        public boolean contentEncodingEnabled() {
            return false;
        }

        @Override
        public boolean contentDecodingEnabled() {
            return true;
        }

        @Override
        public boolean contentEncodingSupported(String encoding) {
            return false;
        }

        @Override
        public boolean contentDecodingSupported(String encoding) {
            return true;
        }

        @Override
        public ContentEncoder encoder(String encoding) {
            throw new NoSuchElementException(encoding);
        }

        @Override
        public ContentDecoder decoder(String encoding) {
            return ContentDecoder.NO_OP;
        }

        @Override
        public ContentEncoder encoder(Headers headers) {
            return ContentEncoder.NO_OP;
        }

        @Override
        public ContentEncodingContextConfig prototype() {
            throw new IllegalStateException("there is no content encoding");
        }
    }
}
