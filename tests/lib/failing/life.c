/* SPDX-License-Identifier: MIT */

/* The parts of lives of handles: see life.h. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "check.h"
#include "client.h"
#include "life.h"
#include "process.h"

#define LARGE 40000
#define MAX_CLOSURES 60
#define NR_COMMANDS 10

bool life_is_logged;

static struct calls closures[MAX_CLOSURES];
static unsigned nr_closures;

struct calls *
another (void)
{
  CHECK (nr_closures < MAX_CLOSURES);
  return &closures[nr_closures++];
}

int64_t
note (struct outcome *o, const char *call, int64_t result)
{
  if (result == -1 && o->call == NULL) {
    *o = (struct outcome) { call, nbd_get_errno (), "" };
    if (nbd_get_error () != NULL)
      snprintf (o->text, sizeof o->text, "%s", nbd_get_error ());
  }
  return result;
}

struct nbd_handle *
create (struct outcome *o)
{
  struct nbd_handle *h = LIB (nbd_create ());

  note (o, "nbd_create", h ? 0 : -1);
  if (h != NULL && life_is_logged) {
    TRY (nbd_set_debug_callback (h, debug (another ())));
    TRY (nbd_set_debug (h, true));
  }
  return h;
}

void
end (struct nbd_handle *h)
{
  IN_LIBRARY (nbd_close (h));
}

/* One command of each kind that takes closures of the program. */
static void
asynchronous (struct nbd_handle *h, struct outcome *o)
{
  static char buf[4096];
  char *contexts[] = { "x:y", NULL };
  struct calls *done[NR_COMMANDS];
  bool accepted[NR_COMMANDS];

  for (int i = 0; i < NR_COMMANDS; i++) {
    done[i] = NULL;
    accepted[i] = false;
  }
#define ISSUE(i, call) (done[i] = another (), accepted[i] = TRY (call) != -1)
  ISSUE (0, nbd_aio_pread (h, buf, 512, 0, completion (done[0]), 0));
  ISSUE (1,
         nbd_aio_pread_structured (h, buf + 512, 512, 512, chunk (another ()),
                                   completion (done[1]), 0));
  ISSUE (2, nbd_aio_pwrite (h, buf + 1024, 512, 0, completion (done[2]), 0));
  ISSUE (3, nbd_aio_flush (h, completion (done[3]), 0));
  ISSUE (4, nbd_aio_trim (h, 512, 0, completion (done[4]), 0));
  ISSUE (5, nbd_aio_cache (h, 512, 0, completion (done[5]), 0));
  ISSUE (6, nbd_aio_zero (h, 512, 0, completion (done[6]), 0));
  if (LIB (nbd_get_structured_replies_negotiated (h)) == 1) {
    ISSUE (7, nbd_aio_block_status (h, 8192, 0, extent (another ()),
                                    completion (done[7]), 0));
    ISSUE (8, nbd_aio_block_status_64 (h, 8192, 0, extent64 (another ()),
                                       completion (done[8]), 0));
  }
  if (LIB (nbd_get_extended_headers_negotiated (h)) == 1)
    ISSUE (9, nbd_aio_block_status_filter (h, 8192, 0, contexts,
                                           extent64 (another ()),
                                           completion (done[9]), 0));
#undef ISSUE
  while (LIB (nbd_aio_in_flight (h)) > 0)
    if (TRY (nbd_poll2 (h, -1, -1)) == -1)
      break;
  for (int64_t cookie;
       (cookie = LIB (nbd_aio_peek_command_completed (h))) > 0;)
    TRY (nbd_aio_command_completed (h, cookie));
  end (h);
  for (int i = 0; i < NR_COMMANDS; i++)
    if (done[i] != NULL)
      CHECK_CALLS (done[i], accepted[i] ? 1 : 0);
}

/* Use a connected handle, and close it. */
void
use (struct nbd_handle *h, struct outcome *o)
{
  static uint8_t buf[LARGE], want[LARGE];
  char *contexts[] = { "x:y", NULL };

  if (TRY (nbd_pread (h, buf, LARGE, 4096, 0)) == 0) {
    pattern_fill (want, 4096, LARGE);
    CHECK_BYTES (buf, LARGE, want, LARGE);
  }
  TRY (nbd_pwrite (h, buf, LARGE, 4096, 0));
  TRY (nbd_pread_structured (h, buf, 512, 0, chunk (another ()), 0));
  TRY (nbd_trim (h, 4096, 0, 0));
  TRY (nbd_cache (h, 4096, 0, 0));
  TRY (nbd_zero (h, 4096, 0, 0));
  TRY (nbd_flush (h, 0));
  if (LIB (nbd_get_structured_replies_negotiated (h)) == 1) {
    TRY (nbd_block_status (h, 8192, 0, extent (another ()), 0));
    TRY (nbd_block_status_64 (h, 8192, 0, extent64 (another ()), 0));
  }
  if (LIB (nbd_get_extended_headers_negotiated (h)) == 1)
    TRY (nbd_block_status_filter (h, 8192, 0, contexts, extent64 (another ()),
                                  0));
  asynchronous (h, o);
}

static int
count_descriptors (void)
{
  int n = 0;

  for (int fd = 0; fd < 64; fd++)
    n += fcntl (fd, F_GETFD) != -1;
  return n;
}

struct outcome
live (const struct life *life)
{
  struct outcome o = { .call = NULL };
  int before = count_descriptors ();

  memset (closures, 0, sizeof closures);
  nr_closures = 0;
  life->live (&o);
  for (unsigned i = 0; i < nr_closures; i++) {
    CHECK_INT (closures[i].freed, 1);
    CHECK_INT (closures[i].called_after_free, 0);
  }
  CHECK_INT (count_descriptors (), before);
  check_no_children ();
  return o;
}
