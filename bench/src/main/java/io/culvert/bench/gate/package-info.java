// SPDX-License-Identifier: Apache-2.0
/**
 * The regression gate: compares ratios of Culvert to other implementations, measured side by side in one run, with
 * those that a baseline has for this class of machine. Absolute figures are not compared.
 */
package io.culvert.bench.gate;
