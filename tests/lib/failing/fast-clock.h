/* SPDX-License-Identifier: MIT */

/* A clock that runs fast for the library, so that tests need not wait for its
 * pauses.  A program linked with $(fast_clock_ldflags) has the library's
 * calls come to fast-clock.c; one that wraps poll for more than this calls
 * fast_ms. */

#ifndef FAST_CLOCK_H
#define FAST_CLOCK_H

/* How many times as fast it is. */
#define CLOCK_SPEED 50

/* Let so much time pass at once. */
extern void fast_forward (int ms);

/* How long a time of the library really is, in milliseconds. */
extern int fast_ms (int timeout_ms);

#endif /* FAST_CLOCK_H */
