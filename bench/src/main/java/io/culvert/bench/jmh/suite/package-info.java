/** The benchmarks of single parts: what JMH runs. */
package io.culvert.bench.jmh.suite;
