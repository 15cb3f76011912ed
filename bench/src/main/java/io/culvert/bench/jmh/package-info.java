/** Benchmarks of single parts, each beside what it is to be compared with, in JVMs of their own by JMH. */
package io.culvert.bench.jmh;
