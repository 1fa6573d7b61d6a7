/* SPDX-License-Identifier: MIT */
/* Checksum the start of an export from the GLib main loop.
 *
 *   glib-main-loop nbd://localhost/disk
 *
 * The source can be added to any GLib or GTK program. */
#include <libnbd-glib.h>

static GMainLoop *loop;
static guchar buf[65536];
static int64_t cookie, count = -1;
static int status = 1;

/* Something happened: read once connected, and stop when the data is there or
 * the read has failed. */
static gboolean
on_change (struct nbd_handle *h, int error, gpointer data G_GNUC_UNUSED)
{
  if (error == 0 && nbd_aio_is_connecting (h))
    return G_SOURCE_CONTINUE;
  if (error == 0 && count == -1) {
    count = MIN (nbd_get_size (h), (int64_t) sizeof buf);
    if (count > 0)
      cookie = nbd_aio_pread (h, buf, count, 0, NBD_NULL_COMPLETION, 0);
  }
  int done = count == 0   ? 1 /* there is nothing to read */
             : cookie > 0 ? nbd_aio_command_completed (h, cookie)
                          : -1;
  if (done == 0)
    return G_SOURCE_CONTINUE;
  if (done == -1)
    g_printerr ("%s\n", nbd_get_error ());
  status = done == -1;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char *argv[])
{
  struct nbd_handle *h = nbd_create ();
  if (argc != 2 || h == NULL || nbd_aio_connect_uri (h, argv[1]) == -1) {
    g_printerr ("%s\n", argc == 2 ? nbd_get_error () : "one URI, please");
    return 1;
  }
  loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSource) source = nbd_glib_source_new (h, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_change), NULL, NULL);
  g_source_attach (source, NULL);
  g_main_loop_run (loop);
  if (status == 0) {
    g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, buf,
                                                        count);
    g_print ("%s\n", sum);
  }
  nbd_close (h);
  g_main_loop_unref (loop);
  return status;
}
