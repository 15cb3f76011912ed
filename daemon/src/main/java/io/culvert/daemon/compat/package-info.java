/** Old names that are still understood. */
package io.culvert.daemon.compat;
