/** Child JVMs, and an orderly end on signals. */
package io.culvert.bench.process;
