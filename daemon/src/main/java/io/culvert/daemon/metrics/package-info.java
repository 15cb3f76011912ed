// SPDX-License-Identifier: Apache-2.0
/** Metrics for Prometheus, and the HTTP server for them. */
package io.culvert.daemon.metrics;
