/** The cross-platform UAPI of WireGuard: its socket, its requests and its answers. */
package io.culvert.daemon.uapi;
