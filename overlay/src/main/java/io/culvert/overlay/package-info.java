// SPDX-License-Identifier: Apache-2.0
/** The overlay's command line. */
package io.culvert.overlay;
