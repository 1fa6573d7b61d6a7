/* SPDX-License-Identifier: MIT */
/* A handle in a loop of libevent, see libnbd-loops(3). */

#ifndef LIBNBD_EVENT_H
#define LIBNBD_EVENT_H

#include <event2/event.h>

#include <libnbd-loop.h>

struct nbd_event {
  struct nbd_loop base; /* first */
  struct event_base *loop;
  struct event *readable, *writable; /* NULL: there is no descriptor */
};

static inline void
nbd_event_priv_on_event (evutil_socket_t fd, short events, void *l)
{
  (void) fd;
  nbd_loop_serve ((struct nbd_loop *) l, events & EV_READ, events & EV_WRITE);
}

static inline void
nbd_event_priv_forget (struct event **event)
{
  if (*event != NULL)
    event_free (*event);
  *event = NULL;
}

static inline int
nbd_event_priv_set (struct event *event, int on)
{
  return on ? event_add (event, NULL) : event_del (event);
}

static inline int
nbd_event_priv_watch (struct nbd_loop *l, int fd, unsigned direction)
{
  struct nbd_event *w = (struct nbd_event *) l;

  if (fd != l->fd) {
    nbd_event_priv_forget (&w->readable);
    nbd_event_priv_forget (&w->writable);
  }
  if (fd == -1)
    return 0;
  if (w->readable == NULL)
    w->readable = event_new (w->loop, fd, EV_READ | EV_PERSIST,
                             nbd_event_priv_on_event, w);
  if (w->writable == NULL)
    w->writable = event_new (w->loop, fd, EV_WRITE | EV_PERSIST,
                             nbd_event_priv_on_event, w);
  if (w->readable == NULL || w->writable == NULL)
    return ENOMEM;
  errno = 0;
  if (nbd_event_priv_set (w->readable, direction & LIBNBD_AIO_DIRECTION_READ)
      || nbd_event_priv_set (w->writable,
                             direction & LIBNBD_AIO_DIRECTION_WRITE))
    return errno != 0 ? errno : EIO;
  return 0;
}

static inline void
nbd_event_priv_release (struct nbd_loop *l)
{
  free (l);
}

/* Let a loop drive a handle; NULL with errno if that fails. */
static inline struct nbd_event *
nbd_event_start (struct event_base *loop, struct nbd_handle *h,
                 nbd_loop_callback *on_change, void *data)
{
  struct nbd_event *w = (struct nbd_event *) malloc (sizeof *w);

  if (w == NULL)
    return NULL;
  w->loop = loop;
  w->readable = w->writable = NULL;
  return (struct nbd_event *) nbd_loop_start (&w->base, h, on_change, data,
                                              nbd_event_priv_watch,
                                              nbd_event_priv_release);
}

/* Call this after using the handle outside of on_change: libevent cannot
 * say that it is about to wait. */
static inline void
nbd_event_update (struct nbd_event *w)
{
  nbd_loop_look (&w->base);
}

/* Call this before the handle is closed; it may be called in on_change. */
static inline void
nbd_event_stop (struct nbd_event *w)
{
  nbd_loop_stop (&w->base);
}

#endif /* LIBNBD_EVENT_H */
