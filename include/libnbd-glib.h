/* SPDX-License-Identifier: MIT */
/* A handle in a main context of GLib, see libnbd-loops(3). */

#ifndef LIBNBD_GLIB_H
#define LIBNBD_GLIB_H

#include <gio/gio.h>

#include <libnbd-loop.h>

/* Something happened.  The error is 0 or an errno; ECANCELED means that the
 * cancellable was cancelled. */
typedef gboolean (*NbdSourceFunc) (struct nbd_handle *h, int error,
                                   gpointer data);

typedef struct {
  GSource base; /* first */
  struct nbd_handle *h;
  gpointer tag; /* of the descriptor, NULL: not polled */
  int fd;
  GIOCondition events;
  int error;        /* why it cannot be polled */
  gboolean is_live; /* nobody was told yet that the handle has ended */
  GCancellable *cancellable;
  GSource *cancelled;
} NbdSource;

/* Before each wait: poll for what the handle waits for now.  GLib polls
 * numbers, not files, so a socket that was closed does no harm. */
static inline gboolean
nbd_glib_priv_prepare (GSource *source, gint *timeout)
{
  NbdSource *s = (NbdSource *) source;
  unsigned dir = nbd_aio_get_direction (s->h);
  int fd = dir != 0 ? nbd_aio_get_fd (s->h) : -1;
  int events = (dir & LIBNBD_AIO_DIRECTION_READ ? G_IO_IN : 0)
               | (dir & LIBNBD_AIO_DIRECTION_WRITE ? G_IO_OUT : 0);

  *timeout = -1;
  if (s->tag != NULL && fd != s->fd) {
    g_source_remove_unix_fd (source, s->tag);
    s->tag = NULL;
  }
  if (s->tag == NULL && fd != -1)
    s->tag = g_source_add_unix_fd (source, fd, (GIOCondition) events);
  else if (s->tag != NULL && events != (int) s->events)
    g_source_modify_unix_fd (source, s->tag, (GIOCondition) events);
  s->fd = fd;
  s->events = (GIOCondition) events;
  s->error = dir != 0 && fd == -1 ? nbd_get_errno () : 0;
  s->is_live |= dir != 0;
  return s->error != 0
         || (dir == 0 && s->is_live && nbd_loop_has_ended (s->h));
}

static inline gboolean
nbd_glib_priv_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  NbdSource *s = (NbdSource *) source;
  int seen = s->tag ? (int) g_source_query_unix_fd (source, s->tag) : 0;
  int error = 0;

  if (seen != 0)
    error = nbd_loop_notify (s->h, seen & ~G_IO_OUT, TRUE);
  else if (g_cancellable_is_cancelled (s->cancellable)) {
    /* Report it once; otherwise the loop would not sleep any more. */
    error = ECANCELED;
    g_source_remove_child_source (source, s->cancelled);
    g_clear_object (&s->cancellable);
  }
  else if (s->error != 0 || nbd_aio_is_dead (s->h))
    error = s->error != 0 ? s->error : ENOTCONN;
  s->is_live = !nbd_loop_has_ended (s->h);
  return callback == NULL
         || ((NbdSourceFunc) (void (*) (void)) callback) (s->h, error, data);
}

static inline void
nbd_glib_priv_finalize (GSource *source)
{
  g_clear_object (&((NbdSource *) source)->cancellable);
}

/* A source whose callback, an NbdSourceFunc, is called when something
 * happened to the handle, and once when the cancellable (NULL: none) was
 * cancelled. */
static inline GSource *
nbd_glib_source_new (struct nbd_handle *h, GCancellable *cancellable)
{
  static GSourceFuncs funcs = {
    nbd_glib_priv_prepare,  NULL, nbd_glib_priv_dispatch,
    nbd_glib_priv_finalize, NULL, NULL
  };
  GSource *source = g_source_new (&funcs, sizeof (NbdSource));
  NbdSource *s = (NbdSource *) source;

  g_source_set_name (source, "nbd");
  s->h = h;
  s->fd = -1;
  if (cancellable != NULL) {
    s->cancellable = (GCancellable *) g_object_ref (cancellable);
    s->cancelled = g_cancellable_source_new (cancellable);
    g_source_set_dummy_callback (s->cancelled);
    g_source_add_child_source (source, s->cancelled);
    g_source_unref (s->cancelled); /* the source keeps it */
  }
  return source;
}

#endif /* LIBNBD_GLIB_H */
