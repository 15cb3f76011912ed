/** io_uring, work rings, ordered queues and slabs: how trains move between threads and the kernel. */
package io.culvert.ring;
