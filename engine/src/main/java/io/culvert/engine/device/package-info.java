// SPDX-License-Identifier: Apache-2.0
/** Devices, their peers, and their configuration as immutable snapshots. */
package io.culvert.engine.device;
