// SPDX-License-Identifier: Apache-2.0
/** The results of benchmarks: runs, as JSON in {@code perf-results}. */
package io.culvert.bench.result;
