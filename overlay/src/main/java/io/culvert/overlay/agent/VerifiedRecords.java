// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Gateway;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.RecordProblem;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.KeyOwners;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.Verifier;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Records of a store that is not trusted. On the loop. */
final class VerifiedRecords implements RecordVerifier {
    private final Verifier verifier;
    private final Serials serials;

    VerifiedRecords(Verifier verifier, Serials serials) {
        this.verifier = verifier;
        this.serials = serials;
    }

    @Override
    public Config config(Entry entry) throws RecordException {
        return verifier.config(entry.key(), entry.value()).content();
    }

    @Override
    public Member member(Entry entry, Config config, Instant now) throws RecordException {
        try {
            return verifier.member(entry.key(), entry.value(), config, now).content();
        } catch (RecordException e) {
            if (e.problem() != RecordProblem.NOT_YET_VALID) {
                throw e;
            }
            // The enroller's clock may be somewhat ahead.
            return verifier.member(entry.key(), entry.value(), config, now.plus(ClockCheck.TOLERANCE))
                    .content();
        }
    }

    @Override
    public Node node(Entry entry, Member member, KeyOwners owners) throws RecordException {
        return verifier.node(entry.key(), entry.value(), Optional.of(member), owners)
                .content();
    }

    @Override
    public Gateway gateway(Entry entry, Member member) throws RecordException {
        return verifier.gateway(entry.key(), entry.value(), Optional.of(member)).content();
    }

    @Override
    public void flush() throws IOException {
        serials.flush();
    }
}
