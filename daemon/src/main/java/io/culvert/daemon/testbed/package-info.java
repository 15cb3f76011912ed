// SPDX-License-Identifier: Apache-2.0
/** Network namespaces, and drivers of programs that run in them: for the demo, the benchmarks and the system tests. */
package io.culvert.daemon.testbed;
