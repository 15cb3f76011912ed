// SPDX-License-Identifier: Apache-2.0
/** Configuration files of wg-quick(8) and wg(8): parsed whole, with line numbers, and written. */
package io.culvert.daemon.wgquick.config;
