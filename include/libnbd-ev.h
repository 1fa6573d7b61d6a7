/* SPDX-License-Identifier: MIT */
/* A handle in a loop of libev, see libnbd-loops(3). */

#ifndef LIBNBD_EV_H
#define LIBNBD_EV_H

#include <ev.h>

#include <libnbd-loop.h>

struct nbd_ev {
  struct nbd_loop base; /* first */
  struct ev_loop *loop;
  ev_io io;
  ev_prepare prepare;
};

static inline void
nbd_ev_priv_on_event (struct ev_loop *loop, ev_io *io, int events)
{
  (void) loop;
  nbd_loop_serve ((struct nbd_loop *) io->data, events & EV_READ,
                  events & EV_WRITE);
}

/* libev calls this each time before it waits. */
static inline void
nbd_ev_priv_on_prepare (struct ev_loop *loop, ev_prepare *prepare, int events)
{
  (void) loop, (void) events;
  nbd_loop_look ((struct nbd_loop *) prepare->data);
}

static inline int
nbd_ev_priv_watch (struct nbd_loop *l, int fd, unsigned direction)
{
  struct nbd_ev *w = (struct nbd_ev *) l;

  ev_io_stop (w->loop, &w->io);
  if (fd == -1 || direction == 0)
    return 0;
  ev_io_set (&w->io, fd,
             (direction & LIBNBD_AIO_DIRECTION_READ ? EV_READ : 0)
               | (direction & LIBNBD_AIO_DIRECTION_WRITE ? EV_WRITE : 0));
  ev_io_start (w->loop, &w->io);
  return 0;
}

static inline void
nbd_ev_priv_release (struct nbd_loop *l)
{
  struct nbd_ev *w = (struct nbd_ev *) l;

  ev_ref (w->loop);
  ev_prepare_stop (w->loop, &w->prepare);
  free (w);
}

/* Let a loop drive a handle; NULL with errno if that fails. */
static inline struct nbd_ev *
nbd_ev_start (struct ev_loop *loop, struct nbd_handle *h,
              nbd_loop_callback *on_change, void *data)
{
  struct nbd_ev *w = (struct nbd_ev *) malloc (sizeof *w);

  if (w == NULL)
    return NULL;
  w->loop = loop;
  ev_init (&w->io, nbd_ev_priv_on_event);
  ev_prepare_init (&w->prepare, nbd_ev_priv_on_prepare);
  w->io.data = w->prepare.data = w;
  ev_prepare_start (loop, &w->prepare);
  ev_unref (loop); /* the loop may end while nothing else is awaited */
  return (struct nbd_ev *) nbd_loop_start (&w->base, h, on_change, data,
                                           nbd_ev_priv_watch,
                                           nbd_ev_priv_release);
}

/* Call this after using the handle elsewhere, if the loop may end because
 * it has no events. */
static inline void
nbd_ev_update (struct nbd_ev *w)
{
  nbd_loop_look (&w->base);
}

/* Call this before the handle is closed; it may be called in on_change. */
static inline void
nbd_ev_stop (struct nbd_ev *w)
{
  nbd_loop_stop (&w->base);
}

#endif /* LIBNBD_EV_H */
