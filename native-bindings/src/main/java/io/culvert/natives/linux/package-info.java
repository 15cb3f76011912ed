// SPDX-License-Identifier: Apache-2.0
/** System calls of Linux and liburing, with their errors. */
package io.culvert.natives.linux;
