/* SPDX-License-Identifier: MIT */
/* A handle in a loop of libuv, see libnbd-loops(3). */

#ifndef LIBNBD_UV_H
#define LIBNBD_UV_H

#include <uv.h>

#include <libnbd-loop.h>

struct nbd_uv {
  struct nbd_loop base; /* first */
  uv_loop_t *loop;
  uv_prepare_t prepare;
  uv_poll_t *poll; /* of its own, as libuv closes it later; NULL: none */
};

static inline void
nbd_uv_priv_free (uv_handle_t *handle)
{
  free (handle->data);
}

static inline void
nbd_uv_priv_on_event (uv_poll_t *poll, int status, int events)
{
  struct nbd_loop *l = (struct nbd_loop *) poll->data;

  if (status < 0) /* an error of the socket: libuv does not poll any more */
    l->direction = 0;
  nbd_loop_serve (l, status < 0 || (events & UV_READABLE), 1);
}

/* libuv calls this each time before it waits. */
static inline void
nbd_uv_priv_on_prepare (uv_prepare_t *prepare)
{
  nbd_loop_look ((struct nbd_loop *) prepare->data);
}

static inline int
nbd_uv_priv_open (struct nbd_uv *w, int fd)
{
  uv_poll_t *poll = (uv_poll_t *) malloc (sizeof *poll);
  int r = poll == NULL ? UV_ENOMEM : uv_poll_init (w->loop, poll, fd);

  if (r != 0)
    free (poll);
  else
    (w->poll = poll)->data = w;
  return r;
}

static inline int
nbd_uv_priv_watch (struct nbd_loop *l, int fd, unsigned direction)
{
  struct nbd_uv *w = (struct nbd_uv *) l;
  int r = 0,
      events = (direction & LIBNBD_AIO_DIRECTION_READ ? UV_READABLE : 0);

  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    events |= UV_WRITABLE;
  if (fd != l->fd && w->poll != NULL) {
    w->poll->data = w->poll;
    uv_close ((uv_handle_t *) w->poll, nbd_uv_priv_free);
    w->poll = NULL;
  }
  if (fd != -1 && w->poll == NULL)
    r = nbd_uv_priv_open (w, fd);
  if (r == 0 && w->poll != NULL && direction == 0)
    r = uv_poll_stop (w->poll);
  else if (r == 0 && w->poll != NULL)
    r = uv_poll_start (w->poll, events, nbd_uv_priv_on_event);
  return -r;
}

static inline void
nbd_uv_priv_release (struct nbd_loop *l)
{
  struct nbd_uv *w = (struct nbd_uv *) l;

  uv_close ((uv_handle_t *) &w->prepare, nbd_uv_priv_free);
}

/* Let a loop drive a handle; NULL with errno if that fails. */
static inline struct nbd_uv *
nbd_uv_start (uv_loop_t *loop, struct nbd_handle *h,
              nbd_loop_callback *on_change, void *data)
{
  struct nbd_uv *w = (struct nbd_uv *) malloc (sizeof *w);

  if (w == NULL)
    return NULL;
  w->loop = loop;
  w->poll = NULL;
  w->prepare.data = w;
  uv_prepare_init (loop, &w->prepare); /* none of these can fail */
  uv_prepare_start (&w->prepare, nbd_uv_priv_on_prepare);
  uv_unref ((uv_handle_t *) &w->prepare);
  return (struct nbd_uv *) nbd_loop_start (&w->base, h, on_change, data,
                                           nbd_uv_priv_watch,
                                           nbd_uv_priv_release);
}

/* Call this after using the handle elsewhere, if the loop may end because
 * it has no events. */
static inline void
nbd_uv_update (struct nbd_uv *w)
{
  nbd_loop_look (&w->base);
}

/* Call this before the handle is closed; it may be called in on_change. */
static inline void
nbd_uv_stop (struct nbd_uv *w)
{
  nbd_loop_stop (&w->base);
}

#endif /* LIBNBD_UV_H */
