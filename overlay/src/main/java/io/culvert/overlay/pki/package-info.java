// SPDX-License-Identifier: Apache-2.0
/** Certificates for a network that is tried out. */
package io.culvert.overlay.pki;
