/** The Noise_IKpsk2 handshake and the keys that come of it. */
package io.culvert.engine.noise;
