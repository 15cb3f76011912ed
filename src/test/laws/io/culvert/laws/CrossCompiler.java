// SPDX-License-Identifier: Apache-2.0
package io.culvert.laws;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The C compiler for an architecture, with which tests look at what its headers say; its programs are not run. */
public enum CrossCompiler {
    X86_64("x86_64-linux-gnu"),
    AARCH64("aarch64-linux-gnu");

    private static final Path LIBURING = Path.of("/usr/include/liburing.h");

    private final String triple;

    CrossCompiler(String triple) {
        this.triple = triple;
    }

    /** Whether it is installed, with the headers of its C library. */
    public boolean isInstalled() {
        try {
            return run(List.of(triple + "-gcc", "-E", "-include", "linux/if_tun.h", "-xc", "/dev/null"))
                    .isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether liburing's headers are there; they are the same for all architectures. */
    public static boolean hasLiburing() {
        return Files.exists(LIBURING);
    }

    /**
     * What the compiler says about a source; empty if it accepts it.
     *
     * @param directory where files may be left
     * @param headers a directory of more headers
     */
    public String check(Path directory, Path headers, String source) throws IOException {
        Path file = Files.writeString(directory.resolve("check.c"), source);
        List<String> command =
                new ArrayList<>(List.of(triple + "-gcc", "-std=gnu17", "-fsyntax-only", "-fmax-errors=20", "-I"));
        command.add(headers.toString());
        // The architecture's own headers come first; liburing's are in none of its directories.
        command.addAll(List.of("-idirafter", LIBURING.getParent().toString()));
        command.add(file.toString());
        return run(command);
    }

    /** The machine code of an assembler source that the C preprocessor has seen. */
    public byte[] assemble(Path directory, String source) throws IOException {
        Path file = Files.writeString(directory.resolve("code.S"), source);
        Path object = directory.resolve("code.o");
        Path binary = directory.resolve("code.bin");
        String said = run(List.of(triple + "-gcc", "-c", "-o", object.toString(), file.toString()))
                + run(List.of(triple + "-objcopy", "-O", "binary", "-j", ".text", object + "", binary + ""));
        if (!said.isEmpty()) {
            throw new IOException(said);
        }
        return Files.readAllBytes(binary);
    }

    /** What a command says; empty if it ends well, for whatever it then prints is no error. */
    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said;
        try (Stream<String> lines = process.inputReader().lines()) {
            said = lines.collect(Collectors.joining("\n"));
        }
        try {
            return process.waitFor() == 0 ? "" : said;
        } catch (InterruptedException e) {
            throw new InterruptedIOException(command.getFirst());
        }
    }
}
