// SPDX-License-Identifier: Apache-2.0
package io.culvert.stress;

import static java.lang.constant.ConstantDescs.CD_Object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Takes the fences and atomic updates out of one method of the code under test, and looks whether the jcstress test
 * that guards it observes a forbidden result: a test that passes without the fence would not show that it is there. The
 * module's list is src/jcstress/fences.txt, where four words are the class, the method, what is taken out and the test.
 *
 * <p>A fence becomes nothing, an access of any order a plain one, an atomic update a plain read and a plain write.
 * {@code volatile} is taken from all fields of the class.
 */
class FenceTest {
    private static final ClassDesc VAR_HANDLE = ClassDesc.of("java.lang.invoke.VarHandle");
    private static final ClassDesc PLAIN = ClassDesc.of(Plain.class.getName());
    private static final Map<String, String> ACCESSES = Map.of(
            "setVolatile", "set",
            "setRelease", "set",
            "setOpaque", "set",
            "getVolatile", "get",
            "getAcquire", "get",
            "getOpaque", "get");
    private static final List<String> UPDATES =
            List.of("compareAndSet", "compareAndExchange", "getAndSet", "getAndAdd");
    private static final int WORDS = 4;
    /** Most fences need one attempt. Each next one takes twice as long, since C2 compiles late on a busy machine. */
    private static final int ATTEMPTS = 20;

    private static final int MILLIS = 500;
    private static final int MAX_MILLIS = 4_000;

    /** Milliseconds after which jcstress calls a reader stale: its {@code Runner.MIN_TIMEOUT_MS}, and ours. */
    private static final Integer JCSTRESS_WAIT = 30_000;

    private static final int WAIT = 5_000;

    /** Those of JcstressTest, what jcstress adds to them, and other orders of instructions than C2's usual one. */
    private static final List<String> JVM = List.of(
            "-Xms256m",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:+AlwaysPreTouch",
            "-XX:-RestrictContended",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UnlockDiagnosticVMOptions",
            // Of the orders that plain accesses allow, x86 and the compiler's usual schedule show few.
            "-XX:+StressLCM",
            "-XX:+StressGCM");

    /** One entry of the list. */
    record Fence(String type, String method, List<String> calls, String test) {
        static Fence of(List<String> words) {
            return new Fence(words.get(0), words.get(1), List.of(words.get(2).split(",")), words.get(3));
        }

        @Override
        public String toString() {
            return String.join(",", calls) + " of " + type.substring(type.lastIndexOf('.') + 1) + "." + method;
        }
    }

    private static Stream<Fence> fences() throws IOException {
        List<String> words = Files.readAllLines(Jcstress.CLASSES.resolve("../../src/jcstress/fences.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .flatMap(line -> Stream.of(line.strip().split("\\s+")))
                .toList();
        return IntStream.range(0, words.size() / WORDS)
                .mapToObj(i -> Fence.of(words.subList(WORDS * i, WORDS * (i + 1))));
    }

    @ParameterizedTest
    @MethodSource("fences")
    void testFailsWithout(Fence fence, @TempDir Path directory) throws IOException, InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors, since one cannot show races");
        Path mutated = directory.resolve("classes");
        write(mutated, fence);
        shortenWait(mutated, fence.test);
        String output = "";
        for (int i = 0; i < ATTEMPTS; i++) {
            Path results = Files.createDirectory(directory.resolve("results" + i));
            int millis = Math.min(MILLIS << i, MAX_MILLIS);
            Jcstress.Run run = Jcstress.runOne(results, mutated, JVM, fence.test.replace('$', '.'), millis);
            output = run.output();
            assertThat(run.exit()).as(output).isZero();
            if (output.endsWith(OneTest.FORBIDDEN + "\n")) {
                return;
            }
        }
        assertThat(output).as(fence.test + " without " + fence).endsWith(OneTest.FORBIDDEN + "\n");
    }

    private static void write(Path classes, Fence fence) throws IOException {
        String name = fence.type.replace('.', '/') + ".class";
        try (InputStream original = ClassLoader.getSystemResourceAsStream(name)) {
            int[] taken = {0};
            ClassFile classFile = ClassFile.of();
            ClassTransform bodies = ClassTransform.transformingMethodBodies(
                    method -> method.methodName().equalsString(fence.method),
                    CodeTransform.ofStateful(() -> (code, element) -> {
                        taken[0] += takeOut(code, element, fence) ? 1 : 0;
                    }));
            ClassTransform fields = ClassTransform.transformingFields((field, element) -> {
                if (element instanceof AccessFlags flags && flags.has(AccessFlag.VOLATILE)) {
                    taken[0]++;
                    field.withFlags(flags.flagsMask() & ~ClassFile.ACC_VOLATILE);
                } else {
                    field.with(element);
                }
            });
            byte[] bytes = classFile.transformClass(
                    classFile.parse(original.readAllBytes()), fence.calls.contains("volatile") ? fields : bodies);
            assertThat(taken[0]).as(fence + " is there").isPositive();
            Path file = classes.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        }
    }

    /**
     * Writes the test's runner, which jcstress generated, with a shorter wait for a reader that goes on. Such a reader
     * looks millions of times a second.
     */
    private static void shortenWait(Path classes, String test) throws IOException {
        String name = test.replace('.', '/').replace('$', '_') + "_jcstress.class";
        ClassFile classFile = ClassFile.of();
        byte[] original = Files.readAllBytes(Jcstress.CLASSES.resolve(name));
        byte[] bytes = classFile.transformClass(
                classFile.parse(original), ClassTransform.transformingMethodBodies((code, element) -> {
                    if (element instanceof ConstantInstruction push
                            && push.constantValue().equals(JCSTRESS_WAIT)) {
                        code.loadConstant(WAIT);
                    } else {
                        code.with(element);
                    }
                }));
        Path file = classes.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    /** Writes an instruction, or what takes its place; whether that is another one. */
    private static boolean takeOut(CodeBuilder code, CodeElement element, Fence fence) {
        if (!(element instanceof InvokeInstruction call)
                || !call.owner().asSymbol().equals(VAR_HANDLE)
                || !fence.calls.contains(call.name().stringValue())) {
            code.with(element);
            return false;
        }
        String name = call.name().stringValue();
        MethodTypeDesc type = call.typeSymbol();
        if (ACCESSES.containsKey(name)) {
            code.invokevirtual(VAR_HANDLE, ACCESSES.get(name), type);
        } else if (UPDATES.contains(name)) {
            code.invokestatic(PLAIN, name, plainType(type));
        } else {
            // A static fence.
            assertThat(call.opcode()).isEqualTo(Opcode.INVOKESTATIC);
        }
        return true;
    }

    /** The handle becomes the first parameter, and references lose their types. */
    private static MethodTypeDesc plainType(MethodTypeDesc type) {
        MethodTypeDesc plain = type.insertParameterTypes(0, VAR_HANDLE);
        for (int i = 1; i < plain.parameterCount(); i++) {
            if (!plain.parameterType(i).isPrimitive()) {
                plain = plain.changeParameterType(i, CD_Object);
            }
        }
        return plain;
    }
}
