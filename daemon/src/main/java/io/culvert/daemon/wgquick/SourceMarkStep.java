// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The kernel looks at a packet's mark when it checks the reverse path of IPv4. All full tunnels of a network namespace
 * share this setting.
 *
 * @param before the value that it had before the first of them
 */
record SourceMarkStep(String before) implements Step {
    static final String WORD = "src_valid_mark";

    private static final Path SETTING = Path.of("/proc/sys/net/ipv4/conf/all/src_valid_mark");

    static SourceMarkStep parse(List<String> words) {
        return new SourceMarkStep(words.getFirst());
    }

    /** The step of one more tunnel. */
    static SourceMarkStep of(String device) throws IOException {
        List<SourceMarkStep> others = others(device);
        return others.isEmpty() ? new SourceMarkStep(Files.readString(SETTING).strip()) : others.getFirst();
    }

    private static List<SourceMarkStep> others(String device) throws IOException {
        return TunnelState.others(device).stream()
                .flatMap(state -> state.steps().stream())
                .filter(SourceMarkStep.class::isInstance)
                .map(SourceMarkStep.class::cast)
                .toList();
    }

    @Override
    public String key() {
        return WORD;
    }

    @Override
    public String title() {
        return "net.ipv4.conf.all.src_valid_mark=1";
    }

    @Override
    public String text() {
        return WORD + " " + before;
    }

    @Override
    public void apply(String device) throws IOException {
        set("1");
    }

    @Override
    public void undo(String device) throws IOException {
        if (others(device).isEmpty()) {
            set(before);
        }
    }

    private static void set(String value) throws IOException {
        if (Files.readString(SETTING).strip().equals(value)) {
            return;
        }
        Programs.show("sysctl net.ipv4.conf.all.src_valid_mark=" + value);
        try {
            Files.writeString(SETTING, value + "\n");
        } catch (IOException e) {
            throw new IOException(
                    "cannot set net.ipv4.conf.all.src_valid_mark to " + value + " (" + e.getMessage()
                            + "), which a default route through the tunnel needs; in a container, start it with"
                            + " --sysctl net.ipv4.conf.all.src_valid_mark=1",
                    e);
        }
    }

    @Override
    public boolean outlivesInterface() {
        return true;
    }
}
