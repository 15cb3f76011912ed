package io.culvert.daemon.uapi;

import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.ifreq;
import io.culvert.natives.generated.linux_h;
import java.nio.charset.StandardCharsets;

/** Asks the kernel for an interface's number; Java knows only interfaces that have an address. */
final class InterfaceIndex {
    private static final int LONGEST_NAME = 15;

    private InterfaceIndex() {}

    /** The number of the interface of that name, or -1 when there is none. */
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
