/* SPDX-License-Identifier: MIT */
/* The phases of the program until its end, and their deadlines. */
#ifndef FUSE_PHASE_H
#define FUSE_PHASE_H

#include <stdbool.h>
#include <stdint.h>

/* The phases follow each other in this order; some are left out. */
enum phase {
  SERVING,  /* there is a mount, or there will be one */
  LEAVING,  /* a signal came: the mount is being detached */
  DRAINING, /* the mount is gone: waiting for writes */
  CLOSING,  /* waiting for the end of a server that nbdfuse started */
  KILLED,   /* that server did not end in time */
};

enum event {
  SIGNALLED,     /* a signal came */
  UNMOUNTED,     /* the mount is gone */
  DISCONNECTING, /* connections are being closed */
  OVERDUE,       /* the deadline has passed */
};

extern enum phase phase_now (void);
extern void phase_event (enum event event);

/* A signal came.  Return true if it is the first one.  This can be called in a
 * signal handler. */
extern bool phase_signal (int number);
/* The first signal, or 0. */
extern int phase_first_signal (void);

/* When the phase must be over, in milliseconds as tool_now_ms counts; 0: there
 * is no limit. */
extern int64_t phase_deadline (void);
extern bool phase_is_overdue (void);

#endif /* FUSE_PHASE_H */
