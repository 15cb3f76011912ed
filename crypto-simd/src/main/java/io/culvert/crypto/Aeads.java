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
 * Where {@link Aead} instances come from, and which implementation serves behind them.
 *
 * <p>OpenSSL serves from the start where its libcrypto is, else JCE. A warm-up ({@link #warmUp()}) makes the vector kernels fast in
 * the background and then changes over, in all instances, old and new, each at its next train. The property {@code culvert.aead}
 * says what may serve:
 *
 * <ul>
 *   <li>{@code auto} (the default): the widest kernels that this CPU and JVM run faster than what served first, else that;
 *   <li>{@code vector-512}, {@code vector-256}: these, after the warm-up, however fast they are;
 *   <li>{@code openssl}, {@code jce}: this for good.
 * </ul>
 *
 * <p>Thread-safe. {@code kernels} and {@code lastChange} are written by the warm-up thread alone and read by all; the
 * volatile write of the former publishes kernels that the writer has run and found correct.
 */
public final class Aeads {
    /** The name of the property that forces an implementation. */
    public static final String PROPERTY = "culvert.aead";

    static final String JCE = "jce";
    static final String OPENSSL = "openssl";

    private static final List<Consumer<String>> LISTENERS = new CopyOnWriteArrayList<>();
    private static final AtomicBoolean STARTED = new AtomicBoolean();
    /** Completed by the warm-up's thread, or by whoever finds that there is nothing to warm up. */
    private static final CompletableFuture<Void> WARMED_UP = new CompletableFuture<>();

    private static volatile Kernels kernels;
    private static volatile ChangeOver lastChange;

    /**
     * How the vector kernels took over.
     *
     * @param implementation what serves since
     * @param after how long after the start of the warm-up
     * @param former what served before
     * @param timesFormer how many times as fast as that the warm-up's trains together were sealed and opened
     */
    public record ChangeOver(String implementation, Duration after, String former, double timesFormer) {}

    private Aeads() {}

    /**
     * A new instance for one thread; the first starts the warm-up.
     *
     * @throws IllegalArgumentException as {@link #warmUp()}
     */
    public static Aead create() {
        warmUp();
        return new ServingAead(first());
    }

    /**
     * Starts the warm-up, unless that was done before: a daemon thread that takes at most two thirds of one core's time (the
     * compiler's threads take some two seconds more) and ends within {@value WarmUp#BUDGET_SECONDS} s of its own CPU
     * time.
     *
     * @throws IllegalArgumentException when the property {@code culvert.aead} has a value that is not one of those above, or is
     *     {@code openssl} where OpenSSL cannot serve
     */
    public static void warmUp() {
        List<Kernels> candidates = candidates(property(), OpensslAead::whyNot);
        if (candidates.isEmpty()) {
            WARMED_UP.complete(null);
        } else if (STARTED.compareAndSet(false, true)) {
            boolean forced = !property().equals("auto");
            WarmUp warmUp = new WarmUp(candidates, forced, Aeads::first, Aeads::changeOver);
            Thread thread = new Thread(() -> warmUp(warmUp), "culvert-aead-warm-up");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.start();
        }
    }

    private static void warmUp(WarmUp warmUp) {
        try {
            warmUp.run();
        } finally {
            WARMED_UP.complete(null);
        }
    }

    /** Completed when the warm-up has ended, whatever serves since, or when it turns out that there is none. */
    public static CompletableFuture<Void> warmedUp() {
        return WARMED_UP.copy();
    }

    /** Which implementation serves: {@code vector-512}, {@code vector-256}, {@code openssl} or {@code jce}. */
    public static String implementation() {
        Kernels serving = kernels;
        return serving == null ? first(property(), OpensslAead::whyNot) : serving.implementation();
    }

    /** Has {@code listener} called, on the warm-up's thread, with the name of the implementation that begins to serve. */
    public static void onChange(Consumer<String> listener) {
        LISTENERS.add(listener);
    }

    /** How the kernels that serve took over; empty while what came first serves. */
    public static Optional<ChangeOver> lastChange() {
        return Optional.ofNullable(lastChange);
    }

    /** The kernels that serve, or null for what came first. */
    static Kernels kernels() {
        return kernels;
    }

    private static String property() {
        return System.getProperty(PROPERTY, "auto");
    }

    /** A new instance of what serves until kernels do. */
    private static Aead first() {
        return first(property(), OpensslAead::whyNot).equals(JCE) ? new JceAead() : new OpensslAead();
    }

    /**
     * What serves until kernels do.
     *
     * @param whyNotOpenssl why OpenSSL cannot, if so
     */
    static String first(String property, Supplier<Optional<String>> whyNotOpenssl) {
        return property.equals(JCE) || whyNotOpenssl.get().isPresent() ? JCE : OPENSSL;
    }

    /** The kernels to try, in this order; the parameters are those of {@link #first(String, Supplier)}. */
    static List<Kernels> candidates(String property, Supplier<Optional<String>> whyNotOpenssl) {
        return switch (property) {
            case "auto" -> preferred();
            case "vector-512" -> List.of(new Kernels512());
            case "vector-256" -> List.of(new Kernels256());
            case JCE -> List.of();
            case OPENSSL -> {
                whyNotOpenssl.get().ifPresent(reason -> {
                    throw new IllegalArgumentException(
                            "-D" + PROPERTY + "=openssl, but OpenSSL cannot serve: " + reason);
                });
                yield List.of();
            }
            default ->
                throw new IllegalArgumentException(
                        "-D" + PROPERTY + " is auto, vector-512, vector-256, openssl or jce, not " + property);
        };
    }

    /**
     * Kernels wider than what the JVM prefers would run on emulated vectors, fifty times slower than JCE. The narrower
     * ones come second and are tried only where the wider disappoint: running both in one JVM mixes the type profiles of
     * the Vector API's shared methods, which costs C2 its precise types.
     */
    private static List<Kernels> preferred() {
        return switch (IntVector.SPECIES_PREFERRED.vectorBitSize()) {
            case 512 -> List.of(new Kernels512(), new Kernels256());
            case 256 -> List.of(new Kernels256());
            default -> List.of();
        };
    }

    /** Has {@code chosen} serve from now on; for the warm-up. */
    static void changeOver(Kernels chosen, ChangeOver change) {
        lastChange = change;
        kernels = chosen;
        for (Consumer<String> listener : LISTENERS) {
            listener.accept(chosen.implementation());
        }
    }
}
