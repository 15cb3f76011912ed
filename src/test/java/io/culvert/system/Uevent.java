// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static io.culvert.natives.generated.linux_h.NETLINK_KOBJECT_UEVENT;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.sockaddr_nl;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Netlink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Sends what the kernel sends when a copy of a virtual machine begins to run (drivers/virt/vmgenid.c). */
final class Uevent {
    /** The multicast group of the kernel's own uevents. */
    private static final int KERNEL = 1;

    private Uevent() {}

    /** To the listeners in a network namespace, as root may. */
    static void newGeneration(Namespace namespace) {
        Unchecked.call(() -> namespace.network().call(() -> {
            send("change@/devices/vmgenid\0ACTION=change\0NEW_VMGENID=1\0");
            return null;
        }));
    }

    private static void send(String text) throws IOException {
        byte[] message = text.getBytes(StandardCharsets.US_ASCII);
        int socket = Netlink.open(NETLINK_KOBJECT_UEVENT, 0);
        long memory = Memory.allocate(message.length + sockaddr_nl.sizeof(), 8);
        try {
            long address = memory;
            sockaddr_nl.nl_family(address, (short) linux_h.AF_NETLINK);
            sockaddr_nl.nl_groups(address, KERNEL);
            Linux.connect(socket, address, (int) sockaddr_nl.sizeof());
            Memory.copy(message, 0, memory + sockaddr_nl.sizeof(), message.length);
            int sent = Linux.write(new CallState(), socket, memory + sockaddr_nl.sizeof(), message.length);
            if (sent != message.length) {
                throw new AssertionError("the uevent was not sent: " + sent);
            }
        } finally {
            Memory.free(memory);
            Linux.close(socket);
        }
    }
}
