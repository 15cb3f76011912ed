/** Metrics for Prometheus, and the HTTP server for them. */
package io.culvert.daemon.metrics;
