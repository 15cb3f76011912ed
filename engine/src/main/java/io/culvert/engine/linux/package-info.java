// SPDX-License-Identifier: Apache-2.0
/** The platform on Linux: io_uring or plain system calls, the clocks and the random source. */
package io.culvert.engine.linux;
