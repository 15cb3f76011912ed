// SPDX-License-Identifier: Apache-2.0
/** What all commands of the overlay share. */
package io.culvert.overlay.command;
