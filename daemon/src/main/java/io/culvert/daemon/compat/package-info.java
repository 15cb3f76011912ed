// SPDX-License-Identifier: Apache-2.0
/** Old names that are still understood. */
package io.culvert.daemon.compat;
