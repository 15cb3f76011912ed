// SPDX-License-Identifier: Apache-2.0
/** Who gets which index of a pool. */
package io.culvert.overlay.ipam;
