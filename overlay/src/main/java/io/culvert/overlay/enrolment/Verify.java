// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.command.StoreSession;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.store.Listing;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.Verifier;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks all records of a network. */
@Command(
        name = "verify",
        description = {
            "Checks each record of the network NET in etcd as a node does, and names those that are refused.",
            "On the enroller's machine it also knows the serials that this machine has seen.",
            "Its exit status is 1 if a record is refused."
        },
        mixinStandardHelpOptions = true)
public final class Verify implements Callable<Integer> {
    @Mixin
    private NetworkOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        NetworkFile file = options.file();
        boolean isEnroller = Files.exists(options.directory().enrolmentKey());
        Serials serials = isEnroller ? Serials.open(options.directory().enrollerSerials()) : Serials.inMemory();
        Verifier verifier = new Verifier(file.network(), file.enrolmentKeys(), serials);
        try (StoreSession session = StoreSession.open(file, options.directory())) {
            Listing listing = session.await(() -> Listing.of(session.store(), Keys.network(file.network()), false));
            Review review = Review.of(file.network(), verifier, listing.entries(), Instant.now());
            PrintWriter out = spec.commandLine().getOut();
            review.findings().forEach(out::println);
            out.println(review.summary() + " (revision " + listing.revision() + " of etcd)");
            if (isEnroller) {
                serials.flush();
            }
            return review.findings().isEmpty() ? 0 : 1;
        }
    }
}
