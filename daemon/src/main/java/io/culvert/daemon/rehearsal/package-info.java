/**
 * Real traffic between two devices of this process, where nobody sees it, until the JVM has compiled what carries it.
 */
package io.culvert.daemon.rehearsal;
