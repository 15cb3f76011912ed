// SPDX-License-Identifier: Apache-2.0
/** Finds the peer of an inner address, of a public key, and of a receiver index. */
package io.culvert.engine.routing;
