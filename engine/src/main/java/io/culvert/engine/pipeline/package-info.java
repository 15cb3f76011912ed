// SPDX-License-Identifier: Apache-2.0
/** Trains of packets, and the workers that carry them from the TUN to the network and back. */
package io.culvert.engine.pipeline;
