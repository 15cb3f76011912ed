// SPDX-License-Identifier: Apache-2.0
/** Reports of runs: tables for the terminal, a page of HTML for each run, plots, and an index with the history. */
package io.culvert.bench.report;
