/** System calls of Linux and liburing, with their errors. */
package io.culvert.natives.linux;
