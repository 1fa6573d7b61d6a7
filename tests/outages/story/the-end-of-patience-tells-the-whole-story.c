/* SPDX-License-Identifier: MIT */
/* When an outage outlasts the reconnect timeout, each command fails once with
 * ENOTCONN.  The message says when and why the connection was lost, how often
 * the library tried, and how the last attempt failed. */
#include <errno.h>
#include <regex.h>

#include "lasting.h"

static void
matches (const char *text, const char *pattern)
{
  regex_t re;

  CHECK_INT (regcomp (&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
  if (regexec (&re, text, 0, NULL, 0) != 0)
    FAIL ("\"%s\" does not match \"%s\"", text, pattern);
  regfree (&re);
}

#define STORY                                                              \
  ": the connection to nbd\\+unix:///a/disk%20b\\?socket=/[^ ]+ was lost " \
  "[0-9]+ s ago \\(the server closed the connection unexpectedly\\) and "  \
  "could not be restored within 0\\.5 s: [0-9]+ attempts, the last: "      \
  "connect: \"/[^ ]+\": Connection refused$"

/* The server comes back, but answers nothing. */
static void
nothing_is_answered (void)
{
  struct address a;
  struct server s;
  char buf[4];
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, 200));
  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  server_request (&s, NULL);
  while (nbd_poll (h, -1) != -1)
    ;
  CHECK_ERROR (ETIMEDOUT,
               "could not be restored within 0.2 s: 1 attempt, the "
               "last: no command was answered yet");
  CHECK_FAILS (nbd_aio_command_completed (h, read), ENOTCONN, "");
  lasting_close (h, &s, &a);
}

static void
nobody_comes (void)
{
  struct address a;
  struct server s;
  struct calls done[2] = { { .called = 0 } };
  struct events e = { .letters = "" };
  char buf[4];
  int64_t cookies[2];
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, 500));
  CHECK_OK (nbd_set_export_name (h, "a/disk b"));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  set_style (h, SIMPLE);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  int fd = nbd_aio_get_fd (h);
  cookies[0] = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done[0]),
                                        0));
  server_close (&s);
  address_leave (&a);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 1));
  CHECK_STATE (h, "PROCESSING");
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (nbd_aio_get_fd (h), fd);
  cookies[1] = CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0,
                                         completion (&done[1]), 0));
  CHECK_INT (nbd_aio_in_flight (h), 2);
  while (nbd_poll (h, -1) != -1)
    ;
  CHECK_ERROR (ECONNREFUSED, "could not be restored within 0.5 s");
  CHECK_STATE (h, "DEAD");
  CHECK_INT (nbd_get_outage (h), 0);
  for (int i = 0; i < 2; i++) {
    CHECK_INT (done[i].called, 1);
    CHECK_INT (done[i].error, ENOTCONN);
    CHECK_FAILS (nbd_aio_command_completed (h, cookies[i]), ENOTCONN, "");
    matches (nbd_get_error (), "^nbd_aio_command_completed" STORY);
    CHECK_CALLS (&done[i], 1);
  }
  CHECK_INT (nbd_pread (h, buf, 4, 0, 0), -1);
  CHECK_INT (nbd_get_errno (), EINVAL);
  matches (e.letters, "^CLA{2,}U$");
  CHECK_INT (e.value[LIBNBD_EVENT_GIVEN_UP], 0);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  CHECK_INT (nbd_stats_reconnects (h), 0);
  nbd_close (h);
  address_close (&a);
}

void
test (void)
{
  nobody_comes ();
  nothing_is_answered ();
}
