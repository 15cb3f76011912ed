package io.culvert.daemon.uapi;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import java.io.IOException;

/** What the UAPI reads and changes: a device. Any thread. */
public interface UapiTarget {
    /** Its configuration and state; the caller closes it. */
    DeviceSnapshot snapshot();

    /**
     * Changes it; {@code update} stays the caller's.
     *
     * @throws java.net.BindException when the port is taken
     * @throws IOException when the system refuses
     * @throws IllegalArgumentException when the change makes no sense
     */
    void apply(DeviceUpdate update) throws IOException;
}
