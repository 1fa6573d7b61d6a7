/* SPDX-License-Identifier: MIT */
/* How far the program is on its way to the end, and until when. */
#ifndef FUSE_PHASE_H
#define FUSE_PHASE_H

#include <stdbool.h>
#include <stdint.h>

/* In this order; none comes twice. */
enum phase {
  SERVING,  /* there is a mount, or there will be one */
  LEAVING,  /* a signal came: the mount is taken away */
  DRAINING, /* it is gone: writes are waited for */
  CLOSING,  /* a server that we started is to end */
  KILLED,   /* it did not, in time */
};

enum event {
  SIGNALLED,     /* somebody wants us to end */
  UNMOUNTED,     /* the kernel needs us no more */
  DISCONNECTING, /* connections are being closed */
  OVERDUE,       /* the deadline has passed */
};

extern enum phase phase_now (void);
extern void phase_event (enum event event);

/* A signal came, which is an event.  True if it is the first one.  Safe in a
 * signal handler. */
extern bool phase_signal (int number);
/* The first one, or 0. */
extern int phase_first_signal (void);

/* Milliseconds, as tool_now_ms counts, when the phase must be over; 0: it may
 * last. */
extern int64_t phase_deadline (void);
extern bool phase_is_overdue (void);

#endif /* FUSE_PHASE_H */
