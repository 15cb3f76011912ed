/** {@code culvert demo}: tunnels between two network namespaces, tried and measured. */
package io.culvert.daemon.demo;
