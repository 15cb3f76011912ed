// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import io.culvert.overlay.trust.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Replaces the enrolment key, in two steps. */
@Command(
        name = "rotate",
        description = {
            "Replaces the network's enrolment key, in two steps.",
            "First: makes the next key and pins it beside the present one in network.json. Give that file to all"
                    + " nodes, by the way they got it at first: the store is not believed about keys.",
            "Then, with --finish: signs everything by the next key, and takes the old one out of use."
        },
        mixinStandardHelpOptions = true)
public final class Rotate implements Callable<Integer> {
    @Mixin
    private NetworkOptions options;

    @Option(names = "--finish", description = "The second step, when all nodes have the new network.json.")
    private boolean finish;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return finish ? finish() : begin();
    }

    private int begin() throws Exception {
        NodeDirectory directory = options.directory();
        NetworkFile before = options.file();
        if (!Files.exists(directory.enrolmentKey())) {
            throw new IOException("there is no " + directory.enrolmentKey() + ": run this on the enroller's machine");
        }
        if (!Files.exists(directory.nextEnrolmentKey())) {
            SigningKey.generate().write(directory.nextEnrolmentKey());
        }
        SigningKey present = SigningKey.read(directory.enrolmentKey());
        Key next = SigningKey.read(directory.nextEnrolmentKey()).publicKey();
        List<Key> both = List.of(present.publicKey(), next);
        before.withKeys(both).write(directory.network());
        try (Enroller enroller = Enroller.open(options)) {
            publish(enroller, enroller.registry(present), both);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("The next enrolment key is " + next + ". Give " + directory.network()
                + " (its enrolment_keys) to all nodes, and then run this again with --finish.");
        return 0;
    }

    private static void publish(Enroller enroller, Registry registry, List<Key> keys) throws Exception {
        Config config = enroller.config(registry);
        if (!config.enrolmentKeys().equals(keys)) {
            Config wanted = new Config(config.network(), 1, config.pools(), config.topology(), config.limits(), keys);
            enroller.ask(registry, asked -> asked.publish(wanted, true));
        }
    }

    private int finish() throws Exception {
        NodeDirectory directory = options.directory();
        if (!Files.exists(directory.nextEnrolmentKey())) {
            throw new IOException("there is no " + directory.nextEnrolmentKey()
                    + ": the key is not being rotated; begin without --finish");
        }
        SigningKey next = SigningKey.read(directory.nextEnrolmentKey());
        int signed = 0;
        try (Enroller enroller = Enroller.open(options)) {
            Registry registry = enroller.registry(next);
            Config config = enroller.config(registry);
            for (Entry entry : enroller.members()) {
                signed += sign(enroller, registry, config, entry, next.publicKey()) ? 1 : 0;
            }
            publish(enroller, registry, List.of(next.publicKey()));
        }
        options.file().withKeys(List.of(next.publicKey())).write(directory.network());
        Files.move(
                directory.nextEnrolmentKey(),
                directory.enrolmentKey(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        spec.commandLine()
                .getOut()
                .println(signed + " memberships were signed by " + next.publicKey()
                        + ", now the network's only enrolment key. Give " + directory.network()
                        + " to all nodes, so that they no longer believe the old one.");
        return 0;
    }

    private static boolean sign(Enroller enroller, Registry registry, Config config, Entry entry, Key next)
            throws Exception {
        Optional<Member> member = registry.read(config, entry);
        if (member.isEmpty() || signer(entry).equals(Optional.of(next))) {
            return false;
        }
        enroller.ask(registry, asked -> asked.change(config, member.get().name(), Registry.Change.SIGN));
        return true;
    }

    private static Optional<Key> signer(Entry entry) {
        try {
            return Optional.of(Envelope.decode(entry.value()).signer());
        } catch (RecordException e) {
            return Optional.empty();
        }
    }
}
