package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterfaceNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"wg0", "a", "abcdefghijklmno", "wg-home_1.2", "..."})
    void takesWhatTheKernelTakes(String name) {
        assertThatCode(() -> InterfaceName.check(name)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "abcdefghijklmnop", "a/b", "../../etc/x", ".", "..", "a b", "a\n", "wg%d", "a:b", "é", "\0"})
    void refusesWhatItDoesNot(String name) {
        assertThatThrownBy(() -> InterfaceName.check(name))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("interface name");
    }
}
