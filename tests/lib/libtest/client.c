/* SPDX-License-Identifier: MIT */

/* Driving a handle as a main loop would, and closures that count. */

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"

/* More events than any test needs. */
#define MAX_EVENTS 1000000

const char *
state_name (struct nbd_handle *h)
{
  const struct {
    const char *name;
    int holds;
  } states[] = {
    { "CREATED", nbd_aio_is_created (h) },
    { "CONNECTING", nbd_aio_is_connecting (h) },
    { "NEGOTIATING", nbd_aio_is_negotiating (h) },
    { "READY", nbd_aio_is_ready (h) },
    { "PROCESSING", nbd_aio_is_processing (h) },
    { "CLOSED", nbd_aio_is_closed (h) },
    { "DEAD", nbd_aio_is_dead (h) },
  };
  const char *name = NULL;

  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (states[i].holds) {
      if (name)
        FAIL ("the handle is both %s and %s", name, states[i].name);
      name = states[i].name;
    }
  if (name == NULL)
    FAIL ("the handle is in no state: %s", nbd_connection_state (h));
  return name;
}

static short
poll_now (struct nbd_handle *h, unsigned dir)
{
  struct pollfd pfd = { .fd = nbd_aio_get_fd (h) };

  if (pfd.fd == -1)
    FAIL ("the handle waits for %u without a socket: %s", dir,
          nbd_get_error ());
  if (dir & LIBNBD_AIO_DIRECTION_READ)
    pfd.events |= POLLIN;
  if (dir & LIBNBD_AIO_DIRECTION_WRITE)
    pfd.events |= POLLOUT;
  poll (&pfd, 1, 0);
  return pfd.revents;
}

bool
is_awake (struct nbd_handle *h)
{
  unsigned dir = nbd_aio_get_direction (h);

  return dir != 0 && poll_now (h, dir) != 0;
}

void
pump (struct nbd_handle *h)
{
  for (int i = 0; i < MAX_EVENTS; i++) {
    unsigned dir = nbd_aio_get_direction (h);
    short events;
    int r;

    if (dir == 0)
      return;
    events = poll_now (h, dir);
    if ((dir & LIBNBD_AIO_DIRECTION_READ)
        && (events & (POLLIN | POLLHUP | POLLERR)))
      r = nbd_aio_notify_read (h);
    else if ((dir & LIBNBD_AIO_DIRECTION_WRITE) && events)
      r = nbd_aio_notify_write (h);
    else
      return;
    if (r == -1 && !nbd_aio_is_dead (h))
      FAIL ("an event that was asked for was refused: %s", nbd_get_error ());
    if (r == 0 && nbd_aio_is_dead (h))
      FAIL ("a notify call killed the handle but returned 0");
  }
  FAIL ("the handle never comes to rest: direction %u, %s",
        nbd_aio_get_direction (h), nbd_connection_state (h));
}

void
client_room (struct nbd_handle *h, int size)
{
  CHECK_INT (setsockopt (nbd_aio_get_fd (h), SOL_SOCKET, SO_SNDBUF, &size,
                         sizeof size),
             0);
}

static int
count_call (struct calls *c, int *error)
{
  c->called++;
  if (c->freed > 0)
    c->called_after_free++;
  if (error) {
    c->error = *error;
    if (c->sets_error)
      *error = c->sets_error;
  }
  return c->gives;
}

static void
count_free (void *opaque)
{
  struct calls *c = opaque;

  c->freed++;
}

static int
on_completion (void *opaque, int *error)
{
  return count_call (opaque, error);
}

nbd_completion_callback
completion (struct calls *c)
{
  return (nbd_completion_callback) { .callback = on_completion,
                                     .user_data = c,
                                     .free = count_free };
}

static int
on_chunk (void *opaque, const void *subbuf, size_t count, uint64_t offset,
          unsigned status, int *error)
{
  (void) subbuf;
  (void) count;
  (void) offset;
  (void) status;
  return count_call (opaque, error);
}

nbd_chunk_callback
chunk (struct calls *c)
{
  return (nbd_chunk_callback) { .callback = on_chunk,
                                .user_data = c,
                                .free = count_free };
}

static int
on_extent (void *opaque, const char *metacontext, uint64_t offset,
           uint32_t *entries, size_t nr_entries, int *error)
{
  (void) metacontext;
  (void) offset;
  (void) entries;
  (void) nr_entries;
  return count_call (opaque, error);
}

nbd_extent_callback
extent (struct calls *c)
{
  return (nbd_extent_callback) { .callback = on_extent,
                                 .user_data = c,
                                 .free = count_free };
}

static int
on_extent64 (void *opaque, const char *metacontext, uint64_t offset,
             nbd_extent *entries, size_t nr_entries, int *error)
{
  (void) metacontext;
  (void) offset;
  (void) entries;
  (void) nr_entries;
  return count_call (opaque, error);
}

nbd_extent64_callback
extent64 (struct calls *c)
{
  return (nbd_extent64_callback) { .callback = on_extent64,
                                   .user_data = c,
                                   .free = count_free };
}

static int
on_list (void *opaque, const char *name, const char *description)
{
  (void) name;
  (void) description;
  return count_call (opaque, NULL);
}

nbd_list_callback
list (struct calls *c)
{
  return (nbd_list_callback) { .callback = on_list,
                               .user_data = c,
                               .free = count_free };
}

static int
on_context (void *opaque, const char *name)
{
  (void) name;
  return count_call (opaque, NULL);
}

nbd_context_callback
context (struct calls *c)
{
  return (nbd_context_callback) { .callback = on_context,
                                  .user_data = c,
                                  .free = count_free };
}

static int
on_debug (void *opaque, const char *name, const char *message)
{
  (void) name;
  (void) message;
  return count_call (opaque, NULL);
}

nbd_debug_callback
debug (struct calls *c)
{
  return (nbd_debug_callback) { .callback = on_debug,
                                .user_data = c,
                                .free = count_free };
}
