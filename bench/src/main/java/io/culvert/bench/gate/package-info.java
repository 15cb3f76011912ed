// SPDX-License-Identifier: Apache-2.0
/**
 * The regression gate. It compares ratios, not absolute figures: of this build to that of another commit, measured in
 * turn ({@link io.culvert.bench.gate.Against}), or of Culvert to other implementations with those that a baseline has
 * for this class of machine ({@link io.culvert.bench.gate.Gate}).
 */
package io.culvert.bench.gate;
