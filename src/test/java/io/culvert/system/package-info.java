// SPDX-License-Identifier: Apache-2.0
/** System tests: the build's own rules, and Culvert in network namespaces against real WireGuard programs. */
package io.culvert.system;
