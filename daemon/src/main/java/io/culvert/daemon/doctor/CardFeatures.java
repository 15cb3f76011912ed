// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.daemon.doctor.Host.CardFeature;
import io.culvert.engine.linux.tun.TunDevice;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks the kernel for the features of a network card, as {@code ethtool -k} does; it needs no privileges.
 *
 * <pre>
 *   ethtool_sset_info  | cmd 4 | reserved 4 | mask 8 | count 4 |
 *   ethtool_gstrings   | cmd 4 | set 4 | count 4 | 32 bytes for each name |
 *   ethtool_gfeatures  | cmd 4 | blocks 4 | for each 32 features: available 4, requested 4, active 4, fixed 4 |
 * </pre>
 */
final class CardFeatures {
    private static final long SIOCETHTOOL = 0x8946;
    private static final int GSSET_INFO = 0x37;
    private static final int GSTRINGS = 0x1b;
    private static final int GFEATURES = 0x3a;
    private static final int SS_FEATURES = 4;
    private static final int NAME_BYTES = 32;
    private static final int MAX_FEATURES = 1024;
    private static final int BLOCK_BYTES = 16;
    private static final int BUFFER_BYTES = 12 + MAX_FEATURES * NAME_BYTES;

    private CardFeatures() {}

    /**
     * The features by name.
     *
     * @throws IOException if there is no such interface in this network namespace, or it has no features
     */
    static Map<String, CardFeature> of(String link) throws IOException {
        int socket = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
        long request = TunDevice.request(link);
        long buffer = Memory.allocate(BUFFER_BYTES, Long.BYTES);
        try {
            ifreq.ifr_ifru$ifru_data(request, buffer);
            return read(socket, request, buffer);
        } catch (ErrnoException e) {
            throw new IOException("interface " + link + " does not say: " + e.getMessage(), e);
        } finally {
            Memory.free(buffer);
            Memory.free(request);
            Linux.close(socket);
        }
    }

    private static Map<String, CardFeature> read(int socket, long request, long buffer) throws ErrnoException {
        Memory.zero(buffer, BUFFER_BYTES);
        Memory.putInt(buffer, GSSET_INFO);
        Memory.putLong(buffer + 8, 1L << SS_FEATURES);
        Linux.ioctl(socket, SIOCETHTOOL, request);
        int count = Math.min(Memory.getInt(buffer + 16), MAX_FEATURES);
        Memory.zero(buffer, BUFFER_BYTES);
        Memory.putInt(buffer, GSTRINGS);
        Memory.putInt(buffer + 4, SS_FEATURES);
        Memory.putInt(buffer + 8, count);
        Linux.ioctl(socket, SIOCETHTOOL, request);
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = name(buffer + 12 + (long) i * NAME_BYTES);
        }
        int blocks = (count + Integer.SIZE - 1) / Integer.SIZE;
        Memory.zero(buffer, BUFFER_BYTES);
        Memory.putInt(buffer, GFEATURES);
        Memory.putInt(buffer + 4, blocks);
        Linux.ioctl(socket, SIOCETHTOOL, request);
        Map<String, CardFeature> features = new HashMap<>();
        for (int i = 0; i < count; i++) {
            long block = buffer + 8 + (long) (i / Integer.SIZE) * BLOCK_BYTES;
            int bit = 1 << i % Integer.SIZE;
            boolean available = (Memory.getInt(block) & bit) != 0;
            boolean fixed = (Memory.getInt(block + 12) & bit) != 0;
            features.put(names[i], new CardFeature((Memory.getInt(block + 8) & bit) != 0, available && !fixed));
        }
        return features;
    }

    private static String name(long address) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < NAME_BYTES && Memory.getByte(address + i) != 0; i++) {
            name.append((char) Memory.getByte(address + i));
        }
        return name.toString();
    }
}
