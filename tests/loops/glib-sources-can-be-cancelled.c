/* SPDX-License-Identifier: MIT */

/* A GCancellable wakes the source once, from any thread.  After that the loop
 * sleeps and goes on with the handle, unless the callback has removed the
 * source. */

#include <libnbd-glib.h>

#include "check.h"
#include "server.h"

struct client {
  GMainLoop *loop;
  GCancellable *cancellable;
  int changes;
  int cancels;
  gboolean stays;
};

static gboolean
on_change (struct nbd_handle *h, int error, gpointer data)
{
  struct client *c = data;

  c->changes++;
  c->cancels += error == ECANCELED;
  if (error == ECANCELED || nbd_aio_is_closed (h))
    g_main_loop_quit (c->loop);
  return c->stays;
}

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (((struct client *) data)->cancellable);
  return NULL;
}

/* GLib 2.74 now and then keeps the source of a cancellable that is destroyed
 * while another thread is still inside of g_cancellable_cancel. */
extern const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libglib-2.0.so";
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (((struct client *) data)->loop);
  return G_SOURCE_REMOVE;
}

static void
run (gboolean stays)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  struct client c = { loop, cancellable, .stays = stays };
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  g_autoptr (GSource) source = nbd_glib_source_new (h, cancellable);
  g_autoptr (GSource) timer = g_timeout_source_new (50);

  g_source_set_callback (source, G_SOURCE_FUNC (on_change), &c, NULL);
  g_source_attach (source, context);
  GThread *thread = g_thread_new ("cancel", cancel, &c);
  g_main_loop_run (loop);
  g_thread_join (thread);
  CHECK_INT (c.cancels, 1);
  CHECK_INT (c.changes, 1);
  CHECK_INT (g_source_is_destroyed (source), !stays);
  g_source_set_callback (timer, quit, &c, NULL);
  g_source_attach (timer, context);
  g_main_loop_run (loop);
  CHECK_INT (c.changes, 1);
  server_close (&s);
  if (stays) {
    g_main_loop_run (loop);
    CHECK_INT (c.changes, 2);
    CHECK (nbd_aio_is_closed (h));
  }
  g_source_destroy (source);
  nbd_close (h);
}

void
test (void)
{
  run (TRUE);
  run (FALSE);
}
