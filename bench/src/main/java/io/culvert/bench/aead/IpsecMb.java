// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.culvert.crypto.Aead;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * intel-ipsec-mb's multi-buffer job API through the Foreign Function API: a train is one burst of jobs, submitted
 * without the library's checks of the jobs, which is its fastest way. Sealing and opening have a manager each.
 *
 * <p>The library always decrypts and writes the computed tag, which the caller compares. The offsets are those of
 * intel-ipsec-mb.h of versions 1.3, 1.5 and 2.0, which agree in all fields used here.
 */
final class IpsecMb implements Aead {
    private static final List<String> FILES = List.of("libIPSec_MB.so.1", "libIPSec_MB.so.2");

    // IMB_MGR: functions of the architecture that the library selected.
    private static final long GET_NEXT_BURST = 952;
    private static final long SUBMIT_BURST_NOCHECK = 968;

    // IMB_JOB.
    private static final long ENCRYPTION_KEY = 0;
    private static final long DECRYPTION_KEY = 8;
    private static final long KEY_LENGTH = 16;
    private static final long SOURCE = 24;
    private static final long TARGET = 32;
    private static final long CIPHER_START = 40;
    private static final long CIPHER_LENGTH = 48;
    private static final long HASH_START = 56;
    private static final long HASH_LENGTH = 64;
    private static final long NONCE = 72;
    private static final long NONCE_LENGTH = 80;
    private static final long TAG = 88;
    private static final long TAG_LENGTH = 96;
    private static final long ADDITIONAL_DATA = 104;
    private static final long ADDITIONAL_DATA_LENGTH = 112;
    private static final long STATUS = 128;
    private static final long CIPHER_MODE = 132;
    private static final long DIRECTION = 136;
    private static final long HASH = 140;
    private static final long CHAIN_ORDER = 144;

    private static final int CIPHER_CHACHA20_POLY1305 = 19;
    private static final int AUTH_CHACHA20_POLY1305 = 29;
    private static final int COMPLETED = 3;
    /** IMB_DIR_ENCRYPT, and IMB_ORDER_CIPHER_HASH. */
    private static final int SEAL = 1;
    /** IMB_DIR_DECRYPT, and IMB_ORDER_HASH_CIPHER. */
    private static final int OPEN = 2;

    private static final int NONCE_BYTES = 12;
    private static final int STRIDE = 16;
    private static final MemorySegment ALL = all();
    private static final MethodHandle BURST = function();

    private final Arena arena = Arena.ofShared();
    private final MethodHandle free;
    private final Manager sealer;
    private final Manager opener;
    private final long nonces = arena.allocate((long) MAX_TRAIN * STRIDE, 64).address();
    private final long tags = arena.allocate((long) MAX_TRAIN * STRIDE, 64).address();
    private final long jobs = arena.allocate(MAX_TRAIN * 8L, 64).address();

    /** An IMB_MGR and the functions in it. */
    private record Manager(long address, MemorySegment getNextBurst, MemorySegment submitBurst, int direction) {}

    /** Loads the library once, when it is first used. */
    private static final class Library {
        private static final Optional<SymbolLookup> LOADED =
                FILES.stream().map(Library::load).flatMap(Optional::stream).findFirst();

