// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.util.List;

/**
 * The interface is up and has an MTU.
 *
 * @param mtu in bytes
 */
record LinkStep(int mtu) implements Step {
    static final String WORD = "mtu";

    static LinkStep parse(List<String> words) {
        return new LinkStep(Integer.parseInt(words.getFirst()));
    }

    @Override
    public String key() {
        return WORD;
    }

    @Override
    public String title() {
        return "MTU " + mtu;
    }

    @Override
    public String text() {
        return WORD + " " + mtu;
    }

    @Override
    public void apply(String device) throws IOException, InterruptedException {
        Programs.change("", List.of("ip", "link", "set", "mtu", Integer.toString(mtu), "up", "dev", device));
    }

    @Override
    public void undo(String device) {
        // It ends with the interface.
    }

    @Override
    public boolean outlivesInterface() {
        return false;
    }
}
