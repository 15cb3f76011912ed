// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Tun;
import io.culvert.engine.pipeline.Heartbeat;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Takes the changes of a device's interface. On the TUN's thread, whose failure ends the device. */
final class LinkListener implements Tun.Listener {
    private static final Logger LOG = System.getLogger(LinkListener.class.getName());

    private final Device device;
    private final Heartbeat heartbeat;

    LinkListener(Device device, Heartbeat heartbeat) {
        this.device = device;
        this.heartbeat = heartbeat;
    }

    @Override
    public void onTurn() {
        heartbeat.begin();
    }

    @Override
    public void onLink(boolean linkUp) {
        // Before the lock: what is read from the interface from now on was sent when it was up again.
        long now = device.platform().clock().nanos();
        change(() -> device.setLink(linkUp, now));
    }

    @Override
    public void onRestart() {
        change(device::restartLink);
    }

    private void change(Runnable change) {
        synchronized (device) {
            device.control().begin();
            try {
                change.run();
            } catch (RuntimeException | Error e) {
                // The change may have been carried out by half.
                device.end().failed(Thread.currentThread().getName(), e);
            } finally {
                device.control().asleep();
            }
        }
    }

    @Override
    public void onMtu(int mtu) {
        LOG.log(Level.DEBUG, "{0} has MTU {1}", device.name(), mtu);
    }

    @Override
    public void onRemoved() {
        heartbeat.asleep();
        device.end().tunRemoved();
    }

    @Override
    public void onFailure(Throwable cause) {
        heartbeat.asleep();
        device.end().failed(Thread.currentThread().getName(), cause);
    }
}
