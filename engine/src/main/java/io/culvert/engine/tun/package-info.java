/** The tunnel interface and its offloads: virtio-net headers, segmentation and coalescing. */
package io.culvert.engine.tun;
