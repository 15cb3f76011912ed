// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class LinkMessagesTest {
    private static final int INDEX = 7;

    private final ByteBuffer messages = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    private void add(int type, int index, int flags, int attributes) {
        int length = 32 + attributes;
        messages.putInt(length).putShort((short) type).putShort((short) 0).putLong(0);
        messages.putInt(0).putInt(index).putInt(flags).putInt(0);
        messages.position(messages.position() + (attributes + 3 & -4));
    }

    private boolean sayDown() {
        long address = Memory.allocate(messages.position(), 8);
        try {
            Memory.copy(messages.array(), 0, address, messages.position());
            return LinkMessages.sayDown(address, messages.position(), INDEX);
        } finally {
            Memory.free(address);
        }
    }

    @Test
    void laterMessageCounts() {
        add(linux_h.RTM_NEWLINK, INDEX, linux_h.IFF_UP, 5);
        add(linux_h.RTM_NEWLINK, INDEX, 0, 8);
        add(linux_h.RTM_NEWLINK, INDEX, linux_h.IFF_UP, 0);
        assertThat(sayDown()).isTrue();
    }

    @Test
    void otherInterfacesAndOtherMessagesDoNot() {
        add(linux_h.RTM_NEWLINK, INDEX + 1, 0, 4);
        add(linux_h.RTM_GETROUTE, INDEX, 0, 4);
        add(linux_h.RTM_NEWLINK, INDEX, linux_h.IFF_UP, 4);
        assertThat(sayDown()).isFalse();
    }

    @Test
    void brokenLengthsEndTheList() {
        add(linux_h.RTM_NEWLINK, INDEX, 0, 0);
        messages.putInt(0, 0);
        assertThat(sayDown()).isFalse();
        messages.putInt(0, 4096);
        assertThat(sayDown()).isFalse();
    }
}
