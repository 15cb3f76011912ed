/** UDP endpoints and ports. */
package io.culvert.engine.udp;
