// SPDX-License-Identifier: Apache-2.0
/** io_uring, queues between threads, and slabs of buffers. */
package io.culvert.ring;
