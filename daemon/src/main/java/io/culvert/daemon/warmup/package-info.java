// SPDX-License-Identifier: Apache-2.0
/**
 * The self-traffic warm-up: before the daemon serves, two devices of its own exchange traffic in private network
 * namespaces until the JIT compilers have compiled the data path.
 */
package io.culvert.daemon.warmup;
