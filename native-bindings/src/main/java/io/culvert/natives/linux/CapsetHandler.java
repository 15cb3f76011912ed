// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;

/**
 * A signal handler that calls capset(2) with fixed arguments. Java cannot run in a signal handler, on a thread of the
 * JVM's own, so the handler is machine code. It touches nothing but registers that a function may change.
 */
final class CapsetHandler {
    /** Bytes of each architecture's handler. */
    static final int X86_64_BYTES = 28;

    static final int AARCH64_BYTES = 40;

    private CapsetHandler() {}

    /**
     * Writes the handler, at most 64 bytes.
     *
     * @param header the address that capset gets first
     * @param data the address that capset gets second
     * @throws ErrnoException on an architecture without one
     */
    static void write(long code, long header, long data) throws ErrnoException {
        switch (System.getProperty("os.arch")) {
            case "amd64" -> writeX86(code, header, data);
            case "aarch64" -> writeArm(code, header, data);
            default -> throw new ErrnoException("dropping capabilities on this architecture", linux_h.ENOSYS);
        }
    }

    static void writeX86(long code, long header, long data) {
        // mov eax, 126 (capset)
        Memory.putByte(code, (byte) 0xb8);
        Memory.putInt(code + 1, 126);
        // movabs rdi, header
        Memory.putShort(code + 5, (short) 0xbf48);
        Memory.putLong(code + 7, header);
        // movabs rsi, data
        Memory.putShort(code + 15, (short) 0xbe48);
        Memory.putLong(code + 17, data);
        // syscall; ret
        Memory.putShort(code + 25, (short) 0x050f);
        Memory.putByte(code + 27, (byte) 0xc3);
    }

    static void writeArm(long code, long header, long data) {
        // movz x8, #91 (capset)
        Memory.putInt(code, 0xd2800b68);
        // ldr x0, [pc + 20]; ldr x1, [pc + 24]
        Memory.putInt(code + 4, 0x580000a0);
        Memory.putInt(code + 8, 0x580000c1);
        // svc #0; ret
        Memory.putInt(code + 12, 0xd4000001);
        Memory.putInt(code + 16, 0xd65f03c0);
        Memory.putLong(code + 24, header);
        Memory.putLong(code + 32, data);
    }
}
