package io.braid.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import kafka.network.SocketServer;
import kafka.server.KafkaBroker;
import kafka.utils.Logging;
import org.apache.kafka.common.test.ClusterInstance;

/// Some of Kafka's tests start a broker, or look into it, in classes that they inherit from or themselves. Those
/// few classes are changed before they are loaded: a method for which [WireTopics], [HarnessSteps] or
/// [PrincipalsAsClients] has one of the same name and type, with a receiver before its parameters, calls that one; a
/// method that the class only inherits is added to it. What the tests send and what they expect stays Kafka's.
final class KafkaPatches {
    /// Wire-level tests that are given a cluster, the base class first; what is called instead is told their cluster.
    private static final List<String> GIVEN_A_CLUSTER = List.of(
            "kafka.server.GroupCoordinatorBaseRequestTest",
            "kafka.server.ConsumerGroupHeartbeatRequestTest",
            "kafka.server.ConsumerProtocolMigrationTest");

    private static final ClassDesc CLUSTER = ClassDesc.of(ClusterInstance.class.getName());

    private static boolean installed; // the launcher's thread only

    private KafkaPatches() {}

    /// To be called before any of those tests is loaded; again is nothing.
    ///
    /// @throws IllegalStateException a class is not there, or is loaded already
    static void install() {
        if (installed) return;
        installed = true;
        for (var name : GIVEN_A_CLUSTER) {
            var owner = ClassDesc.of(name);
            define(
                    owner,
                    KafkaBroker.class,
                    new Replacements(
                            WireTopics.class, CLUSTER, code -> code.aload(0).getfield(owner, "cluster", CLUSTER)));
        }
        defineHarness("kafka.server.QuorumTestHarness", KafkaBroker.class);
        defineHarness("kafka.server.BaseRequestTest", KafkaBroker.class);
        defineHarness("kafka.server.EdgeCaseRequestTest", KafkaBroker.class);
        defineHarness("kafka.utils.TestUtils$", Logging.class);
        defineHarness("kafka.network.DynamicConnectionQuotaTest", SocketServer.class);
        var principals = ClassDesc.of("kafka.server.ControllerMutationQuotaTest");
        define(
                principals,
                KafkaBroker.class,
                new Replacements(PrincipalsAsClients.class, principals, code -> code.aload(0)));
    }

    private static void defineHarness(String name, Class<?> neighbour) {
        var owner = ClassDesc.of(name);
        define(owner, neighbour, new Replacements(HarnessSteps.class, owner, code -> code.aload(0)));
    }

    /// @param neighbour a class of the same package, which is loaded already
    private static void define(ClassDesc owner, Class<?> neighbour, Replacements replacements) {
        var model = model(owner.packageName() + "." + owner.displayName());
        ClassTransform replaced = (type, element) -> {
            if (element instanceof MethodModel method && replacements.has(method))
                type.withMethodBody(
                        method.methodName(),
                        method.methodType(),
                        method.flags().flagsMask(),
                        code -> replacements.call(code, method.methodName().stringValue(), method.methodTypeSymbol()));
            else type.with(element);
        };
        var added = ClassTransform.endHandler(type -> replacements.addInherited(type, model));
        var changed = ClassFile.of().transformClass(model, replaced.andThen(added));
        try {
            MethodHandles.privateLookupIn(neighbour, MethodHandles.lookup()).defineClass(changed);
        } catch (IllegalAccessException | LinkageError cause) {
            throw new IllegalStateException(cause);
        }
    }

    /// Read and not loaded: to load one that has to do with a test is to load that test.
    private static ClassModel model(String name) {
        var resource = name.replace('.', '/') + ".class";
        try (var bytes = KafkaPatches.class.getClassLoader().getResourceAsStream(resource)) {
            if (bytes == null) throw new IllegalStateException("there is no " + resource);
            return ClassFile.of().parse(bytes.readAllBytes());
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /// Static methods that stand in for methods of a class.
    private static final class Replacements {
        private final ClassDesc holder;
        private final ClassDesc receiver;
        private final Consumer<CodeBuilder> loadReceiver;
        private final Map<String, MethodTypeDesc> methods = new HashMap<>();

        Replacements(Class<?> holder, ClassDesc receiver, Consumer<CodeBuilder> loadReceiver) {
            this.holder = ClassDesc.of(holder.getName());
            this.receiver = receiver;
            this.loadReceiver = loadReceiver;
            for (var method : model(holder.getName()).methods()) {
                var type = method.methodTypeSymbol();
                boolean isStatic = (method.flags().flagsMask() & ClassFile.ACC_STATIC) != 0;
                if (isStatic
                        && type.parameterCount() > 0
                        && type.parameterType(0).equals(receiver))
                    methods.put(key(method, type.dropParameterTypes(0, 1)), type.dropParameterTypes(0, 1));
            }
        }

        private static String key(MethodModel method, MethodTypeDesc type) {
            return method.methodName().stringValue() + type.descriptorString();
        }

        boolean has(MethodModel method) {
            boolean isStatic = (method.flags().flagsMask() & ClassFile.ACC_STATIC) != 0;
            return !isStatic && methods.containsKey(key(method, method.methodTypeSymbol()));
        }

        void addInherited(ClassBuilder target, ClassModel model) {
            var own = model.methods().stream()
                    .map(method -> key(method, method.methodTypeSymbol()))
                    .collect(Collectors.toSet());
            methods.forEach((key, type) -> {
                var name = key.substring(0, key.indexOf('('));
                if (!own.contains(key))
                    target.withMethodBody(name, type, ClassFile.ACC_PUBLIC, code -> call(code, name, type));
            });
        }

        void call(CodeBuilder code, String name, MethodTypeDesc type) {
            loadReceiver.accept(code);
            int slot = 1;
            for (var parameter : type.parameterList()) {
                var kind = TypeKind.from(parameter);
                code.loadLocal(kind, slot);
                slot += kind.slotSize();
            }
            code.invokestatic(holder, name, type.insertParameterTypes(0, receiver));
            code.return_(TypeKind.from(type.returnType()));
        }
    }
}
