// SPDX-License-Identifier: Apache-2.0
/** What running interfaces say of themselves: {@code culvert status}. */
package io.culvert.daemon.status;
