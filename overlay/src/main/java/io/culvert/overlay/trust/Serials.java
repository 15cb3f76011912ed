// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.record.Signed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The highest serial that was accepted of each record, on disk: what keeps a store that was taken over or restored from
 * bringing back an older record.
 *
 * <p>The file has a line for each rise, appended and forced by {@link #flush}: the record's key, its serial, the first
 * 16 bytes of SHA-256 of what was signed, and CRC-32C of the line so far. A line that a crash cut off is ignored. Of
 * one thread.
 */
public final class Serials {
    private static final int SPARE_LINES = 1000;

    private record Seen(long serial, String hash) {}

    private final Map<String, Seen> seen = new HashMap<>();
    private final StringBuilder pending = new StringBuilder();
    private final Optional<Path> file;
    private int pendingLines;
    private int lines;
    private int damagedLines;
    /** Whether nothing can be appended: the file is written anew by the next flush. */
    private boolean unsound;

    private Serials(Optional<Path> file) {
        this.file = file;
    }

    /** Serials that are kept in memory only. */
    public static Serials inMemory() {
        return new Serials(Optional.empty());
    }

    /** Reads the file, if it exists. */
    public static Serials open(Path file) throws IOException {
        Serials serials = new Serials(Optional.of(file));
        if (Files.exists(file)) {
            // Damage may make bytes that are not UTF-8; each line has its checksum.
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            text.lines().forEach(serials::readLine);
            serials.unsound = serials.damagedLines > 0 || !text.isEmpty() && !text.endsWith("\n");
        }
        return serials;
    }

    private void readLine(String line) {
        lines++;
        String[] words = line.split(" ", -1);
        if (words.length != 4
                || !words[3].equals(checksum(line.substring(0, line.lastIndexOf(' '))))
                || !words[1].matches("[0-9]{1,16}")) {
            damagedLines++;
            return;
        }
        Seen read = new Seen(Long.parseLong(words[1]), words[2]);
        seen.merge(words[0], read, (one, other) -> one.serial > other.serial ? one : other);
    }

    /** How many lines of the file were not readable when it was opened: 1 may be left by a crash, more are damage. */
    public int damagedLines() {
        return damagedLines;
    }

    /** How many records are known. */
    public int size() {
        return seen.size();
    }

    /** The highest serial accepted of the record with this key; 0: none. */
    public long highest(String key) {
        Seen known = seen.get(key);
        return known == null ? 0 : known.serial;
    }

    /**
     * A serial for the next version of a record: above all that were seen, and not below the time in milliseconds, so
     * that it is above those that were lost with a store or this file too.
     */
    public long next(String key, long present, Instant now) {
        return Math.max(Math.max(highest(key), present) + 1, now.toEpochMilli());
    }

    /** What is wrong with this serial of the record that has the key, if anything. */
    Optional<RecordProblem> check(String key, long serial, byte[] signed) {
        Seen known = seen.get(key);
        if (known == null || serial > known.serial) {
            return Optional.empty();
        }
        if (serial < known.serial) {
            return Optional.of(RecordProblem.SERIAL_WENT_BACK);
        }
        return hash(signed).equals(known.hash) ? Optional.empty() : Optional.of(RecordProblem.SERIAL_REUSED);
    }

    /** Raises the serial of a record that its enroller or node has written itself. */
    public void accept(Signed<?> signed) {
        accept(
                signed.content().key(),
                signed.content().serial(),
                signed.envelope().signed());
    }

    /** Raises the serial of a record that was accepted. */
    void accept(String key, long serial, byte[] signed) {
        if (serial <= highest(key)) {
            return;
        }
        String hash = hash(signed);
        seen.put(key, new Seen(serial, hash));
        if (file.isPresent()) {
            append(pending, key, serial, hash);
            pendingLines++;
        }
    }

    private static void append(StringBuilder text, String key, long serial, String hash) {
        String line = key + " " + serial + " " + hash;
        text.append(line).append(' ').append(checksum(line)).append('\n');
    }

    /** Writes to disk what was accepted since the last call. Call it before acting on what was accepted. */
    public void flush() throws IOException {
        if (pending.isEmpty()) {
            return;
        }
        Path path = file.orElseThrow();
        if (unsound || !Files.exists(path) || lines + pendingLines > 2 * seen.size() + SPARE_LINES) {
            rewrite(path);
        } else {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(pending.toString());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(false);
            } catch (IOException e) {
                unsound = true; // a part of a line may be there
                throw e;
            }
            lines += pendingLines;
        }
        pending.setLength(0);
        pendingLines = 0;
    }

    private void rewrite(Path path) throws IOException {
        StringBuilder text = new StringBuilder();
        seen.forEach((key, known) -> append(text, key, known.serial, known.hash));
        PrivateFile.replace(path, text.toString(), PrivateFile.PRIVATE);
        lines = seen.size();
        unsound = false;
    }

    private static String hash(byte[] signed) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(signed);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has SHA-256
        }
    }

    private static String checksum(String line) {
        CRC32C crc = new CRC32C();
        crc.update(line.getBytes(StandardCharsets.ISO_8859_1));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
