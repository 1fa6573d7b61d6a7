/* SPDX-License-Identifier: MIT */
/* What lib/machine/machine.h gives to run.c, made for a machine that does its
 * input and output by a script: each IO takes one letter, R (ready),
 * F (failed), L (lost) or E (end of stream); where there is none it has to
 * wait.
 */

#ifndef TOY_MACHINE_H
#define TOY_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/states.h"

#define likely(x) __builtin_expect (!!(x), 1)
#define unlikely(x) __builtin_expect (!!(x), 0)

#define LIBNBD_AIO_DIRECTION_READ 1u
#define LIBNBD_AIO_DIRECTION_WRITE 2u

#define NBDI_PHASE_CREATED 0x01u
#define NBDI_PHASE_CONNECTING 0x02u
#define NBDI_PHASE_CONNECTED 0x08u
#define NBDI_PHASE_CLOSED 0x10u
#define NBDI_PHASE_DEAD 0x20u

enum {
  NBDI_IO_READY = 1,
  NBDI_IO_WAIT = 0,
  NBDI_IO_FAILED = -1,
  NBDI_IO_END = -2,
  NBDI_IO_LOST = -3,
};

#define NBDI_NEXT(state) ((int) (state))
#define NBDI_FAILED (-1)
#define NBDI_WAIT (-2)
#define NBDI_GONE (-3)

struct nbdi_trace {
  bool on;
};

struct nbdi_session {
  struct nbdi_trace trace;
};

struct nbdi_link {
  struct nbdi_session *session;
  enum nbdi_state state[NBDI_NR_REGIONS];
  unsigned number;
  bool waiting[NBDI_NR_REGIONS];
  bool careless;                /* fails and does not say why */
  bool deaf;                    /* hears only that the other is gone */
  int lost_errno;
  bool lost_sending;
  size_t size;
  int option;
  int result;
  int bodies;                   /* how often counting bodies ran */
  uint64_t patience, silence, lifetime; /* deadlines; 0: none */
  const char *in, *out;         /* what input and output will do */
};

extern void nbdi_error (int errnum, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void nbdi_debug (const struct nbdi_trace *trace, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void nbdi_lost (struct nbdi_link *l, int errnum, const char *call);
extern unsigned nbdi_error_count (void);
extern bool nbdi_passed (uint64_t deadline);
extern uint64_t nbdi_earlier (uint64_t a, uint64_t b);
extern void nbdi_option_result (struct nbdi_link *l, int value, int error);
extern void toy_cover (enum nbdi_state from, enum nbdi_event event, int to);
extern int nbdi_io_recv (struct nbdi_link *l, size_t n);
extern int nbdi_io_fill (struct nbdi_link *l);
extern int nbdi_io_send (struct nbdi_link *l);

#define NBDI_COVER(from, event, to) toy_cover (from, event, to)

#endif /* TOY_MACHINE_H */
