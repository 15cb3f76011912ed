/**
 * {@code culvert bench}: tunnels between two network namespaces, Culvert's and others', measured in interleaved rounds. Read the
 * ratios: what disturbs the machine disturbs all of them.
 */
package io.culvert.bench.endtoend;
