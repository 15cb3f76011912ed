// SPDX-License-Identifier: Apache-2.0
/** The enroller's commands: who makes networks and memberships. */
package io.culvert.overlay.enrolment;
