/** How fast trains are sealed and opened, against JCE and OpenSSL on the same machine in the same run. */
package io.culvert.bench.aead;
