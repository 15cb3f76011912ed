// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineClassTest {
    private static final String ZEN4 = """
            processor\t: 0
            vendor_id\t: AuthenticAMD
            cpu family\t: 25
            model\t\t: 17
            model name\t: AMD EPYC
            flags\t\t: fpu avx avx2 avx512f avx512vl
            """;

    @Test
    void distinguishesWhatRatiosDependOn() {
        assertThat(MachineClass.of(ZEN4, 2, 25)).isEqualTo("AuthenticAMD 25/17, avx512vl, 2 cores, JDK 25");
        assertThat(MachineClass.of(ZEN4.replace(" avx512vl", ""), 4, 26))
                .isEqualTo("AuthenticAMD 25/17, avx2, 4 cores, JDK 26");
        assertThat(MachineClass.of("", 1, 25)).isEqualTo("unknown unknown/unknown, no avx, 1 cores, JDK 25");
    }

    @Test
    void classifiesThisMachine() {
        assertThat(MachineClass.here()).endsWith("JDK " + Runtime.version().feature());
    }
}
