/**
 * What {@code native-bindings/generator} made of C headers: one class for each struct, and {@code linux_h} and
 * {@code liburing_h} with the constants and functions. The names are C's.
 */
package io.culvert.natives.generated;
