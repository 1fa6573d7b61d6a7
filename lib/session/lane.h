/* SPDX-License-Identifier: MIT */
/* Commands in lists, and the lane that each connection has. */

#ifndef NBDI_LANE_H
#define NBDI_LANE_H

#include <stddef.h>
#include <stdint.h>

struct nbdi_command;

struct nbdi_list {
  struct nbdi_command *first, *last;
  size_t nr;
  uint64_t bytes; /* the payloads to be sent of all */
};

/* The commands that one connection was given, in the order in which they
 * go out. */
struct nbdi_lane {
  struct nbdi_list queue; /* not sent whole */
  struct nbdi_list sent;  /* sent whole, without a final reply */
};

#endif /* NBDI_LANE_H */
