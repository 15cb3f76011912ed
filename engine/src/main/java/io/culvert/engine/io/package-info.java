// SPDX-License-Identifier: Apache-2.0
/** The interfaces between the engine and the system: TUN, UDP, clock and random source. */
package io.culvert.engine.io;
