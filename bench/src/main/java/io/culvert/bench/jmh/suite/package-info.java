// SPDX-License-Identifier: Apache-2.0
/** Microbenchmarks of single parts, which JMH runs. */
package io.culvert.bench.jmh.suite;
