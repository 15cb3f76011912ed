// SPDX-License-Identifier: Apache-2.0
/** The command line, the settings and the life cycle of the daemon. */
package io.culvert.daemon;
