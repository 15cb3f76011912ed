// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.culvert.engine.device.MemoryBudget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors of a UAPI request name the line, the key and what was expected, and never repeat a value. */
class UapiMessagesTest {
    private static final String KEY = "0123456789abcdef".repeat(4);

    private static String message(String request) {
        UapiException error = catchThrowableOfType(UapiException.class, () -> {
            try (UapiParser parser = new UapiParser(new MemoryBudget(1 << 30))) {
                for (String line : request.split("\n")) {
                    parser.accept(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)), line.length());
                }
            }
        });
        return error.getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen_port | line 1: expected key=value",
                "listen_prot=1 | line 1: unknown key",
                "listen_port=65536 | line 1: listen_port: expected a number from 0 to 65535",
                "replace_peers=1 | line 1: replace_peers: expected true",
                "remove=true | line 1: remove: peer key before the first public_key",
                "public_key=00 | line 1: public_key: expected 64 hex digits, got 2"
            })
    void interfaceErrorsNameLineAndKey(String line, String message) {
        assertThat(message(line)).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fwmark=1 | fwmark: interface key after the first public_key",
                "remove=1 | remove: expected true",
                "protocol_version=0 | protocol_version: expected 1",
                "endpoint=localhost:1 | endpoint: expected a numeric address and a port, such as 192.0.2.1:51820 or "
                        + "[2001:db8::1]:51820",
                "allowed_ip=10.0.0.0 | allowed_ip: expected a numeric address and a prefix length, such as 10.0.0.0/8 "
                        + "or 2001:db8::/32"
            })
    void peerErrorsNameLineAndKey(String line, String message) {
        assertThat(message("public_key=" + KEY + "\n" + line)).startsWith("line 2: " + message);
    }

    @Test
    void duplicateKeysAreNamed() {
        assertThat(message("listen_port=1\nlisten_port=1")).isEqualTo("line 2: duplicate key listen_port");
        assertThat(message("public_key=" + KEY + "\nremove=true\nremove=true"))
                .isEqualTo("line 3: duplicate key remove (peer ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=)");
    }

    @Test
    void secretsAreNotRepeated() {
        assertThat(message("private_key=" + KEY.substring(1)))
                .isEqualTo("line 1: private_key: expected 64 hex digits, got 63");
        assertThat(message("private_key=" + KEY.substring(2) + "gf"))
                .isEqualTo("line 1: private_key: expected 64 hex digits, got another character at position 63");
        assertThat(message("private_key=" + KEY.substring(2) + "f="))
                .isEqualTo("line 1: private_key: expected 64 hex digits, got another character at position 64");
    }
}
