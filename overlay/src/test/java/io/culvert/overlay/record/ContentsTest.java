// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records are read as they were written, and nothing else is read. */
class ContentsTest {
    private static final String MEMBER =
            Records.member("n1", 7, Records.key(3), 5).toJson();
    private static final String NODE = Records.node("n1", 7, Records.key(9)).toJson();
    private static final String CONFIG =
            Records.config(7, List.of(Records.key(1))).toJson();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertRefused(Kind kind, String json, RecordProblem problem) {
        assertThatThrownBy(() -> Contents.parse(kind, utf8(json)))
                .as(json)
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.problem()).isEqualTo(problem));
    }

    @Test
    void whatIsWrittenIsRead() {
        Laws.check(draw -> {
            Content content = Records.any(draw);
            assertThat(Contents.parse(content.kind(), utf8(content.toJson()))).isEqualTo(content);
        });
    }

    @Test
    void theJsonIsAsDocumented() {
        assertThat(MEMBER)
                .isEqualTo("{\"v\":1,\"kind\":\"member\",\"network\":\"lab\",\"serial\":7,\"name\":\"n1\","
                        + "\"identity\":\"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\","
                        + "\"prefixes\":[\"10.64.5.0/24\",\"fd00:64:0:5::/64\"],\"role\":\"node\","
                        + "\"not_before\":\"2026-01-01T00:00:00Z\",\"not_after\":\"2026-04-01T00:00:00Z\"}");
        assertThat(NODE)
                .isEqualTo("{\"v\":1,\"kind\":\"node\",\"network\":\"lab\",\"serial\":7,\"name\":\"n1\","
                        + "\"wireguard\":\"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\","
                        + "\"endpoints\":[\"192.0.2.1:51820\"]}");
    }

    /** Changing, cutting or repeating bytes of a record gives another valid record or a reason, and nothing else. */
    @Test
    void damagedRecordsAreRefusedWithAReason() {
        Laws.check(5000, draw -> {
            Content content = Records.any(draw);
            byte[] bytes = utf8(content.toJson());
            for (int i = draw.integer(1, 4); i > 0; i--) {
                switch (draw.integer(0, 2)) {
                    case 0 -> bytes[draw.integer(0, bytes.length - 1)] = (byte) draw.integer(0, 255);
                    case 1 -> bytes = Arrays.copyOf(bytes, draw.integer(1, bytes.length));
                    default -> {
                        int at = draw.integer(0, bytes.length - 1);
                        byte[] longer = Arrays.copyOf(bytes, bytes.length + at);
                        System.arraycopy(bytes, 0, longer, bytes.length, at);
                        bytes = longer;
                    }
                }
            }
            try {
                Content read = Contents.parse(content.kind(), bytes);
                assertThat(Contents.parse(content.kind(), utf8(read.toJson()))).isEqualTo(read);
            } catch (RecordException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @Test
    void anyBytesAreRefusedWithAReason() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(0, Envelope.MAX_BYTES);
            assertThatThrownBy(() -> Envelope.decode(bytes)).isInstanceOf(RecordException.class);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"v\":1}}",
                "{\"v\":1} {}",
                "{'v':1}",
                "{v:1}",
                "{\"v\":1,}",
                "{\"v\":1,\"v\":1}",
                "{\"v\":\"1\"}",
                "{\"v\":1.0}",
                "{\"v\":1e0}",
                "{\"v\":01}",
                "{\"v\":-1}",
                "{\"v\":null}",
                "{}",
                "// \n{\"v\":1}",
                "{\"v\":1,\"kind\":{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}}"
            })
    void onlyStrictJsonIsRead(String json) {
        assertRefused(Kind.MEMBER, json, RecordProblem.MALFORMED);
    }

    @Test
    void deepNestingDoesNotOverflowTheStack() {
        assertRefused(Kind.MEMBER, "[".repeat(100_000), RecordProblem.MALFORMED);
        assertRefused(Kind.MEMBER, "{\"a\":".repeat(100_000), RecordProblem.MALFORMED);
    }

    @Test
    void anotherVersionIsNamedBeforeItsFields() {
        assertRefused(Kind.MEMBER, "{\"v\":2,\"new\":true}", RecordProblem.UNKNOWN_VERSION);
        assertRefused(Kind.MEMBER, MEMBER.replace("\"v\":1", "\"v\":0"), RecordProblem.UNKNOWN_VERSION);
    }

    @Test
    void unknownAndRepeatedFieldsAreRefused() {
        assertRefused(Kind.MEMBER, MEMBER.replace("\"role\"", "\"extra\":1,\"role\""), RecordProblem.MALFORMED);
        assertRefused(Kind.MEMBER, MEMBER.replace("\"role\"", "\"serial\":9,\"role\""), RecordProblem.MALFORMED);
        assertRefused(Kind.CONFIG, CONFIG.replace("\"shape\"", "\"extra\":1,\"shape\""), RecordProblem.MALFORMED);
        assertRefused(Kind.MEMBER, MEMBER.replace(",\"role\":\"node\"", ""), RecordProblem.MALFORMED);
    }

    @Test
    void aRecordOfAnotherKindIsRefused() {
        assertRefused(Kind.NODE, MEMBER, RecordProblem.WRONG_KIND);
    }

    @ParameterizedTest
    @CsvSource({
        "\"n1\", \"N1\", BAD_NAME",
        "\"n1\", \"../n2\", BAD_NAME",
        "\"lab\", \"a/b\", BAD_NAME",
        "\"serial\":7, \"serial\":0, BAD_VALUE",
        "\"serial\":7, \"serial\":9007199254740992, BAD_VALUE",
        "\"serial\":7, \"serial\":99999999999999999999, MALFORMED",
        "10.64.5.0/24, 10.64.5.1/24, BAD_VALUE",
        "10.64.5.0/24, 010.64.5.0/24, BAD_VALUE",
        "10.64.5.0/24, localhost/32, BAD_VALUE",
        "10.64.5.0/24, 10.64.5.0/33, BAD_VALUE",
        "10.64.5.0/24, 10.64.5.0, BAD_VALUE",
        "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=, AwMD, BAD_VALUE",
        "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=, AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwN=, BAD_VALUE",
        "\"node\", \"king\", BAD_VALUE",
        "2026-01-01T00:00:00Z, 2026-01-01, BAD_VALUE",
        "2026-01-01T00:00:00Z, 2026-01-01T00:00:00.5Z, BAD_VALUE",
        "2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z, BAD_VALUE",
    })
    void badValuesOfMembersAreRefused(String old, String wanted, RecordProblem problem) {
        String changed = MEMBER.replace(old, wanted);
        assertThat(changed).isNotEqualTo(MEMBER);
        assertRefused(Kind.MEMBER, changed, problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1",
                "192.0.2.1:0",
                "192.0.2.1:65536",
                "192.0.2.1:051820",
                "192.0.2.1:-1",
                "192.0.2.256:1",
                "1:1",
                "0x7f.1:1",
                "example.org:51820",
                "2001:db8::1:51820",
                "[192.0.2.1]:51820",
                "[fe80::1%eth0]:51820",
                "[fe80::1]:51820",
                "[::]:51820",
                "0.0.0.0:51820",
                "224.0.0.1:51820",
                "255.255.255.255:51820",
                "240.0.0.1:51820",
                "[ff02::1]:51820",
                "169.254.1.1:51820",
                ""
            })
    void badEndpointsAreRefused(String endpoint) {
        assertRefused(Kind.NODE, NODE.replace("192.0.2.1:51820", endpoint), RecordProblem.BAD_ENDPOINT);
    }

    @Test
    void badLabelsAreRefused() {
        for (String label : List.of("\"A\":\"b\"", "\"a\":\"\"", "\"\":\"a\"", "\"a b\":\"c\"", "\"region\":\"a.b\"")) {
            assertRefused(
                    Kind.MEMBER,
                    MEMBER.replace("\"role\"", "\"labels\":{" + label + "},\"role\""),
                    RecordProblem.BAD_LABEL);
        }
        StringBuilder many = new StringBuilder("\"l0\":\"x\"");
        for (int i = 1; i <= Member.MAX_LABELS; i++) {
            many.append(",\"l").append(i).append("\":\"x\"");
        }
        assertRefused(
                Kind.MEMBER, MEMBER.replace("\"role\"", "\"labels\":{" + many + "},\"role\""), RecordProblem.BAD_LABEL);
        assertRefused(
                Kind.MEMBER,
                MEMBER.replace("\"role\"", "\"labels\":{\"a\":\"b\",\"a\":\"c\"},\"role\""),
                RecordProblem.MALFORMED);
    }

    @Test
    void aConfigurationWithImpossiblePoolsIsRefused() {
        for (Map.Entry<String, String> change : Map.of(
                        "\"node_length\":24", "\"node_length\":9",
                        "10.64.0.0/10", "10.64.0.0/8",
                        "\"node_length6\":64", "\"node_length6\":60",
                        "\"mtu\":1420", "\"mtu\":1279",
                        "\"removal_percent\":5", "\"removal_percent\":0",
                        "\"shape\":\"mesh\"", "\"shape\":\"ring\"")
                .entrySet()) {
            String changed = CONFIG.replace(change.getKey(), change.getValue());
            assertThat(changed).isNotEqualTo(CONFIG);
            assertRefused(Kind.CONFIG, changed, RecordProblem.BAD_VALUE);
        }
        String pool = CONFIG.substring(CONFIG.indexOf("[{") + 1, CONFIG.indexOf("}]") + 1);
        assertRefused(Kind.CONFIG, CONFIG.replace(pool, pool + "," + pool), RecordProblem.BAD_VALUE);
        assertRefused(Kind.CONFIG, CONFIG.replace(pool, ""), RecordProblem.BAD_VALUE);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] bytes = utf8(MEMBER);
        bytes[MEMBER.indexOf("n1")] = (byte) 0xff;
        assertThatThrownBy(() -> Contents.parse(Kind.MEMBER, bytes)).isInstanceOf(RecordException.class);
    }
}
