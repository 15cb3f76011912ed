package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class UserDataTest {
    @Property(tries = 200)
    void whatIsPackedIsUnpacked(@ForAll @IntRange(max = 255) int operation, @ForAll int id) {
        long userData = UserData.of(operation, id);
        assertThat(UserData.operation(userData)).isEqualTo(operation);
        assertThat(UserData.id(userData)).isEqualTo(id);
    }
}
