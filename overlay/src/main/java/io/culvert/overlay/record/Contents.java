// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads what a record says. */
public final class Contents {
    private Contents() {}

    /**
     * Reads the signed bytes of a record, of which everything may be wrong.
     *
     * @param expected the kind that its key has
     * @throws RecordException if it is malformed, of another kind, or a value is out of its range
     */
    public static Content parse(Kind expected, byte[] signed) throws RecordException {
        Fields fields = Fields.of(text(signed));
        String kind = fields.string("kind");
        if (!kind.equals(expected.label())) {
            throw new RecordException(RecordProblem.WRONG_KIND, "the key is that of a " + expected.label());
        }
        String network = fields.name("network");
        long serial = fields.number("serial", 1, Content.MAX_SERIAL);
        Content content = switch (expected) {
            case CONFIG -> Config.read(network, serial, fields);
            case MEMBER -> Member.read(network, serial, fields);
            case NODE -> Node.read(network, serial, fields);
            case ALLOCATION -> Allocation.read(network, serial, fields);
            case GATEWAY -> Gateway.read(network, serial, fields);
        };
        fields.end();
        return content;
    }

    /** The text of bytes in UTF-8. */
    static String text(byte[] utf8) throws RecordException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Fields.malformed("not UTF-8");
        }
    }
}
