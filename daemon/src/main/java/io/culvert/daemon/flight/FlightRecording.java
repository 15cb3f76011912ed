// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.flight;

import io.culvert.engine.device.Device;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * Has the events of a device recorded from the first flight recording of the process on. Before it, this costs nothing.
 */
public final class FlightRecording implements AutoCloseable {
    private final String name;
    private final Device device;
    private final FlightRecorderListener beginner = new FlightRecorderListener() {
        @Override
        public void recorderInitialized(FlightRecorder recorder) {
            begin();
        }
    };
    // Guarded by this; null while there was no recording.
    private FlightListener listener;
    private Runnable drops;
    private boolean closed;

    private FlightRecording(String name, Device device) {
        this.name = name;
        this.device = device;
    }

    /** Follows a device under the interface's name, until it is closed. */
    public static FlightRecording of(String name, Device device) {
        FlightRecording recording = new FlightRecording(name, device);
        // Calls the listener at once if there was a recording already.
        FlightRecorder.addListener(recording.beginner);
        return recording;
    }

    private synchronized void begin() {
        if (closed || listener != null) {
            return;
        }
        listener = new FlightListener(name, device);
        drops = listener::drops;
        device.listeners().add(listener);
        FlightRecorder.addPeriodicEvent(FlightEvents.Drops.class, drops);
    }

    @Override
    public synchronized void close() {
        closed = true;
        FlightRecorder.removeListener(beginner);
        if (listener != null) {
            FlightRecorder.removePeriodicEvent(drops);
            drops.run();
            device.listeners().remove(listener);
        }
    }
}
