// SPDX-License-Identifier: Apache-2.0
/** IP packets in memory: headers, checksums, segmentation (TSO, USO) and coalescing (GRO). No I/O. */
package io.culvert.engine.packet;
