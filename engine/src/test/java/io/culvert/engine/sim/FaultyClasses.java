// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/**
 * Culvert's classes, loaded once more, with one method changed: so a test plants a fault in the real code, in which
 * nothing has to be prepared for it.
 */
final class FaultyClasses extends ClassLoader {
    private static final String OWN = "io.culvert.";

    private final String faulty;
    private final ClassTransform fault;

    private FaultyClasses(String faulty, String method, CodeTransform change) {
        super(FaultyClasses.class.getClassLoader());
        this.faulty = faulty;
        fault = ClassTransform.transformingMethodBodies(
                model -> model.methodName().equalsString(method), change);
    }

    /**
     * Classes in which {@code method} of class {@code faulty} calls a static method in place of another: with the same
     * name, and with the object as its first parameter.
     */
    static FaultyClasses redirect(String faulty, String method, String owner, String call, String planted) {
        ClassDesc target = ClassDesc.of(planted);
        return new FaultyClasses(faulty, method, (builder, element) -> {
            if (element instanceof InvokeInstruction invoke
                    && invoke.owner().asSymbol().equals(ClassDesc.of(owner))
                    && invoke.name().equalsString(call)) {
                MethodTypeDesc type = invoke.typeSymbol();
                if (invoke.opcode() != Opcode.INVOKESTATIC) {
                    type = type.insertParameterTypes(0, ClassDesc.of(owner));
                }
                builder.invokestatic(target, call, type);
            } else {
                builder.with(element);
            }
        });
    }

    /** Classes in which {@code method} of class {@code faulty} has another constant. */
    static FaultyClasses constant(String faulty, String method, int constant, int other) {
        return new FaultyClasses(faulty, method, (builder, element) -> {
            if (element instanceof ConstantInstruction load
                    && load.constantValue().equals(constant)) {
                builder.loadConstant(other);
            } else {
                builder.with(element);
            }
        });
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OWN)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = bytes(name);
        if (name.equals(faulty)) {
            ClassFile classFile = ClassFile.of(
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(getParent())
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            byte[] changed = classFile.transformClass(classFile.parse(bytes), fault);
            if (Arrays.equals(changed, bytes)) {
                throw new IllegalStateException("the fault changes nothing in " + name);
            }
            bytes = changed;
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
