/** Which peer a packet, a key or an index belongs to. */
package io.culvert.engine.routing;
