// SPDX-License-Identifier: Apache-2.0
/** The Noise_IKpsk2 handshake and the session keys that it derives. */
package io.culvert.engine.noise;
