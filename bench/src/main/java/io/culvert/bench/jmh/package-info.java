// SPDX-License-Identifier: Apache-2.0
/** {@code culvert bench jmh}: microbenchmarks of single parts, each with references, in JVMs of their own. */
package io.culvert.bench.jmh;
