// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.InterfaceAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An address of the interface.
 *
 * @param address with its prefix's length
 */
record AddressStep(InterfaceAddress address) implements IpStep {
    static final String WORD = "address";

    static AddressStep parse(List<String> words) {
        return new AddressStep(InterfaceAddress.parse(words.getFirst()));
    }

    /** The addresses that an interface has. */
    static List<InterfaceAddress> of(String device) throws InterruptedException {
        return Programs.ip("-o", "address", "show", "dev", device)
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 3 && words[2].startsWith("inet"))
                .flatMap(words -> Stream.ofNullable(InterfaceAddress.parse(words[3])))
                .collect(Collectors.toList());
    }

    @Override
    public String title() {
        return text();
    }

    @Override
    public String text() {
        return WORD + " " + address;
    }

    @Override
    public List<String> add(String device) {
        return List.of(IpStep.family(address.ipv6()), "address", "add", address.toString(), "dev", device);
    }

    @Override
    public List<String> remove(String device) {
        return List.of(IpStep.family(address.ipv6()), "address", "delete", address.toString(), "dev", device);
    }

    @Override
    public boolean isDone(String device) throws InterruptedException {
        return of(device).contains(address);
    }

    @Override
    public boolean outlivesInterface() {
        return false;
    }
}
