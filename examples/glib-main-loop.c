/* SPDX-License-Identifier: MIT */
/* Checksum the start of an export from the GLib main loop.
 *
 *   glib-main-loop nbd://localhost/disk
 *
 * NbdSource watches one handle: add it to any GLib or GTK program. */
#include <glib.h>
#include <libnbd.h>

typedef struct {
  GSource base;
  struct nbd_handle *nbd;
  int fd; /* can change while a TCP connect tries the next address */
  GIOCondition want;
  gpointer tag;
} NbdSource;

/* Before each poll, tell the loop what the handle waits for now. */
static gboolean
prepare (GSource *source, gint *timeout G_GNUC_UNUSED)
{
  NbdSource *s = (NbdSource *) source;
  unsigned dir = nbd_aio_get_direction (s->nbd);
  GIOCondition want = (dir & LIBNBD_AIO_DIRECTION_READ ? G_IO_IN : 0)
                      | (dir & LIBNBD_AIO_DIRECTION_WRITE ? G_IO_OUT : 0);
  int fd = dir != 0 ? nbd_aio_get_fd (s->nbd) : -1;

  if (s->tag != NULL && fd != s->fd)
    g_source_remove_unix_fd (source, g_steal_pointer (&s->tag));
  if (s->tag != NULL && want != s->want) /* else the loop would never sleep */
    g_source_modify_unix_fd (source, s->tag, want);
  else if (s->tag == NULL && fd != -1)
    s->tag = g_source_add_unix_fd (source, fd, want);
  s->fd = fd;
  s->want = want;
  return fd == -1; /* closed or dead: dispatch at once, so the user knows */
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  NbdSource *s = (NbdSource *) source;
  GIOCondition seen = s->tag ? g_source_query_unix_fd (source, s->tag) : 0;
  unsigned dir = nbd_aio_get_direction (s->nbd);
  int r = 0; /* one event at a time, reading first: it changes the rest */
  if ((dir & LIBNBD_AIO_DIRECTION_READ) && (seen & ~G_IO_OUT))
    r = nbd_aio_notify_read (s->nbd);
  else if ((dir & LIBNBD_AIO_DIRECTION_WRITE) && seen)
    r = nbd_aio_notify_write (s->nbd);
  if (r == -1) /* the handle is dead now, which the callback sees */
    g_printerr ("%s\n", nbd_get_error ());
  return callback (data);
}

static GSourceFuncs funcs = { .prepare = prepare, .dispatch = dispatch };
static struct nbd_handle *nbd;
static guchar buf[65536];
static int64_t cookie, count;

/* Read once connected; stop when the data is there or will not come. */
static gboolean
progress (gpointer loop)
{
  if (nbd_aio_is_connecting (nbd))
    return G_SOURCE_CONTINUE;
  if (cookie == 0) {
    count = MIN (nbd_get_size (nbd), (int64_t) sizeof buf);
    cookie = count == -1
               ? -1 /* it never connected */
               : nbd_aio_pread (nbd, buf, count, 0, NBD_NULL_COMPLETION, 0);
  }
  int done = cookie > 0 ? nbd_aio_command_completed (nbd, cookie) : -1;
  if (done == 0)
    return G_SOURCE_CONTINUE;
  if (done == -1) {
    g_printerr ("%s\n", nbd_get_error ());
    count = -1;
  }
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char *argv[])
{
  nbd = nbd_create ();
  if (argc != 2 || nbd == NULL || nbd_aio_connect_uri (nbd, argv[1]) == -1) {
    g_printerr ("%s\n", argc == 2 ? nbd_get_error () : "one URI, please");
    return 1;
  }
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSource) source = g_source_new (&funcs, sizeof (NbdSource));
  ((NbdSource *) source)->nbd = nbd;
  g_source_set_callback (source, progress, loop, NULL);
  g_source_attach (source, NULL);
  g_main_loop_run (loop);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, buf,
                                                      MAX (count, 0));
  if (count != -1)
    g_print ("%s\n", sum);
  nbd_close (nbd);
  return count == -1;
}
