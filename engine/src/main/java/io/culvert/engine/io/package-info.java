/** The seam between the engine and the system: TUN, UDP, clock and random source as interfaces. */
package io.culvert.engine.io;
