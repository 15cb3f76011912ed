// SPDX-License-Identifier: Apache-2.0
/** Events for Java Flight Recorder. */
package io.culvert.daemon.flight;
