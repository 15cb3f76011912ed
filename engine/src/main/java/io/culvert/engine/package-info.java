// SPDX-License-Identifier: Apache-2.0
/**
 * WireGuard tunnels for Java programs. {@link io.culvert.engine.Tunnel#builder} begins one; its inner packets pass an
 * interface of the system or a {@link io.culvert.engine.PacketDevice} of the program, its datagrams UDP sockets or a
 * {@link io.culvert.engine.DatagramTransport} of the program.
 *
 * <p>It needs Linux on x86-64, and a JVM that was started with {@code --enable-native-access} and, for the fast cipher
 * on the class path, {@code --add-modules jdk.incubator.vector}.
 */
package io.culvert.engine;
