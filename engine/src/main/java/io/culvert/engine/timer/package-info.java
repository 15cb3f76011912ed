// SPDX-License-Identifier: Apache-2.0
/** The five timers of a peer (the kernel's timers.c). */
package io.culvert.engine.timer;
