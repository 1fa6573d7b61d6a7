/* SPDX-License-Identifier: MIT */
/* The main loop of GLib, with a context of its own. */

#include <stdlib.h>

#include <libnbd-glib.h>

#include "loop.h"

const bool loop_tells = true;
const bool loop_ends = false;

struct watch {
  GSource *source;
  nbd_loop_callback *on_change;
  void *data;
};

struct later {
  void (*f) (void *data);
  void *data;
};

void *
loop_new (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  return g_main_loop_new (context, FALSE);
}

void
loop_free (void *loop)
{
  g_main_loop_unref (loop);
}

void
loop_run (void *loop)
{
  g_main_loop_run (loop);
}

void
loop_quit (void *loop)
{
  g_main_loop_quit (loop);
}

static gboolean
on_timer (gpointer data)
{
  struct later *later = data;

  later->f (later->data);
  return G_SOURCE_REMOVE;
}

void
loop_later (void *loop, unsigned ms, void (*f) (void *data), void *data)
{
  struct later *later = g_new (struct later, 1);
  GSource *source = g_timeout_source_new (ms);

  later->f = f;
  later->data = data;
  g_source_set_callback (source, on_timer, later, g_free);
  g_source_attach (source, g_main_loop_get_context (loop));
  g_source_unref (source);
}

static gboolean
on_source (struct nbd_handle *h, int error, gpointer data)
{
  struct watch *w = data;

  w->on_change (h, error, w->data);
  return G_SOURCE_CONTINUE;
}

void *
watch_start (void *loop, struct nbd_handle *h, nbd_loop_callback *on_change,
             void *data)
{
  struct watch *w = g_new (struct watch, 1);

  w->source = nbd_glib_source_new (h, NULL);
  w->on_change = on_change;
  w->data = data;
  g_source_set_callback (w->source, G_SOURCE_FUNC (on_source), w, g_free);
  g_source_attach (w->source, g_main_loop_get_context (loop));
  g_source_unref (w->source);
  return w;
}

void
watch_update (void *watch)
{
  (void) watch;
}

void
watch_stop (void *watch)
{
  g_source_destroy (((struct watch *) watch)->source);
}
