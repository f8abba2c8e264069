package kafka.server;

import io.braid.conformance.WireTopics;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.test.ClusterInstance;

/// Kafka's wire-level tests create their topics through the inside of a broker. Their base class, and two others, are
/// changed
/// before they are loaded: methods for which [WireTopics] has one of the same name
/// and as many parameters call that one. What they send and
/// what they
/// expect stays Kafka's.
///
/// It lies in their package because the JDK lets nobody else define a class there.
public final class RequestTestPatch {
    /// The base class first.
    private static final List<String> CLASSES = List.of(
            "kafka.server.GroupCoordinatorBaseRequestTest",
            "kafka.server.ConsumerGroupHeartbeatRequestTest",
            "kafka.server.ConsumerProtocolMigrationTest");

    private static final ClassDesc CLUSTER = ClassDesc.of(ClusterInstance.class.getName());
    private static final ClassDesc REPLACEMENTS = ClassDesc.of(WireTopics.class.getName());

    private static boolean installed; // the launcher's thread only

    private RequestTestPatch() {}

    /// To be called before any of those tests is loaded; again is nothing.
    ///
    /// @throws IllegalStateException a class is not there, or is loaded already
    public static void install() {
        if (installed) return;
        installed = true;
        CLASSES.forEach(RequestTestPatch::define);
    }

    private static void define(String name) {
        var resource = name.replace('.', '/') + ".class";
        try (var bytes = RequestTestPatch.class.getClassLoader().getResourceAsStream(resource)) {
            if (bytes == null) throw new IllegalStateException("there is no " + resource);
            MethodHandles.lookup().defineClass(patched(bytes.readAllBytes()));
        } catch (IOException | IllegalAccessException | LinkageError cause) {
            throw new IllegalStateException(cause);
        }
    }

    private static byte[] patched(byte[] original) {
        var replaced = new HashSet<String>();
        for (var method : WireTopics.class.getDeclaredMethods())
            replaced.add(method.getName() + "/" + (method.getParameterCount() - 1)); // without the cluster
        var model = ClassFile.of().parse(original);
        return ClassFile.of().transformClass(model, (type, element) -> {
            if (element instanceof MethodModel method && isReplaced(method, replaced))
                type.withMethodBody(
                        method.methodName(),
                        method.methodType(),
                        method.flags().flagsMask(),
                        code -> delegate(code, model, method));
            else type.with(element);
        });
    }

    private static boolean isReplaced(MethodModel method, Set<String> names) {
        int parameters = method.methodTypeSymbol().parameterCount();
        return names.contains(method.methodName().stringValue() + "/" + parameters)
                && (method.flags().flagsMask() & ClassFile.ACC_STATIC) == 0;
    }

    private static void delegate(CodeBuilder code, ClassModel owner, MethodModel method) {
        var type = method.methodTypeSymbol();
        code.aload(0).getfield(owner.thisClass().asSymbol(), "cluster", CLUSTER);
        int slot = 1;
        for (var parameter : type.parameterList()) {
            var kind = TypeKind.from(parameter);
            code.loadLocal(kind, slot);
            slot += kind.slotSize();
        }
        code.invokestatic(REPLACEMENTS, method.methodName().stringValue(), type.insertParameterTypes(0, CLUSTER));
        code.return_(TypeKind.from(type.returnType()));
    }
}
