// SPDX-License-Identifier: Apache-2.0
/** The TUN interface of Linux, and its monitor (netlink and ioctl). */
package io.culvert.engine.linux.tun;
