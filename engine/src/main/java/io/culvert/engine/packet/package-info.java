/** IP packets in memory: headers, checksums, segmentation (TSO, USO) and coalescing (GRO). Pure functions of bytes; no I/O. */
package io.culvert.engine.packet;
