// SPDX-License-Identifier: Apache-2.0
/**
 * Simulations of whole networks of devices, each drawn from a seed: who takes the next turn, what the network does,
 * what the system refuses, and what happens to the hosts. Invariants are checked all the time.
 */
package io.culvert.engine.testkit.seeded;
