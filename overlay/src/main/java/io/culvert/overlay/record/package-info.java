// SPDX-License-Identifier: Apache-2.0
/** The records of an overlay in the store: their types, their JSON, and what can be wrong with one. */
package io.culvert.overlay.record;
