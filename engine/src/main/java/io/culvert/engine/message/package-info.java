/** WireGuard's wire formats, read and written in place, and the protocol's constants. */
package io.culvert.engine.message;
