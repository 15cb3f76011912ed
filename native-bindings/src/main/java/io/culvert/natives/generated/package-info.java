/**
 * Generated from C headers by {@code native-bindings/generator}: one class for each struct, and {@code linux_h} and
 * {@code liburing_h} with constants and functions. The names are C's.
 */
package io.culvert.natives.generated;
