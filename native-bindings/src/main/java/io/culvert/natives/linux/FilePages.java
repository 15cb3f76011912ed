// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static io.culvert.natives.generated.linux_h.MADV_DONTNEED;

import io.culvert.natives.generated.linux_h;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pages of files that are mapped into the process: of the JVM's library, its archived classes and its modules. A
 * start reads most of them once. Any thread.
 */
public final class FilePages {
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    /** The first line of a read-only mapping of a file (proc_pid_smaps(5)). */
    private static final Pattern READ_ONLY = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r-[x-][ps] \\S+ \\S+ \\S+ +/.*");

    private static final Pattern FIRST_LINE = Pattern.compile("[0-9a-f]+-[0-9a-f]+ .*");
    private static final Pattern DIRTY = Pattern.compile("(?:Private|Shared)_Dirty: +[1-9].*");
    private static final int HEXADECIMAL = 16;

    private FilePages() {}

    /**
     * Takes read-only mappings out of the page tables whose pages are all as in their file. They stay in the page
     * cache, and the next access maps them again, for less than a microsecond each. Mappings that were written to, as
     * for relocations, stay.
     *
     * @throws IOException if the system does not say what is mapped
     */
    public static void release() throws IOException {
        Matcher mapping = null;
        for (String line : Files.readAllLines(MAPPINGS)) {
            if (FIRST_LINE.matcher(line).matches()) {
                release(mapping);
                Matcher next = READ_ONLY.matcher(line);
                mapping = next.matches() ? next : null;
            } else if (DIRTY.matcher(line).matches()) {
                mapping = null;
            }
        }
        release(mapping);
    }

    private static void release(Matcher mapping) {
        if (mapping != null) {
            long begin = Long.parseUnsignedLong(mapping.group(1), HEXADECIMAL);
            long end = Long.parseUnsignedLong(mapping.group(2), HEXADECIMAL);
            linux_h.madvise(new CallState().segment(), begin, end - begin, MADV_DONTNEED);
        }
    }
}
