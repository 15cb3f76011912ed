// SPDX-License-Identifier: Apache-2.0
/** UDP sockets of Linux: UDP_SEGMENT, UDP_GRO, sticky source addresses. */
package io.culvert.engine.linux.udp;
