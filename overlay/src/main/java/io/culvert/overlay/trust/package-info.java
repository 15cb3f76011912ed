// SPDX-License-Identifier: Apache-2.0
/** Whom a node believes: pinned enrolment keys, signatures, and serials that only rise. */
package io.culvert.overlay.trust;
