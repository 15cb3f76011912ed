// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.store.Entry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A snapshot in a file:
 *
 * <pre>
 *   magic "CVO1" | revision, 8 | written, 8 | partial, 1 | count, 4 | entries
 *   | count, 4 | gone keys
 *   | count, 4 | held keys | SHA-256 of all that, 32
 *   entry: key, UTF | create revision, 8 | mod revision, 8 | length, 4 | value
 * </pre>
 *
 * <p>A new one is written beside it, brought to the disk and renamed. A damaged one is renamed, too, for whoever wants
 * to know why, and counts as none.
 */
final class SnapshotFile implements SnapshotStore {
    private static final Logger LOG = System.getLogger(SnapshotFile.class.getName());
    private static final int MAGIC = 0x43564f31;
    private static final int DIGEST_BYTES = 32;
    private static final int MAX_VALUE = 64 * 1024;
    private static final int MAX_ENTRIES = 1 << 22;

    private final Path file;

    SnapshotFile(Path file) {
        this.file = file;
    }

    @Override
    public Optional<Snapshot> load() throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(content));
        } catch (IOException | RuntimeException e) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            LOG.log(
                    Level.WARNING,
                    "the snapshot {0} is damaged ({1}): it is now {2}, and all records are listed again",
                    file,
                    e.getMessage(),
                    aside);
            return Optional.empty();
        }
    }

    /** The snapshot if it is good; nothing is moved. */
    Optional<Snapshot> peek() throws IOException {
        try {
            return Optional.of(parse(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Snapshot parse(byte[] content) throws IOException {
        int length = content.length - DIGEST_BYTES;
        if (length < 0
                || !Arrays.equals(digest(content, length), Arrays.copyOfRange(content, length, content.length))) {
            throw new IOException("its checksum is wrong");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(content, 0, length));
        if (in.readInt() != MAGIC) {
            throw new IOException("it is of another version");
        }
        long revision = in.readLong();
        long written = in.readLong();
        boolean partial = in.readBoolean();
        List<Entry> entries = new ArrayList<>();
        for (int left = count(in); left > 0; left--) {
            entries.add(entry(in));
        }
        return new Snapshot(revision, written, partial, entries, texts(in), texts(in));
    }

    private static Set<String> texts(DataInputStream in) throws IOException {
        Set<String> texts = new HashSet<>();
        for (int left = count(in); left > 0; left--) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MAX_ENTRIES) {
            throw new IOException("it has a count of " + count);
        }
        return count;
    }

    private static Entry entry(DataInputStream in) throws IOException {
        String key = in.readUTF();
        long created = in.readLong();
        long modified = in.readLong();
        int length = in.readInt();
        if (length < 0 || length > MAX_VALUE) {
            throw new IOException("it has a value of " + length + " bytes");
        }
        return new Entry(key, in.readNBytes(length), created, modified);
    }

    @Override
    public void save(Snapshot snapshot) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeLong(snapshot.revision());
        out.writeLong(snapshot.writtenMillis());
        out.writeBoolean(snapshot.isPartial());
        out.writeInt(snapshot.entries().size());
        for (Entry entry : snapshot.entries()) {
            out.writeUTF(entry.key());
            out.writeLong(entry.createRevision());
            out.writeLong(entry.modRevision());
            out.writeInt(entry.value().length);
            out.write(entry.value());
        }
        for (Set<String> texts : List.of(snapshot.gone(), snapshot.held())) {
            out.writeInt(texts.size());
            for (String text : texts) {
                out.writeUTF(text);
            }
        }
        byte[] content = bytes.toByteArray();
        replace(content, digest(content, content.length));
    }

    private void replace(byte[] content, byte[] digest) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            for (byte[] part : List.of(content, digest)) {
                ByteBuffer buffer = ByteBuffer.wrap(part);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] digest(byte[] content, int length) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(content, 0, length);
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
