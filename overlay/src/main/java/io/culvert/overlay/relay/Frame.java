// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The bodies of a relay's answers. Numbers are big-endian.
 *
 * <pre>
 *   page   'P' | revision 8 | more 1 | count 4 | entry...
 *   batch  'B' | revision 8 | count 4 | event...
 *   entry  key length 2 | key | create revision 8 | mod revision 8 | value length 2 | value
 *   event  1 | entry         put
 *          0 | key length 2 | key | revision 8         delete
 * </pre>
 */
final class Frame {
    /** The most bytes of an answer that a client reads: a page of 1,000 entries whose keys and values are longest. */
    static final int MAX_BYTES = 8 << 20;

    /** The longest key that is handed on. */
    static final int MAX_KEY = 512;

    /** Values are cut to this length. Records have at most 2 KiB: a longer one stays too long. */
    static final int MAX_VALUE = 4096;

    /** The most entries or events of one frame: a single revision may have this many, as when a lease ends. */
    private static final int MAX_COUNT = 65_536;

    private static final int PAGE = 'P';
    private static final int BATCH = 'B';

    private Frame() {}

    /** Writes one part of a frame. */
    private interface Body {
        void writeTo(DataOutputStream out) throws IOException;
    }

    static byte[] of(Page page) {
        return bytes(out -> {
            out.writeByte(PAGE);
            out.writeLong(page.revision());
            out.writeBoolean(page.more());
            out.writeInt(page.entries().size());
            for (Entry entry : page.entries()) {
                write(out, entry);
            }
        });
    }

    static byte[] of(Batch batch) {
        return bytes(out -> {
            out.writeByte(BATCH);
            out.writeLong(batch.revision());
            out.writeInt(batch.events().size());
            for (Event event : batch.events()) {
                switch (event) {
                    case Event.Put put -> {
                        out.writeByte(1);
                        write(out, put.entry());
                    }
                    case Event.Delete delete -> {
                        out.writeByte(0);
                        write(out, delete.key());
                        out.writeLong(delete.revision());
                    }
                }
            }
        });
    }

    /**
     * Reads a page.
     *
     * @throws IOException if these bytes are none
     */
    static Page page(byte[] bytes) throws IOException {
        DataInputStream in = open(bytes, PAGE);
        long revision = in.readLong();
        boolean more = in.readBoolean();
        int count = count(in);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(entry(in));
        }
        requireEnd(in);
        return new Page(entries, more, revision);
    }

    /**
     * Reads a batch.
     *
     * @throws IOException if these bytes are none
     */
    static Batch batch(byte[] bytes) throws IOException {
        DataInputStream in = open(bytes, BATCH);
        long revision = in.readLong();
        int count = count(in);
        List<Event> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(in.readBoolean() ? new Event.Put(entry(in)) : new Event.Delete(key(in), in.readLong()));
        }
        requireEnd(in);
        return new Batch(revision, events);
    }

    private static byte[] bytes(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Entry entry) throws IOException {
        write(out, entry.key());
        out.writeLong(entry.createRevision());
        out.writeLong(entry.modRevision());
        out.writeShort(entry.value().length);
        out.write(entry.value());
    }

    private static void write(DataOutputStream out, String key) throws IOException {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static DataInputStream open(byte[] bytes, int kind) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readByte() != kind) {
            throw new IOException("the answer is of another kind");
        }
        return in;
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MAX_COUNT) {
            throw new IOException("an answer with " + count + " entries; expected 0 to " + MAX_COUNT);
        }
        return count;
    }

    private static Entry entry(DataInputStream in) throws IOException {
        String key = key(in);
        long created = in.readLong();
        long modified = in.readLong();
        return new Entry(key, bytes(in, MAX_VALUE), created, modified);
    }

    private static String key(DataInputStream in) throws IOException {
        return new String(bytes(in, MAX_KEY), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream in, int most) throws IOException {
        int length = in.readUnsignedShort();
        if (length > most) {
            throw new IOException("a part of " + length + " bytes; expected at most " + most);
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static void requireEnd(DataInputStream in) throws IOException {
        if (in.read() >= 0) {
            throw new IOException("bytes behind the end of the answer");
        }
    }
}
