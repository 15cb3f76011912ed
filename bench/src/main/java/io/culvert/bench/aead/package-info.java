// SPDX-License-Identifier: Apache-2.0
/** {@code culvert bench aead}: trains sealed and opened by Culvert, JCE, OpenSSL and intel-ipsec-mb in one run. */
package io.culvert.bench.aead;
