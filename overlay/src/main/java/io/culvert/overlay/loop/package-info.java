// SPDX-License-Identifier: Apache-2.0
/** The one thread on which an agent lives, on real or on virtual time. */
package io.culvert.overlay.loop;
