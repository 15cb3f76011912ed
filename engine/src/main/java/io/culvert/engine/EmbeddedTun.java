// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.io.Shortfall;
import io.culvert.engine.io.Tun;
import java.util.List;

/** A {@link PacketDevice} as a TUN whose link goes up once. Its own methods are called by one thread at a time. */
final class EmbeddedTun implements Tun {
    private static final int MIN_MTU = 576;

    private final String name;
    private final PacketDevice device;
    private final int mtu;
    private final int workers;
    private final InputSignal signal;
    private Listener listener;

    EmbeddedTun(String name, PacketDevice device, int workers, InputSignal signal) {
        this.name = name;
        this.device = device;
        this.workers = workers;
        this.signal = signal;
        mtu = device.mtu();
        if (mtu < MIN_MTU || mtu > BatchMemory.MAX_BYTES) {
            throw new IllegalArgumentException("the MTU is " + mtu + ", not from 576 to 65,535");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int queues() {
        return workers;
    }

    @Override
    public List<Shortfall> shortfalls() {
        return List.of();
    }

    @Override
    public void listen(Listener newListener) {
        device.start(signal);
        listener = newListener;
        listener.onMtu(mtu);
    }

    void up() {
        listener.onLink(true);
    }

    @Override
    public void close() {
        if (listener != null) {
            listener = null;
            device.close();
        }
    }
}
