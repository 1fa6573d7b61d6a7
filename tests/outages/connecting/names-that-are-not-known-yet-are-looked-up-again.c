/* SPDX-License-Identifier: MIT */
/* With a connect timeout, the library looks a name up again if the resolver
 * does not know it yet or cannot ask for it yet, as while a machine boots.
 * A thread does that, so a program goes on while the resolver is slow.
 * Failures that waiting does not change end the handle at once.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <netdb.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "drive/drive.h"
#include "lasting.h"
#include "wrap.h"

static unsigned asked;
static unsigned failures; /* how many lookups fail before the name is known */
static int failure;
static int held[2] = { -1, -1 }; /* a pipe: lookups of threads wait for it */

WRAPPER (int, getaddrinfo,
         (const char *host, const char *port, const struct addrinfo *hints,
          struct addrinfo **list))
{
  CHECK_STRING (host, "nbd.example");
  unsigned before = __atomic_fetch_add (&asked, 1, __ATOMIC_ACQ_REL);
  char byte;
  if (before > 0 && held[0] >= 0)
    CHECK_INT (read (held[0], &byte, 1), 1);
  if (before >= failures)
    return __real_getaddrinfo ("127.0.0.1", port, hints, list);
  errno = EMFILE;
  return failure;
}

static bool freed;

WRAPPER (void, freeaddrinfo, (struct addrinfo * list))
{
  __real_freeaddrinfo (list);
  __atomic_store_n (&freed, true, __ATOMIC_RELEASE);
}

static struct nbd_handle *
handle (struct events *e, int timeout, int result, unsigned nr)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_connect_timeout (h, timeout));
  CHECK_OK (nbd_set_event_callback (h, events (e)));
  set_style (h, SIMPLE);
  failure = result;
  failures = nr;
  asked = 0;
  return h;
}

static void
become_known (int result)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (&e, -1, result, 3);

  check_case ("%s", gai_strerror (result));
  address_open_tcp (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_tcp (h, "nbd.example", a.port));
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  drive_until (h, "READY");
  CHECK_INT (asked, 4);
  CHECK_STRING (e.letters, "AAAC");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED],
                  "attempt 3 failed: getaddrinfo: \"nbd.example\" port \"");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED],
                  gai_strerror (result));
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_CONNECTED],
                  "connected to nbd://nbd.example:");

  lasting_close (h, &s, &a);
}

/* Go on until the second lookup waits. */
static void
look_up (struct nbd_handle *h)
{
  while (__atomic_load_n (&asked, __ATOMIC_ACQUIRE) < 2)
    CHECK_OK (nbd_poll (h, 10));
  for (int i = 0; i < 3; i++)
    CHECK_OK (nbd_poll (h, 30));
  CHECK_CONTAINS (nbd_connection_state (h), "RECONNECT.LOOK_UP");
}

static void
come_late (void)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (&e, -1, EAI_AGAIN, 1);

  check_case ("the resolver is slow");
  CHECK_INT (pipe (held), 0);
  address_open_tcp (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_tcp (h, "nbd.example", a.port));
  look_up (h);
  CHECK_STRING (e.letters, "A");
  CHECK_INT (write (held[1], "", 1), 1);
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  drive_until (h, "READY");
  CHECK_INT (asked, 2);
  CHECK_STRING (e.letters, "AC");

  close (held[0]);
  close (held[1]);
  held[0] = -1;
  lasting_close (h, &s, &a);
}

/* The thread frees what nobody waits for any more. */
static void
answer_nobody (void)
{
  freed = false;
  CHECK_INT (write (held[1], "", 1), 1);
  while (!__atomic_load_n (&freed, __ATOMIC_ACQUIRE))
    sched_yield ();
  close (held[0]);
  close (held[1]);
  held[0] = -1;
}

static void
are_not_waited_for (void)
{
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (&e, -1, EAI_AGAIN, 1);

  check_case ("waiting fails meanwhile");
  CHECK_INT (pipe (held), 0);
  CHECK_OK (nbd_aio_connect_tcp (h, "nbd.example", "1"));
  look_up (h);
  nbdi_error (EINVAL, "poll");
  nbdi_hang_up (h);
  nbdi_publish (h);
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  answer_nobody ();
}

static void
come_too_late (void)
{
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (&e, 300, EAI_AGAIN, 1);

  check_case ("the resolver is too slow");
  CHECK_INT (pipe (held), 0);
  CHECK_FAILS (nbd_connect_tcp (h, "nbd.example", "1"), 0,
               "within 0.3 s: 1 attempt, the last: getaddrinfo: ");
  CHECK_CONTAINS (nbd_connection_state (h), "DEAD");
  nbd_close (h);
  answer_nobody ();
}

static void
stay_unknown (void)
{
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (&e, 300, EAI_AGAIN, -1U);

  check_case ("it stays unknown");
  CHECK_FAILS (nbd_connect_tcp (h, "nbd.example", "1"), 0,
               "could not connect to nbd://nbd.example:1/ within 0.3 s: ");
  CHECK_CONTAINS (nbd_get_error (), " attempts, the last: getaddrinfo: ");
  CHECK_CONTAINS (nbd_get_error (), gai_strerror (EAI_AGAIN));
  CHECK_STATE (h, "DEAD");
  CHECK (asked >= 2);
  nbd_close (h);
}

static void
end_at_once (int result, int errnum)
{
  struct events e = { .letters = "" };
  struct nbd_handle *h = handle (&e, -1, result, -1U);

  check_case ("%s", gai_strerror (result));
  CHECK_FAILS (nbd_connect_tcp (h, "nbd.example", "1"), errnum,
               "getaddrinfo: \"nbd.example\" port \"1\": ");
  CHECK_STATE (h, "DEAD");
  CHECK_INT (asked, 1);
  CHECK_STRING (e.letters, "U");
  nbd_close (h);
}

void
test (void)
{
  become_known (EAI_AGAIN);
  become_known (EAI_NONAME);
  come_late ();
  are_not_waited_for ();
  come_too_late ();
  end_at_once (EAI_SERVICE, 0);
  end_at_once (EAI_SYSTEM, EMFILE);
  /* The last one, because a thread may still ask afterwards. */
  stay_unknown ();
}
