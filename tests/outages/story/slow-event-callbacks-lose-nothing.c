/* SPDX-License-Identifier: MIT */
/* An event callback may run for longer than a server may be silent.  That
 * loses no connection and ends no command. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lasting.h"

#define STALL_MS 150

struct slow {
  struct events events;
  struct server server;
  int never[2];    /* a pipe that is never written to */
  uint64_t cookie; /* of the command that is answered in the event BACK */
};

/* Takes longer than a server may be silent. */
static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct slow *slow = opaque;
  struct pollfd fd = { .fd = slow->never[0], .events = POLLIN };
  nbd_event_callback note = events (&slow->events);

  note.callback (note.user_data, event, message, value);
  if (event == LIBNBD_EVENT_BACK)
    server_say (&slow->server, "simple 0 %llu \"efgh\"",
                (unsigned long long) slow->cookie);
  CHECK_INT (poll (&fd, 1, 2 * STALL_MS), 0);
  return 0;
}

/* Run one round of a main loop, or call nbd_poll. */
static void
go_on (struct nbd_handle *h, bool descriptor)
{
  struct pollfd fd = { .events = POLLIN };

  if (!descriptor) {
    CHECK_OK (nbd_poll (h, -1));
    return;
  }
  fd.fd = nbd_aio_get_fd (h);
  CHECK_INT (poll (&fd, 1, -1), 1);
  CHECK_OK (nbd_aio_notify_read (h));
}

static void
take_time (bool descriptor)
{
  struct address a;
  struct slow slow = { .events = { .letters = "" } };
  const char *letters = slow.events.letters;
  struct nbd_handle *h = patient_handle ();
  char first[4], second[4];

  check_case ("%s", descriptor ? "descriptor" : "nbd_poll");
  CHECK_OK (pipe (slow.never));
  CHECK_OK (nbd_set_stall_timeout (h, STALL_MS));
  CHECK_OK (nbd_set_event_callback (h, (nbd_event_callback) {
                                         .callback = on_event,
                                         .user_data = &slow,
                                       }));
  lasting_connect (h, &slow.server, &a, SIMPLE, FLAGS_ALL);
  CHECK_OK (nbd_aio_pread (h, first, 4, 0, NBD_NULL_COMPLETION, 0));
  CHECK_OK (nbd_aio_pread (h, second, 4, 4, NBD_NULL_COMPLETION, 0));
  server_close (&slow.server);
  address_leave (&a);
  while (strchr (letters, 'A') == NULL)
    go_on (h, descriptor);
  CHECK_STRING (letters, "CLA");

  address_listen (&a);
  server_serves (&slow.server, &a, h, SIMPLE, 2 << 20, FLAGS_ALL);
  CHECK_STRING (letters, "CLAG");
  uint64_t cookie = server_request (&slow.server, NULL);
  slow.cookie = server_request (&slow.server, NULL);
  server_say (&slow.server, "simple 0 %llu \"abcd\"",
              (unsigned long long) cookie);
  while (nbd_aio_in_flight (h) > 0)
    go_on (h, descriptor);
  CHECK_INT (nbd_aio_command_completed (h, 1), 1);
  CHECK_INT (nbd_aio_command_completed (h, 2), 1);
  CHECK_BYTES (second, sizeof second, "efgh", 4);
  CHECK_STRING (letters, "CLAGB");
  lasting_close (h, &slow.server, &a);
  close (slow.never[0]);
  close (slow.never[1]);
}

void
test (void)
{
  take_time (false);
  take_time (true);
}
