// SPDX-License-Identifier: Apache-2.0
/** WireGuard's wire formats, read and written in place, and the protocol's constants. */
package io.culvert.engine.message;
