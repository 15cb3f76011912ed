/** What the demo and the benchmarks run in: two network namespaces, and other programs. */
package io.culvert.daemon.testbed;
