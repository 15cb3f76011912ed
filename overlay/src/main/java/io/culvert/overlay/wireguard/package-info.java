// SPDX-License-Identifier: Apache-2.0
/** Drives a WireGuard interface of any implementation: by the cross-platform UAPI, and by {@code ip}. */
package io.culvert.overlay.wireguard;
