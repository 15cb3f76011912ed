// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.record.Contents;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.Role;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/** Whether records make a client a member of the network. Each is parsed once. Any thread may ask. */
final class Members {
    /** By the record itself, not by what it holds: arrays have no other equality. It goes with the replica's entry. */
    private final Map<byte[], Instant> ends = Collections.synchronizedMap(new WeakHashMap<>());

    /** The record is not verified: it decides on who may read here, and whoever can forge it can read the store. */
    boolean isMember(byte[] record, Instant now) {
        return now.isBefore(ends.computeIfAbsent(record, Members::end));
    }

    /** When the membership ends; a record that gives none has ended long ago. */
    private static Instant end(byte[] record) {
        try {
            Member member =
                    (Member) Contents.parse(Kind.MEMBER, Envelope.decode(record).signed());
            return member.role() == Role.REVOKED ? Instant.MIN : member.notAfter();
        } catch (RecordException e) {
            return Instant.MIN;
        }
    }
}
