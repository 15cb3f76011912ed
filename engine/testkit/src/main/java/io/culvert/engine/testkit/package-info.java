// SPDX-License-Identifier: Apache-2.0
/**
 * The platform in memory: devices without a kernel, for the engine's tests, the JMH benchmarks and the performance
 * gate.
 *
 * <ul>
 *   <li>{@link io.culvert.engine.testkit.Simulation}: devices in one thread and in virtual time, whose I/O
 *       {@link io.culvert.engine.testkit.CheckedIo} checks.
 *   <li>{@link io.culvert.engine.testkit.MemoryPlatform#unchecked}: the same platform without checks and allocation,
 *       for measurements; a {@link io.culvert.engine.testkit.Transport} supplies and takes the packets.
 * </ul>
 */
package io.culvert.engine.testkit;
