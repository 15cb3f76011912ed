/**
 * The regression gate: ratios of Culvert to others, measured side by side in this run, compared with those that a baseline expects of
 * this class of machine. Absolute figures decide nothing.
 */
package io.culvert.bench.gate;
