// SPDX-License-Identifier: Apache-2.0
/**
 * The self-traffic warm-up: behind a daemon that serves, two devices of its own exchange traffic until the JIT
 * compilers have compiled the data path, or until the tunnel carries traffic.
 */
package io.culvert.daemon.warmup;
