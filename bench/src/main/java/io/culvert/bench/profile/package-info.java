/** {@code culvert profile}: where a tunnel's time goes, as flame graphs. */
package io.culvert.bench.profile;
