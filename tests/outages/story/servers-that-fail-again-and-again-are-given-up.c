/* SPDX-License-Identifier: MIT */
/* A server that accepts the journal but is lost with the next command, each
 * time, does not end the outage.  The outage goes on, with its pauses, until
 * the reconnect timeout expires.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap).  Time
 * passes only where the library would wait, so that a slow machine changes
 * nothing. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

#include "lasting.h"
#include "wrap.h"

/* The longest pause is an eighth of the patience, and up to a fifth more or
 * less. */
#define PATIENCE 600
#define LEAST_ATTEMPTS (PATIENCE / (PATIENCE / 8 * 6 / 5))
#define MOST_ATTEMPTS (2 + PATIENCE / (PATIENCE / 8 * 4 / 5))

static int64_t now_ms = 1000;

WRAPPER (int, clock_gettime,
         (clockid_t clock __attribute__ ((unused)), struct timespec *t))
{
  *t = (struct timespec) { .tv_sec = now_ms / 1000,
                           .tv_nsec = now_ms % 1000 * 1000000 };
  return 0;
}

/* The timer of the handle's descriptor, which this test polls without waiting,
 * has expired already or does not expire. */
WRAPPER (int, timerfd_settime,
         (int fd, int flags, const struct itimerspec *when,
          struct itimerspec *old))
{
  int64_t ms = when->it_value.tv_sec * 1000
               + when->it_value.tv_nsec / 1000000;
  struct itimerspec timer = { .it_value.tv_nsec = ms > 0 && ms <= now_ms };

  return __real_timerfd_settime (fd, flags, &timer, old);
}

WRAPPER (int, poll, (struct pollfd *fds, nfds_t n, int timeout))
{
  int r = __real_poll (fds, n, timeout > 0 ? 0 : timeout);

  if (r == 0 && timeout > 0)
    now_ms += timeout;
  return r;
}

/* Accept the journal, which is one write, and the next command, and close. */
static void
fail_again (struct server *s, struct nbd_handle *h)
{
  uint16_t type = 0;

  s->gives_up = true;
  s->drives = h;
  server_handshake (s, SIMPLE, 1 << 20, FLAGS_ALL);
  uint64_t cookie = server_request (s, &type);
  CHECK_INT (type, 1);
  server_say (s, "simple 0 %llu", (unsigned long long) cookie);
  server_request (s, &type);
  CHECK_INT (type, 0);
  server_close (s);
}

void
test (void)
{
  struct address a;
  struct server s;
  struct calls write = { .called = 0 };
  struct events e = { .letters = "" };
  char buf[4];
  int attempts = 0;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, PATIENCE));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0, completion (&write), 0));
  pump (h);
  server_say (&s, "simple 0 %llu",
              (unsigned long long) server_request (&s, NULL));
  while (write.called == 0)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_OK (nbd_aio_pread (h, buf, 4, 64, NBD_NULL_COMPLETION, 0));
  server_close (&s);
  while (!nbd_aio_is_dead (h)) {
    if (server_is_asked (&s, &a)) {
      fail_again (&s, h);
      attempts++;
    }
    nbd_poll (h, 10);
  }
  CHECK (attempts >= LEAST_ATTEMPTS && attempts <= MOST_ATTEMPTS);
  CHECK_CONTAINS (e.letters, "CLA");
  CHECK_INT (strspn (e.letters + strlen ("CL"), "A"), attempts);
  CHECK_STRING (e.letters + strlen ("CL") + attempts, "U");
  CHECK_INT (nbd_stats_reconnects (h), 0);
  nbd_close (h);
  address_close (&a);
}
