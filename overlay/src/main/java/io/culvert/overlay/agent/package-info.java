// SPDX-License-Identifier: Apache-2.0
/**
 * The agent of a node: it keeps the peers of a WireGuard interface as the network's records have them, and goes on from
 * its snapshot while the store cannot be reached.
 */
package io.culvert.overlay.agent;
