// SPDX-License-Identifier: Apache-2.0
/** {@code culvert bench aead}: trains sealed and opened by Culvert, JCE and OpenSSL, on one machine in one run. */
package io.culvert.bench.aead;