        @SuppressWarnings("restricted") // The library is intel-ipsec-mb.
        private static Optional<SymbolLookup> load(String file) {
            try {
                return Optional.of(SymbolLookup.libraryLookup(file, Arena.global()));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    IpsecMb() {
        SymbolLookup library = Library.LOADED.orElseThrow(
                () -> new IllegalStateException(unavailableReason().orElse("")));
        free = handle(library, "free_mb_mgr", FunctionDescriptor.ofVoid(JAVA_LONG));
        sealer = manager(library, SEAL);
        opener = manager(library, OPEN);
    }

    /** Why the library cannot be used; empty when it can. */
    static Optional<String> unavailableReason() {
        return Library.LOADED.isPresent()
                ? Optional.empty()
                : Optional.of("neither " + String.join(" nor ", FILES) + " is installed (Debian: libipsec-mb1)");
    }

    /** The library's version; empty if it is not installed. */
    static Optional<String> version() {
        return Library.LOADED.map(IpsecMb::version);
    }

    private static String version(SymbolLookup library) {
        try {
            long text = (long) handle(library, "imb_get_version_str", FunctionDescriptor.of(JAVA_LONG))
                    .invokeExact();
            return ALL.getString(text);
        } catch (Throwable e) {
            throw new IllegalStateException("imb_get_version_str", e);
        }
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        prepare(sealer, key, counters, lengths, count);
        for (int i = 0; i < count; i++) {
            place(i, sources[i], targets[i], targets[i] + lengths[i]);
        }
        submit(sealer, count);
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        prepare(opener, key, counters, lengths, count);
        for (int i = 0; i < count; i++) {
            place(i, sources[i], targets[i], tags + (long) i * STRIDE);
        }
        submit(opener, count);
        long forged = 0;
        for (int i = 0; i < count; i++) {
            long computed = tags + (long) i * STRIDE;
            long sent = sources[i] + lengths[i];
            long difference = getLong(computed) ^ getLong(sent) | getLong(computed + 8) ^ getLong(sent + 8);
            forged |= (difference | -difference) >>> 63 << i;
        }
        return forged;
    }

    @Override
    public String implementation() {
        return Implementations.IPSEC_MB;
    }

    @Override
    public void close() {
        try {
            free.invokeExact(sealer.address);
            free.invokeExact(opener.address);
        } catch (Throwable e) {
            throw new IllegalStateException("free_mb_mgr", e);
        }
        arena.close();
    }

    /** Takes {@code count} jobs and fills in all but the addresses of the packets. */
    private void prepare(Manager manager, long key, long[] counters, int[] lengths, int count) {
        expect(burst(manager.getNextBurst, manager.address, count), count);
        for (int i = 0; i < count; i++) {
            long job = job(i);
            long nonce = nonces + (long) i * STRIDE;
            putLong(nonce + 4, counters[i]);
            putLong(job + ENCRYPTION_KEY, key);
            putLong(job + DECRYPTION_KEY, key);
            putLong(job + KEY_LENGTH, KEY_BYTES);
            putLong(job + CIPHER_START, 0);
            putLong(job + CIPHER_LENGTH, lengths[i]);
            putLong(job + HASH_START, 0);
            putLong(job + HASH_LENGTH, lengths[i]);
            putLong(job + NONCE, nonce);
            putLong(job + NONCE_LENGTH, NONCE_BYTES);
            putLong(job + TAG_LENGTH, TAG_BYTES);
            putLong(job + ADDITIONAL_DATA, 0);
            putLong(job + ADDITIONAL_DATA_LENGTH, 0);
            putInt(job + CIPHER_MODE, CIPHER_CHACHA20_POLY1305);
            putInt(job + HASH, AUTH_CHACHA20_POLY1305);
            putInt(job + DIRECTION, manager.direction);
            putInt(job + CHAIN_ORDER, manager.direction);
        }
    }

    private void place(int i, long source, long target, long tag) {
        long job = job(i);
        putLong(job + SOURCE, source);
        putLong(job + TARGET, target);
        putLong(job + TAG, tag);
    }

    /** Processes the prepared jobs; those of ChaCha20-Poly1305 are all completed on return. */
    private void submit(Manager manager, int count) {
        expect(burst(manager.submitBurst, manager.address, count), count);
        for (int i = 0; i < count; i++) {
            expect(ALL.get(JAVA_INT_UNALIGNED, job(i) + STATUS), COMPLETED);
        }
    }

    private int burst(MemorySegment function, long manager, int count) {
        try {
            return (int) BURST.invokeExact(function, manager, count, jobs);
        } catch (Throwable e) {
            throw new IllegalStateException("intel-ipsec-mb failed", e);
        }
    }

    private long job(int i) {
        return getLong(jobs + i * 8L);
    }

    private Manager manager(SymbolLookup library, int direction) {
        try {
            long address = (long) handle(library, "alloc_mb_mgr", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG))
                    .invokeExact(0L);
            handle(library, "init_mb_mgr_auto", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG))
                    .invokeExact(address, jobs);
            int error = (int) handle(library, "imb_get_errno", FunctionDescriptor.of(JAVA_INT, JAVA_LONG))
                    .invokeExact(address);
            expect(error, 0);
            return new Manager(
                    address,
                    MemorySegment.ofAddress(getLong(address + GET_NEXT_BURST)),
                    MemorySegment.ofAddress(getLong(address + SUBMIT_BURST_NOCHECK)),
                    direction);
        } catch (Throwable e) {
            throw new IllegalStateException("intel-ipsec-mb cannot be initialised", e);
        }
    }

    private static void expect(int result, int expected) {
        if (result != expected) {
            throw new IllegalStateException("intel-ipsec-mb returned " + result + ", expected " + expected);
        }
    }

    private static long getLong(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    private static void putLong(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    private static void putInt(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    @SuppressWarnings("restricted") // The addresses are those of live packets, and of the library's jobs.
    private static MemorySegment all() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /** Of type burst_fn_t: manager, number of jobs, array of their addresses. */
    @SuppressWarnings("restricted") // The signature is that of intel-ipsec-mb.h.
    private static MethodHandle function() {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
    }

    @SuppressWarnings("restricted") // The signatures are those of intel-ipsec-mb.h.
    private static MethodHandle handle(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }
}
