/** Microbenchmarks of single parts, which JMH runs. */
package io.culvert.bench.jmh.suite;
