// SPDX-License-Identifier: Apache-2.0
/** Scheduling policies. Their only inputs are events and the time that callers pass in. */
package io.culvert.engine.schedule;
