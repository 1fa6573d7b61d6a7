/* SPDX-License-Identifier: MIT */
/* Telling a person at a terminal what the tool is waiting for. */
#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

/* What happened to the connection of a handle. */
struct tool_events {
  char *loss; /* message that it was lost, and why; or NULL */
  char *last; /* message of the last attempt that failed; or NULL */
  bool told;  /* a message about this outage was printed */
};
/* The library calls take_event in any thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
forget (struct tool_events *e)
{
  free (e->loss);
  free (e->last);
  *e = (struct tool_events) { .told = false };
}

static void
keep (char **text, const char *message)
{
  free (*text);
  *text = strdup (message);
}

static int
take_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct tool_events *e = opaque;
  (void) value;
  pthread_mutex_lock (&lock);
  bool back = event == LIBNBD_EVENT_BACK && e->told;
  switch (event) {
  case LIBNBD_EVENT_LOST: keep (&e->loss, message); break;
  case LIBNBD_EVENT_ATTEMPT_FAILED: keep (&e->last, message); break;
  case LIBNBD_EVENT_CONNECTED:
  case LIBNBD_EVENT_BACK: forget (e);
  }
  pthread_mutex_unlock (&lock);
  if (back)
    tool_error ("%s", message);
  return 0;
}

static void
free_events (void *opaque)
{
  forget (opaque);
  free (opaque);
}

struct tool_events *
tool_follow_events (struct nbd_handle *h)
{
  struct tool_events *e = tool_alloc (sizeof *e);
  nbd_event_callback callback = {
    .callback = take_event,
    .user_data = e,
    .free = free_events,
  };
  return nbd_set_event_callback (h, callback) == -1 ? NULL : e;
}

bool
tool_somebody_watches (void)
{
  return isatty (STDERR_FILENO);
}

void
tool_tell_connecting (struct nbd_handle *h, struct tool_events *e,
                      const char *name)
{
  struct sockaddr_storage peer;
  socklen_t size = sizeof peer;
  pthread_mutex_lock (&lock);
  char *last = e && e->last ? tool_format ("%s", e->last) : NULL;
  pthread_mutex_unlock (&lock);
  const char *what = "the server does not answer";
  if (last != NULL)
    what = last;
  else if (nbd_stats_bytes_received (h) == 0)
    /* The descriptor of a handle that reconnects is not a socket. */
    what =
      getpeername (nbd_aio_get_fd (h), (struct sockaddr *) &peer, &size) == -1
          && errno != ENOTSOCK
        ? "no connection yet"
        : "there is a connection, but the server sends nothing; it may be "
          "busy with another client";
  tool_error ("%s: still waiting: %s", name, what);
  free (last);
}

void
tool_tell_outage (struct nbd_handle *h, struct tool_events *e)
{
  char *story = NULL;
  if (e == NULL || nbd_get_outage (h) < TOOL_SLOW_MS)
    return;
  pthread_mutex_lock (&lock);
  if (!e->told && e->loss)
    story = tool_format ("%s%s%s", e->loss, e->last ? "; " : "",
                         e->last ? e->last : "");
  e->told = true;
  pthread_mutex_unlock (&lock);
  if (story != NULL)
    tool_error ("still waiting: %s", story);
  free (story);
}
