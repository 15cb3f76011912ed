// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jdk.incubator.vector.IntVector;

/**
 * Makes {@link Aead} instances and selects the implementation behind them. A process makes one and hands it on.
 *
 * <p>OpenSSL serves first, or JCE where libcrypto cannot be used. The warm-up ({@link #warmUp()}) runs the vector
 * kernels in the background until C2 has compiled them. Then all instances, old and new, switch to them, each at its
 * next train. {@link AeadChoice} restricts this.
 *
 * <p>Several of these may warm up in one JVM, also at the same time: kernels have no state, compiler directives and
 * operator profiles are installed once for the JVM under a lock, and compiled code is shared, so that a later warm-up
 * takes less time. Kernels of both widths in one JVM are correct but slower: they share the type profiles of the Vector
 * API's methods.
 *
 * <p>Thread-safe. The warm-up thread alone writes {@code kernels} and {@code lastChange}, all threads read them. The
 * volatile write of {@code kernels} publishes kernels that the writer has run and found correct.
 */
public final class Aeads {
    private static final System.Logger LOG = System.getLogger(Aeads.class.getName());

    static final String JCE = "jce";
    static final String OPENSSL = "openssl";

    private final AeadChoice choice;
    private final Supplier<Optional<String>> opensslUnavailable;
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean started = new AtomicBoolean();
    /** Completed by the warm-up thread, or by the caller of {@link #warmUp()} when no kernels are to be tried. */
    private final CompletableFuture<Void> warmedUp = new CompletableFuture<>();

    private volatile Kernels kernels;
    private volatile ChangeOver lastChange;

    /**
     * The switch to the vector kernels.
     *
     * @param implementation the implementation from then on
     * @param after time from the start of the warm-up
     * @param former the implementation before
     * @param timesFormer speed of the warm-up's trains, sealing and opening, as a multiple of the former's
     */
    public record ChangeOver(String implementation, Duration after, String former, double timesFormer) {}

    /**
     * Uses the implementations that {@code choice} allows.
     *
     * @throws IllegalArgumentException when {@code choice} is OpenSSL and libcrypto cannot be used, or a width and the
     *     Vector API cannot; the message says why
     */
    public Aeads(AeadChoice choice) {
        this(choice, OpensslAead::unavailableReason);
    }

    /** For tests: with the reason why OpenSSL cannot be used, if any. */
    Aeads(AeadChoice choice, Supplier<Optional<String>> opensslUnavailable) {
        this.choice = choice;
        this.opensslUnavailable = opensslUnavailable;
        if (choice == AeadChoice.VECTOR_512 || choice == AeadChoice.VECTOR_256) {
            kernelsUnavailableReason().ifPresent(reason -> {
                throw new IllegalArgumentException("the vector kernels cannot be used: " + reason);
            });
        }
        if (choice == AeadChoice.OPENSSL) {
            opensslUnavailable.get().ifPresent(reason -> {
                throw new IllegalArgumentException("OpenSSL cannot be used: " + reason);
            });
        }
    }

    /**
     * Why the Vector API cannot be used; empty if it can. A JVM has its module, an incubator module, only if it was
     * started with it, or lets it be loaded; see {@link VectorModule}. The first call takes some milliseconds.
     */
    public static Optional<String> kernelsUnavailableReason() {
        return VectorModule.unavailableReason();
    }

    /** Makes an instance for one thread, and starts the warm-up unless it was started before. */
    public Aead create() {
        warmUp();
        return new ServingAead(this, createFirst());
    }

    /**
     * Starts the warm-up, once: a daemon thread that takes at most two thirds of one core's time (the compiler's
     * threads take some two seconds more) and ends within {@value WarmUp#BUDGET_SECONDS} s of its own CPU time.
     */
    public void warmUp() {
        if (choice == AeadChoice.OPENSSL || choice == AeadChoice.JCE) {
            warmedUp.complete(null);
        } else if (started.compareAndSet(false, true)) {
            Thread thread = new Thread(this::runWarmUp, "culvert-aead-warm-up");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.start();
        }
    }

    private void runWarmUp() {
        try {
            new WarmUp(candidates(), choice != AeadChoice.AUTO, this::createFirst, this::changeOver).run();
        } catch (RuntimeException | Error e) {
            // It ends this thread alone: the implementation in use goes on.
            LOG.log(System.Logger.Level.ERROR, "the warm-up failed; " + implementation() + " serves", e);
        } finally {
            warmedUp.complete(null);
        }
    }

    /** Completes when the warm-up has ended, whether or not the kernels serve then. */
    public CompletableFuture<Void> warmedUp() {
        return warmedUp.copy();
    }

    /** The implementation in use: {@code vector-512}, {@code vector-256}, {@code openssl} or {@code jce}. */
    public String implementation() {
        Kernels serving = kernels;
        return serving == null ? first() : serving.implementation();
    }

    /** Registers a listener for the name of a new implementation; it is called on the warm-up thread. */
    public void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** The switch to the kernels; empty before it. */
    public Optional<ChangeOver> lastChange() {
        return Optional.ofNullable(lastChange);
    }

    /** The kernels in use, or null while the first implementation serves. */
    Kernels kernels() {
        return kernels;
    }

    /** A new instance of the first implementation. */
    private Aead createFirst() {
        return first().equals(JCE) ? new JceAead() : new OpensslAead();
    }

    /** The implementation in use until the kernels serve. */
    private String first() {
        return choice == AeadChoice.JCE || opensslUnavailable.get().isPresent() ? JCE : OPENSSL;
    }

    /** The kernels to try, in this order. */
    List<Kernels> candidates() {
        return switch (choice) {
            case AUTO -> isX86() ? automatic() : List.of();
            case VECTOR_512 -> List.of(new Kernels512());
            case VECTOR_256 -> List.of(new Kernels256());
            case OPENSSL, JCE -> List.of();
        };
    }

    private List<Kernels> automatic() {
        return kernelsUnavailableReason().map(this::withoutKernels).orElseGet(Aeads::preferred);
    }

    /**
     * Whether the kernels may be chosen: they were measured on x86-64 only, while OpenSSL has code for NEON. The
     * property is read each time, for tests.
     */
    private static boolean isX86() {
        return System.getProperty("os.arch").equals("amd64");
    }

    private List<Kernels> withoutKernels(String reason) {
        LOG.log(System.Logger.Level.WARNING, "{0} encrypts, slower than the vector kernels: {1}", first(), reason);
        return List.of();
    }

    /**
     * Kernels wider than the JVM's preferred species would run on emulated vectors, fifty times slower than JCE. The
     * narrower kernels come second and are tried only if the wider fail: both in one JVM mix the type profiles of the
     * Vector API's shared methods, which costs C2 its precise types.
     */
    private static List<Kernels> preferred() {
        return switch (IntVector.SPECIES_PREFERRED.vectorBitSize()) {
            case 512 -> List.of(new Kernels512(), new Kernels256());
            case 256 -> List.of(new Kernels256());
            default -> List.of();
        };
    }

    /** Publishes kernels to all instances; the warm-up thread calls it. */
    void changeOver(Kernels chosen, ChangeOver change) {
        lastChange = change;
        kernels = chosen;
        for (Consumer<String> listener : listeners) {
            listener.accept(chosen.implementation());
        }
    }
}
