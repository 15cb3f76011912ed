// SPDX-License-Identifier: Apache-2.0
/** ChaCha20-Poly1305 (RFC 8439) over trains of packets. */
package io.culvert.crypto;
