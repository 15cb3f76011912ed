// SPDX-License-Identifier: Apache-2.0
/**
 * Who has whom as a peer, and with which prefixes: pure functions of the network's configuration and its nodes. Each
 * node computes its own peers; with the same input, what two nodes compute fits together.
 */
package io.culvert.overlay.topology;
