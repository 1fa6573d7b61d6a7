/* SPDX-License-Identifier: MIT */
/* Included before every file of a library that measures its coverage. */

#ifndef COVER_H
#define COVER_H

/* Called for each step of the machine: from a state, by an event or
 * NBDI_NO_EVENT, to a state or what else a body returned.
 */
extern void nbdi_cover (int from, int event, int to);

#define NBDI_COVER(from, event, to) nbdi_cover ((from), (event), (to))

#endif /* COVER_H */
