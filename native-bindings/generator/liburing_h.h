// SPDX-License-Identifier: Apache-2.0
/* The headers of liburing_h and its structs: liburing 2.3 or later, and constants newer than 2.3. */
#include <liburing.h>

/*
 * Kernel interface (include/uapi/linux/io_uring.h) newer than liburing 2.3 and Linux 6.1's headers; these numbers
 * never change. With newer headers the macro repeats the enumerator's value.
 */
#define IORING_SETUP_NO_SQARRAY (1U << 16) /* Linux 6.6 */
#define IORING_FEAT_MIN_TIMEOUT (1U << 15) /* Linux 6.12: pad of io_uring_getevents_arg is min_wait_usec */
