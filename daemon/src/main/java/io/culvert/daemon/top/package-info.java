// SPDX-License-Identifier: Apache-2.0
/** What running interfaces carry from moment to moment: {@code culvert top}. */
package io.culvert.daemon.top;
