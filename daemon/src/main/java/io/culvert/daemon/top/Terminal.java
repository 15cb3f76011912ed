// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.top;

import io.culvert.natives.Memory;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The terminal of stdin and stdout: keys come one by one, and what was on it comes back at the end, also after a
 * signal. Uses stty(1).
 *
 * <p>One thread uses it; the shutdown hook closes it too, hence the lock on what writes.
 */
final class Terminal implements AutoCloseable {
    private static final int ROWS = 24;
    private static final int COLUMNS = 80;
    private static final int IN = 0;
    private static final int OUT = 1;
    private static final int MASK = 0xffff;
    private static final long TIOCGWINSZ = 0x5413;
    /** The other screen, without a cursor. */
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";

    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";

    private final PrintStream out;
    private final String settings;
    private boolean closed;
    private int rows = ROWS;
    private int columns = COLUMNS;

    private Terminal(PrintStream out, String settings) {
        this.out = out;
        this.settings = settings;
    }

    /**
     * Takes the terminal over.
     *
     * @throws IOException if stdin is none
     */
    static Terminal open(PrintStream out) throws IOException {
        Terminal terminal = new Terminal(out, stty("-g"));
        // A key is there at once, and does not show. A stopped program would leave its screen behind.
        stty("-icanon", "-echo", "min", "0", "time", "0", "susp", "undef");
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(terminal::close));
        out.print(ENTER);
        out.flush();
        terminal.measure();
        return terminal;
    }

    /** Looks at the size again; {@code true} if it has changed. A terminal that does not know its size says 0. */
    boolean measure() {
        int size = size(OUT);
        int newRows = size >>> Short.SIZE > 0 ? size >>> Short.SIZE : ROWS;
        int newColumns = (size & MASK) > 0 ? size & MASK : COLUMNS;
        boolean changed = newRows != rows || newColumns != columns;
        rows = newRows;
        columns = newColumns;
        return changed;
    }

    /** Whether stdin and stdout are terminals. */
    static boolean isPresent() {
        return size(IN) >= 0 && size(OUT) >= 0;
    }

    /** Rows and columns of a {@code struct winsize}, 15 and 16 bits; -1 if the descriptor is no terminal. */
    private static int size(int descriptor) {
        long size = Memory.allocate(Long.BYTES, Long.BYTES);
        try {
            Linux.ioctl(descriptor, TIOCGWINSZ, size);
            return (Memory.getShort(size) & Short.MAX_VALUE) << Short.SIZE | Memory.getShort(size + 2) & MASK;
        } catch (ErrnoException e) {
            return -1;
        } finally {
            Memory.free(size);
        }
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** Shows lines instead of what was there, in one write, so that nothing flickers. */
    synchronized void show(List<String> lines) {
        if (closed) {
            return;
        }
        StringBuilder text = new StringBuilder(HOME);
        for (int i = 0; i < lines.size(); i++) {
            text.append(i == 0 ? "" : "\u001b[" + (i + 1) + ";1H").append(lines.get(i));
            // A line that fills the row leaves the cursor on its last character, which would be erased.
            if (lines.get(i).length() < columns) {
                text.append(REST_OF_LINE);
            }
        }
        byte[] bytes = text.append(lines.size() < rows ? REST_OF_SCREEN : "")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    /** Whether q was pressed since the last call. */
    boolean isToQuit(InputStream in) throws IOException {
        while (in.available() > 0) {
            if (in.read() == 'q') {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        out.print(LEAVE);
        out.flush();
        try {
            stty(settings);
        } catch (IOException e) {
            // The terminal is gone.
        }
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(new File("/dev/null"))
                .start();
        try (InputStream answer = process.getInputStream()) {
            String text = new String(answer.readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (process.waitFor() != 0) {
                throw new IOException("stdin is no terminal");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
