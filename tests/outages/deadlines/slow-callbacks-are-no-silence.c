/* SPDX-License-Identifier: MIT */
/* While a callback of the program runs, the library does not read what the
 * server sends.  That time does not count as silence of the server.  The
 * callback may call functions that take no lock. */
#include <poll.h>
#include <sched.h>
#include <time.h>

#include "lasting.h"

#define STALL_MS 60

struct slow {
  struct nbd_handle *h;
  struct server *s;
  uint64_t cookie; /* of the command that is answered during the callback */
  bool lost, descriptor;
};

static double
now_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

/* Let the server answer, then take longer than a server may be silent. */
static int
on_completion (void *opaque, int *error)
{
  struct slow *slow = opaque;
  double end = now_ms () + 2 * STALL_MS;

  CHECK_INT (*error, 0);
  CHECK_INT (nbd_aio_is_dead (slow->h), 0);
  server_say (slow->s, "simple 0 %llu \"efgh\"",
              (unsigned long long) slow->cookie);
  while (now_ms () < end)
    sched_yield ();
  return 1;
}

static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct slow *slow = opaque;

  (void) message;
  (void) value;
  slow->lost |= event == LIBNBD_EVENT_LOST;
  return 0;
}

/* Run one round of a main loop, or call nbd_poll. */
static void
go_on (struct slow *slow)
{
  struct pollfd fd = { .events = POLLIN };

  if (!slow->descriptor)
    CHECK_OK (nbd_poll (slow->h, -1));
  else {
    fd.fd = nbd_aio_get_fd (slow->h);
    CHECK_INT (poll (&fd, 1, -1), 1);
    CHECK_OK (nbd_aio_notify_read (slow->h));
  }
}

static void
take_time (bool descriptor)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = patient_handle ();
  struct slow slow = { .h = h, .s = &s, .descriptor = descriptor };
  nbd_completion_callback done = { .callback = on_completion,
                                   .user_data = &slow };
  nbd_event_callback told = { .callback = on_event, .user_data = &slow };
  char first[4], second[4];
  int r;

  check_case ("%s", descriptor ? "descriptor" : "nbd_poll");
  CHECK_OK (nbd_set_stall_timeout (h, STALL_MS));
  CHECK_OK (nbd_set_event_callback (h, told));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pread (h, first, 4, 0, done, 0));
  CHECK_OK (nbd_aio_pread (h, second, 4, 4, NBD_NULL_COMPLETION, 0));
  pump (h);
  uint64_t cookie = server_request (&s, NULL);
  slow.cookie = server_request (&s, NULL);
  server_say (&s, "simple 0 %llu \"abcd\"", (unsigned long long) cookie);
  while ((r = nbd_aio_command_completed (h, 2)) == 0)
    go_on (&slow);
  CHECK_INT (r, 1);
  CHECK (!slow.lost);
  lasting_close (h, &s, &a);
}

void
test (void)
{
  take_time (false);
  take_time (true);
}
