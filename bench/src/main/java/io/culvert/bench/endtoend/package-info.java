// SPDX-License-Identifier: Apache-2.0
/**
 * {@code culvert bench}: tunnels of Culvert and others between two network namespaces, measured in interleaved rounds.
 */
package io.culvert.bench.endtoend;
