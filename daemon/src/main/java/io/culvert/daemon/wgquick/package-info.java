// SPDX-License-Identifier: Apache-2.0
/** The commands up, down and reload, which set up an interface by a file of wg-quick(8). */
package io.culvert.daemon.wgquick;
