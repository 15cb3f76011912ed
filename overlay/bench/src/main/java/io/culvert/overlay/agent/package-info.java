// SPDX-License-Identifier: Apache-2.0
/** Measures many agents in one JVM, on an etcd of its own; in the agents' package, whose classes are not public. */
package io.culvert.overlay.agent;
