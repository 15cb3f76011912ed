// SPDX-License-Identifier: Apache-2.0
/** A generator of UDP traffic between two namespaces, and what it measures: loss, round trips, jitter. */
package io.culvert.bench.endtoend.traffic;
