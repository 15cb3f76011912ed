// SPDX-License-Identifier: Apache-2.0
/**
 * {@code culvert doctor}: checks of what a tunnel depends on. Each is a pure function of {@link
 * io.culvert.daemon.doctor.Host}.
 */
package io.culvert.daemon.doctor;
