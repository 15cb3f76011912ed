/** The command line, the UAPI socket and the life of the process. */
package io.culvert.daemon;
