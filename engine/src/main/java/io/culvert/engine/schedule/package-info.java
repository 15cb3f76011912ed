/** Scheduling policies as pure functions of what happened and of the time that is passed in. */
package io.culvert.engine.schedule;
