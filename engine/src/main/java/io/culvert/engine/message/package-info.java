/** WireGuard's wire formats, read and written in place, and the constants of the protocol. */
package io.culvert.engine.message;
