// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/** Loads and encrypts fewer bytes than a vector holds, without access to the bytes behind them. */
final class TailBytes {
    private TailBytes() {}

    /** Loads {@code bytes} (0 to 8) bytes as a little-endian word, padded with zeros. */
    static long load(long address, int bytes) {
        if (bytes == 8) {
            return RawMemory.getLong(address);
        }
        long word = 0;
        int done = 0;
        if ((bytes & 4) != 0) {
            word = RawMemory.getInt(address) & 0xffffffffL;
            done = 4;
        }
        for (; done < bytes; done++) {
            word |= (RawMemory.getByte(address + done) & 0xffL) << (8 * done);
        }
        return word;
    }

    /** XORs up to a block with the keystream. */
    static void xor(long keystream, long source, long target, int bytes) {
        int done = 0;
        for (; done <= bytes - 8; done += 8) {
            RawMemory.putLong(target + done, RawMemory.getLong(source + done) ^ RawMemory.getLong(keystream + done));
        }
        if ((bytes & 4) != 0) {
            RawMemory.putInt(target + done, RawMemory.getInt(source + done) ^ RawMemory.getInt(keystream + done));
            done += 4;
        }
        for (; done < bytes; done++) {
            int xored = RawMemory.getByte(source + done) ^ RawMemory.getByte(keystream + done);
            RawMemory.putByte(target + done, (byte) xored);
        }
    }
}
