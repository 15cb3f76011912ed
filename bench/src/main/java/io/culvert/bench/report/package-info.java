/** What people look at: a page of HTML for each run, plots for the README, and an index with the history. */
package io.culvert.bench.report;
