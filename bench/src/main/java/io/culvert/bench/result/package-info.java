/** What benchmarks leave behind: runs, as JSON in {@code perf-results}, for reports, histories and the regression gate to read. */
package io.culvert.bench.result;
