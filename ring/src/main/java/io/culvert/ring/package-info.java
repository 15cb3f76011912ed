/** io_uring, queues between threads, and slabs of buffers. */
package io.culvert.ring;
