/** What the program tells of itself to Prometheus and the like. */
package io.culvert.daemon.metrics;
