/* SPDX-License-Identifier: MIT */
/* A program that was stopped for longer than the server may be silent, as
 * with Ctrl-Z, finds that time over when it goes on.  The server, which may
 * have been stopped as well, gets the time once more, but not for ever.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */
#include <time.h>

#include "lasting.h"
#include "wrap.h"

#define STALL_MS 600000

static char buf[4];
static int hours; /* how long the program was stopped */

WRAPPER (int, clock_gettime, (clockid_t clock, struct timespec *now))
{
  int r = __real_clock_gettime (clock, now);

  now->tv_sec += 3600 * hours;
  return r;
}

static struct nbd_handle *
handle (struct server *s)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_stall_timeout (h, STALL_MS));
  server_connect (s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  return h;
}

static void
end (struct nbd_handle *h, struct server *s)
{
  nbd_close (h);
  server_close (s);
}

static int64_t
issue_read (struct nbd_handle *h, struct server *s)
{
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));

  CHECK_OK (nbd_poll (h, 0));
  CHECK_INT (server_request (s, NULL), read);
  return read;
}

static void
goes_on (void)
{
  struct server s;
  struct nbd_handle *h = handle (&s);

  check_case ("it goes on");
  for (int i = 0; i < 3; i++) {
    int64_t read = issue_read (h, &s);
    hours++;
    CHECK_OK (nbd_poll (h, 0));
    server_say (&s, "simple 0 %d \"abcd\"", (int) read);
    CHECK_OK (nbd_poll (h, 0));
    CHECK_INT (nbd_aio_command_completed (h, read), 1);
  }
  end (h, &s);
}

static void
stays_silent (void)
{
  struct server s;
  struct nbd_handle *h = handle (&s);

  check_case ("it stays silent");
  issue_read (h, &s);
  hours++;
  CHECK_OK (nbd_poll (h, 0));
  hours++;
  CHECK_INT (nbd_poll (h, 0), -1);
  CHECK_CONTAINS (nbd_get_error (), "neither sent nor taken a byte");
  CHECK_STATE (h, "DEAD");
  end (h, &s);
}

void
test (void)
{
  goes_on ();
  stays_silent ();
}
