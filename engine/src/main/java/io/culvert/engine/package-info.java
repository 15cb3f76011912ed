/** What the engine needs from the world it runs in. */
package io.culvert.engine;
