// SPDX-License-Identifier: Apache-2.0
/**
 * WireGuard's cross-platform userspace API (https://www.wireguard.com/xplatform/): its socket, requests and answers.
 */
package io.culvert.daemon.uapi;
