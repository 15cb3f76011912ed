// SPDX-License-Identifier: Apache-2.0
/** {@code culvert soak}: carries traffic for a long time while faults come, and says what became of it. */
package io.culvert.daemon.soak;
