/* SPDX-License-Identifier: MIT */

/* A clock that runs fast for the library, so that tests need not wait for the
 * library's pauses.  In a program linked with $(fast_clock_ldflags), the
 * library's calls come to fast-clock.c.  A program that wraps poll for another
 * purpose as well calls fast_ms. */

#ifndef FAST_CLOCK_H
#define FAST_CLOCK_H

/* How many times faster the clock is. */
#define CLOCK_SPEED 50

/* Skip this many milliseconds. */
extern void fast_forward (int ms);

/* How many real milliseconds a timeout of the library takes. */
extern int fast_ms (int timeout_ms);

#endif /* FAST_CLOCK_H */
