// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.Bind;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Faults;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A platform in which a test plants a fault. Each method of each interface between the engine and the system is a named
 * place, such as {@code WorkerIo.flush}; the places are read from the interfaces, so that a new method is one by
 * itself. The fault strikes the first call of its place, on whatever thread. Thread-safe.
 */
public final class FaultyPlatform {
    /** What happens at a place. */
    public enum Kind {
        /** The call throws what it declares: an {@link IOException}. */
        REFUSAL,
        /** The call throws an exception that it does not declare. */
        EXCEPTION,
        /** The call throws an error of the JVM. */
        ERROR,
        /** The call does not return until the fault is {@linkplain #clear taken away}. */
        STOP
    }

    /** The interfaces between the engine and the system. */
    public static final List<Class<?>> SEAMS = List.of(
            Platform.class,
            WorkerIo.class,
            HandshakeIo.class,
            Clock.class,
            RandomSource.class,
            Tun.class,
            Tun.Listener.class,
            Bind.class,
            UdpPort.class,
            Aead.class);

    private final Platform platform;
    private volatile Fault planted;

    /** {@code left}: 1 until it has struck. */
    private record Fault(String place, Kind kind, AtomicInteger left, CountDownLatch end) {}

    /** A platform like another, with faults. */
    public FaultyPlatform(Platform platform) {
        this.platform = wrap(Platform.class, platform);
    }

    /** The platform to give to a device. */
    public Platform platform() {
        return platform;
    }

    /** All places, in the order of {@link #SEAMS}. */
    public static List<String> places() {
        return SEAMS.stream()
                .flatMap(seam -> methods(seam).map(method -> place(seam, method)))
                .distinct()
                .toList();
    }

    /** Whether a place can be refused, because its method declares an {@link IOException}. */
    public static boolean isRefusable(String place) {
        return SEAMS.stream()
                .flatMap(seam -> methods(seam)
                        .filter(method -> place(seam, method).equals(place))
                        .filter(method -> List.of(method.getExceptionTypes()).contains(IOException.class)))
                .findAny()
                .isPresent();
    }

    private static Stream<Method> methods(Class<?> seam) {
        return Arrays.stream(seam.getMethods())
                .filter(method -> !method.isDefault() && method.getDeclaringClass() != Object.class)
                .sorted((a, b) -> a.getName().compareTo(b.getName()));
    }

    private static String place(Class<?> seam, Method method) {
        String name = seam.getName().substring(seam.getPackageName().length() + 1);
        return name.replace('$', '.') + "." + method.getName();
    }

    /** Plants a fault in place of the last. */
    public void plant(String place, Kind kind) {
        clear();
        planted = new Fault(place, kind, new AtomicInteger(1), new CountDownLatch(1));
    }

    /** Whether the planted fault has struck. */
    public boolean hasStruck() {
        Fault fault = planted;
        return fault != null && fault.left.get() <= 0;
    }

    /** Takes the fault away; a call that it stopped goes on. */
    public void clear() {
        Fault last = planted;
        planted = null;
        if (last != null) {
            last.end.countDown();
        }
    }

    /** The same object, with faults. */
    public <T> T wrap(Class<T> seam, T target) {
        return seam.cast(Proxy.newProxyInstance(seam.getClassLoader(), new Class<?>[] {seam}, new Place(seam, target)));
    }

    private final class Place implements InvocationHandler {
        private final Class<?> seam;
        private final Object target;

        Place(Class<?> seam, Object target) {
            this.seam = seam;
            this.target = target;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getDeclaringClass() != Object.class) {
                strike(place(seam, method));
            }
            Object[] inner = arguments == null
                    ? null
                    : Arrays.stream(arguments).map(this::inward).toArray();
            try {
                return outward(method.invoke(target, inner));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** Listeners are called by the platform, so they get places; other objects of seams are its own. */
        private Object inward(Object argument) {
            if (argument instanceof Tun.Listener listener) {
                return wrap(Tun.Listener.class, listener);
            }
            boolean wrapped = argument != null && Proxy.isProxyClass(argument.getClass());
            return wrapped && Proxy.getInvocationHandler(argument) instanceof Place place ? place.target : argument;
        }

        private Object outward(Object result) {
            return switch (result) {
                case Optional<?> optional -> optional.map(this::outward);
                case WorkerIo io -> wrap(WorkerIo.class, io);
                case HandshakeIo io -> wrap(HandshakeIo.class, io);
                case Clock clock -> wrap(Clock.class, clock);
                case RandomSource random -> wrap(RandomSource.class, random);
                case Tun tun -> wrap(Tun.class, tun);
                case Bind bind -> wrap(Bind.class, bind);
                case UdpPort port -> wrap(UdpPort.class, port);
                case null, default -> result;
            };
        }
    }

    private void strike(String place) throws IOException {
        Fault fault = planted;
        if (fault == null || !fault.place.equals(place) || fault.left.getAndDecrement() != 1) {
            return;
        }
        String message = "planted in " + place;
        switch (fault.kind) {
            case REFUSAL -> throw new IOException(message);
            case EXCEPTION -> throw new IllegalStateException(message);
            case ERROR -> throw new InternalError(message);
            default -> Faults.stopUntil(fault.end);
        }
    }
}
