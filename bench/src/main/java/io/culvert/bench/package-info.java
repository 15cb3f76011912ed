/** Benchmarks. */
package io.culvert.bench;
