/** {@code culvert profile}: flame graphs of a tunnel. */
package io.culvert.bench.profile;
