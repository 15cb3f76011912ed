/** What makes the tunnels that are measured: programs and kernels, how they are installed, started and configured. */
package io.culvert.bench.endtoend.contender;
