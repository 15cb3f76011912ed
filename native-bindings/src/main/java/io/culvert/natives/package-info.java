/** System calls, kernel structures and raw memory, as thin as they can be; nothing here knows of WireGuard. */
package io.culvert.natives;
