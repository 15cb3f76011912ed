// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static io.culvert.natives.generated.linux_h.MADV_DONTNEED;
import static io.culvert.natives.generated.linux_h.MADV_NOHUGEPAGE;
import static io.culvert.natives.generated.linux_h.MAP_ANONYMOUS;
import static io.culvert.natives.generated.linux_h.MAP_NORESERVE;
import static io.culvert.natives.generated.linux_h.MAP_PRIVATE;
import static io.culvert.natives.generated.linux_h.PROT_READ;
import static io.culvert.natives.generated.linux_h.PROT_WRITE;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;

/**
 * Off-heap memory for packets, mapped from the system: a page takes memory only once it has been touched, and can be
 * given back while nobody needs its content.
 *
 * <p>Stateless: any thread may call these methods; the caller orders accesses of several threads.
 */
public final class PacketMemory {
    /** The size of a page. */
    public static final int PAGE_BYTES = 4096;

    private PacketMemory() {}

    /**
     * Maps zeroed memory, aligned to a page, to be freed by {@link #unmap}.
     *
     * @param bytes size, at least 1
     * @return the address
     * @throws OutOfMemoryError when the system refuses
     */
    public static long map(long bytes) {
        CallState state = new CallState();
        long address = linux_h.mmap(
                state.segment(), 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (address == -1) {
            throw new OutOfMemoryError("mmap of " + bytes + " bytes: " + Errno.text(state.errno()));
        }
        // Where the kernel makes huge pages of all memory, the first packet would take 2 MiB. Best effort.
        linux_h.madvise(state.segment(), address, bytes, MADV_NOHUGEPAGE);
        Memory.register(address, bytes);
        return address;
    }

    /** Frees the memory of {@link #map}, which had this size. */
    public static void unmap(long address, long bytes) {
        Memory.unregister(address);
        linux_h.munmap(new CallState().segment(), address, bytes);
    }

    /**
     * Gives the pages that lie wholly within a range back to the system. Their bytes are zero from then on, and the
     * first access takes memory again. If the system refuses, nothing changes.
     */
    public static void discard(long address, long bytes) {
        Memory.check(address, bytes);
        long begin = (address + PAGE_BYTES - 1) & -PAGE_BYTES;
        long end = (address + bytes) & -PAGE_BYTES;
        if (begin < end) {
            linux_h.madvise(new CallState().segment(), begin, end - begin, MADV_DONTNEED);
        }
    }

    /**
     * How many pages of mapped memory take memory now. For tests and diagnosis.
     *
     * @param address a multiple of a page
     * @throws IllegalStateException when the system does not say
     */
    public static int residentPages(long address, long bytes) {
        int pages = (int) ((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
        CallState state = new CallState();
        long flags = Memory.allocate(pages, 1);
        try {
            if (linux_h.mincore(state.segment(), address, bytes, flags) != 0) {
                throw new IllegalStateException("mincore: " + Errno.text(state.errno()));
            }
            int resident = 0;
            for (int i = 0; i < pages; i++) {
                resident += Memory.getByte(flags + i) & 1;
            }
            return resident;
        } finally {
            Memory.free(flags);
        }
    }
}
