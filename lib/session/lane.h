/* SPDX-License-Identifier: MIT */
/* Lists of commands, and the lane of each connection. */

#ifndef NBDI_LANE_H
#define NBDI_LANE_H

#include <stddef.h>
#include <stdint.h>

struct nbdi_command;

struct nbdi_list {
  struct nbdi_command *first, *last;
  size_t nr;
  uint64_t bytes; /* sum of the payloads that are to be sent */
};

/* The lane: the commands that were given to one connection, in the order in
 * which they are sent. */
struct nbdi_lane {
  struct nbdi_list queue; /* not completely sent */
  struct nbdi_list sent;  /* completely sent, without a final reply */
};

#endif /* NBDI_LANE_H */
