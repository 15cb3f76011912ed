// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.nio.charset.StandardCharsets;

/** Looks up an interface's index by ioctl, since Java lists only interfaces that have an address. */
final class InterfaceIndex {
    private static final int LONGEST_NAME = 15;

    private InterfaceIndex() {}

    /** Returns the index of the named interface, or -1 if it does not exist. */
    static int of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > LONGEST_NAME) {
            return -1;
        }
        long request = Memory.allocate(ifreq.sizeof(), Long.BYTES);
        try {
            Memory.copy(bytes, 0, ifreq.ifr_ifrn$ifrn_name(request), bytes.length);
            int control = Linux.socket(linux_h.AF_INET, linux_h.SOCK_DGRAM, 0);
            try {
                Linux.ioctl(control, linux_h.SIOCGIFINDEX, request);
                return ifreq.ifr_ifru$ifru_ivalue(request);
            } finally {
                Linux.close(control);
            }
        } catch (ErrnoException e) {
            return -1;
        } finally {
            Memory.free(request);
        }
    }
}
