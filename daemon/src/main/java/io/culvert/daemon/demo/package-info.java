// SPDX-License-Identifier: Apache-2.0
/** {@code culvert demo}: runs tunnels between two network namespaces and measures them. */
package io.culvert.daemon.demo;
