/* SPDX-License-Identifier: MIT */

/* The rows of the matrix, and how each must end. */

#include <stdio.h>
#include <stdlib.h>

#include "base/protocol.h"
#include "matrix.h"

struct moment_name {
  enum moment moment;
  uint32_t option;
  bool tls; /* only with TLS */
  const char *name;
};

static const struct moment_name handshake[] = {
  { BEFORE_GREETING, 0, false, "before the greeting" },
  { IN_GREETING, 0, false, "in the greeting" },
  { BEFORE_OPTIONS, 0, false, "before options" },
  { BEFORE_REPLY_TO_OPTION, NBD_OPT_STARTTLS, true, "at STARTTLS" },
  { IN_REPLY_TO_OPTION, NBD_OPT_STARTTLS, true, "in STARTTLS" },
  { IN_TLS_HANDSHAKE, 0, true, "in the handshake of TLS" },
  { BEFORE_REPLY_TO_OPTION, NBD_OPT_EXTENDED_HEADERS, false,
    "at EXTENDED_HEADERS" },
  { IN_REPLY_TO_OPTION, NBD_OPT_EXTENDED_HEADERS, false,
    "in EXTENDED_HEADERS" },
  { BEFORE_REPLY_TO_OPTION, NBD_OPT_STRUCTURED_REPLY, false,
    "at STRUCTURED_REPLY" },
  { IN_REPLY_TO_OPTION, NBD_OPT_STRUCTURED_REPLY, false,
    "in STRUCTURED_REPLY" },
  { BEFORE_REPLY_TO_OPTION, NBD_OPT_SET_META_CONTEXT, false,
    "at SET_META_CONTEXT" },
  { IN_REPLY_TO_OPTION, NBD_OPT_SET_META_CONTEXT, false,
    "in SET_META_CONTEXT" },
  { BEFORE_REPLY_TO_OPTION, NBD_OPT_GO, false, "at GO" },
  { IN_REPLY_TO_OPTION, NBD_OPT_GO, false, "in GO" },
};

static const struct moment_name working[] = {
  { IN_REQUEST, 0, false, "in a request" },
  { BEFORE_REPLY, 0, false, "before a reply" },
  { IN_REPLY, 0, false, "in a reply" },
  { IN_DATA, 0, false, "in the data of a reply" },
};

#define NR(array) (sizeof (array) / sizeof (array)[0])
/* The number of moments at which all connections are lost, and at which one
 * is. */
#define NR_FOR_ALL (2 * NR (handshake) + NR (working) + 2)
#define NR_ALONE (NR (handshake) + NR (working) + 2)

/* What comes back when the server goes on without one of its connections. */
static const enum returns goes_on[] = { THE_SAME, NEVER };

static const enum manner manners[] = { RESET, CLOSED, SILENT };

/* Remove the last digit of a mixed-radix number, and return it. */
static unsigned
digit (unsigned *n, unsigned base)
{
  unsigned d = *n % base;

  *n /= base;
  return d;
}

/* Choose the n-th moment.  The phases come in their order, and each phase in
 * a handshake has all moments of a handshake. */
static bool
set_moment (struct row *row, unsigned n)
{
  const struct moment_name *m;

  for (row->phase = row->event.alone ? JOINING : CONNECTING;
       row->phase < WORKING && n >= NR (handshake);
       row->phase = row->phase == CONNECTING ? RECONNECTING : WORKING)
    n -= NR (handshake);
  if (row->phase == WORKING && n >= NR (working)) {
    row->phase = n == NR (working) ? IDLE : FLUSHED;
    row->event.moment = ON_SIGNAL;
    row->moment = row->phase == IDLE ? "after a write" : "after a flush";
    return true;
  }
  m = row->phase == WORKING ? &working[n] : &handshake[n];
  row->event.moment = m->moment;
  row->event.option = m->option;
  row->moment = m->name;
  return row->tls || !m->tls;
}

static const unsigned rows_for_all = NR_FOR_ALL * NR (manners) * 2 * 2
                                     * NR_RETURNS;
static const unsigned rows_alone = NR_ALONE * NR (manners) * 2 * NR (goes_on);

unsigned
count_rows (void)
{
  return rows_for_all + rows_alone;
}

bool
nth_row (unsigned n, struct row *row)
{
  *row = (struct row) { .number = n, .event.alone = n >= rows_for_all };
  if (row->event.alone) {
    n -= rows_for_all;
    row->returns = goes_on[digit (&n, NR (goes_on))];
  }
  else
    row->returns = digit (&n, NR_RETURNS);
  row->event.manner = manners[digit (&n, NR (manners))];
  row->links = row->event.alone || digit (&n, 2) ? 4 : 1;
  row->tls = digit (&n, 2);
  return set_moment (row, n);
}

void
describe_row (const struct row *row, char *text, size_t size)
{
  static const char *const phases[] = { "connecting", "reconnecting",
                                        "joining",    "working",
                                        "idle",       "flushed" };
  static const char *const returns[] = {
    "the same",       "larger",        "smaller",
    "read-only",      "without flush", "with other contexts",
    "with other ids", "never"
  };

  snprintf (text, size, "row %u, %s: %s%s %s, %u %s%s, comes back %s",
            row->number, phases[row->phase], row->event.alone ? "one " : "",
            row->event.manner == RESET    ? "reset"
            : row->event.manner == CLOSED ? "closed"
                                          : "silent",
            row->moment, row->links, row->links == 1 ? "link" : "links",
            row->tls ? ", TLS" : "", returns[row->returns]);
}

enum ending
expected (const struct row *row)
{
  if (row->event.alone)
    return NO_OUTAGE;
  if (row->phase == CONNECTING)
    return row->returns == NEVER ? NEVER_STARTS : CONNECTS;
  switch (row->returns) {
  case THE_SAME:
  case LARGER:
  case OTHER_IDS: return SURVIVES;
  case NEVER: return IS_GIVEN_UP;
  default: return IS_STALE;
  }
}

struct face
face_of (enum returns returns)
{
  struct face face = { .same_ids = returns != OTHER_IDS };

  switch (returns) {
  case LARGER: face.size = DISK_BYTES * 2; break;
  case SMALLER: face.size = DISK_BYTES / 2; break;
  case READ_ONLY: face.more_flags = NBD_FLAG_READ_ONLY; break;
  case WITHOUT_FLUSH: face.less_flags = NBD_FLAG_SEND_FLUSH; break;
  case OTHER_CONTEXTS: face.without_numbers = true; break;
  case NEVER: face.away = true; break;
  default: break;
  }
  return face;
}
