/* SPDX-License-Identifier: MIT */
/* Creating and closing a handle, and the end of its connection. */

#include "internal.h"
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
default_settings (struct nbd_handle *h)
{
  static _Atomic unsigned counter = 0;
  const char *debug = getenv ("LIBNBD_DEBUG");

  h->debug = debug != NULL && strcmp (debug, "1") == 0;
  if (asprintf (&h->handle_name, "nbd%u", ++counter) == -1) {
    h->handle_name = NULL;
    return -1;
  }
  return nbdi_default_settings (&h->settings);
}

static void
free_handle (struct nbd_handle *h)
{
  nbdi_forget_export (h);
  nbdi_forget_contexts (h);
  nbdi_forget_addresses (h);
  nbdi_strings_clear (&h->meta_contexts);
  nbdi_free_settings (&h->settings);
  free (h->handle_name);
  free (h->conn.host);
  free (h->conn.port);
  free (h->opt.error_text);
  free (h->fatal_text);
  free (h->broken_text);
  pthread_mutex_destroy (&h->lock);
  nbdi_mark_alive (h, false);
  free (h);
}

static struct nbd_handle *
create (void)
{
  struct nbd_handle *h = calloc (1, sizeof *h);

  if (h == NULL) {
    nbdi_error (errno, "calloc");
    return NULL;
  }
  pthread_mutex_init (&h->lock, NULL);
  nbdi_mark_alive (h, true);
  h->conn.sock = h->seat.lingering = -1;
  h->seat.last = &h->seat.first;
  h->in.stop = true;
  if (default_settings (h) == -1) {
    nbdi_error (errno, "strdup");
    free_handle (h);
    return NULL;
  }
  nbdi_publish (h);
  nbdi_debug (h, "opening handle");
  return h;
}

struct nbd_handle *
nbd_create (void)
{
  nbdi_hold ();
  nbdi_set_context ("nbd_create");
  struct nbd_handle *h = create ();
  nbdi_release ();
  return h;
}

void
nbd_close (struct nbd_handle *h)
{
  if (h == NULL)
    return;
  nbdi_hold ();
  nbdi_enter_unlocked (h, "nbd_close");
  /* Threads of ours cannot be in a call; those of the process that we are
   * a forked copy of can, and need their socket.
   */
  h->seat.watchers = 0;
  nbdi_debug (h, "closing handle");
  h->debug = false;
  nbdi_clear_debug_callback (h);
  nbdi_free_option (h);
  nbdi_free_commands (h);
  nbdi_forget_extents (h);
  nbdi_free_buffers (h);
  nbdi_tls_free (h);
  nbdi_end_child (h);
  if (h->seat.lingering >= 0)
    close (h->seat.lingering);
  free_handle (h);
  nbdi_release ();
}

/* The connection is over: tell all who wait, and let go of the socket. */
void
nbdi_end_connection (struct nbd_handle *h, bool fatal)
{
  if (fatal && h->fatal_text == NULL) {
    h->fatal_errno = nbdi_last_errno ();
    h->fatal_text = strdup (nbdi_last_text ());
    nbdi_debug (h, "the handle is dead: %s",
                h->fatal_text ? h->fatal_text : "out of memory");
  }
  if (h->opt.completion.callback || h->opt.list.free || h->opt.context.free ||
      h->opt.completion.free) {
    h->opt.error = h->fatal_errno ? h->fatal_errno : ENOTCONN;
    nbdi_finish_option (h);
  }
  nbdi_abandon_commands (h);
  nbdi_forget_extents (h);
  nbdi_free_buffers (h);
  nbdi_tls_free (h);
  nbdi_close_socket (h);
}

/* Make why the handle died this thread's error. */
void
nbdi_fatal_error (struct nbd_handle *h)
{
  nbdi_add_fate (h);
  nbdi_error (0, "%s", h->fatal_text ? h->fatal_text : "out of memory");
  nbdi_set_last_errno (h->fatal_errno);
}

int
nbdi_set_debug_callback (struct nbd_handle *h, nbd_debug_callback *debug)
{
  nbdi_clear_debug_callback (h);
  h->debug_callback = *debug;
  memset (debug, 0, sizeof *debug);
  return 0;
}

int
nbdi_clear_debug_callback (struct nbd_handle *h)
{
  nbd_debug_callback old = h->debug_callback;

  memset (&h->debug_callback, 0, sizeof h->debug_callback);
  NBDI_FREE (old);
  return 0;
}

uintptr_t
nbdi_set_private_data (struct nbd_handle *h, uintptr_t private_data)
{
  return atomic_exchange (&h->private_data, private_data);
}

uintptr_t
nbdi_get_private_data (struct nbd_handle *h)
{
  return atomic_load (&h->private_data);
}

const char *
nbdi_connection_state (struct nbd_handle *h)
{
  return nbdi_state_text (h);
}

uint64_t
nbdi_stats_bytes_sent (struct nbd_handle *h)
{
  return h->bytes_sent;
}

uint64_t
nbdi_stats_chunks_sent (struct nbd_handle *h)
{
  return h->chunks_sent;
}

uint64_t
nbdi_stats_bytes_received (struct nbd_handle *h)
{
  return h->bytes_received;
}

uint64_t
nbdi_stats_chunks_received (struct nbd_handle *h)
{
  return h->chunks_received;
}

ssize_t
nbdi_get_handle_size (struct nbd_handle *h)
{
  const struct nbdi_commands *cmds = &h->cmds;

  return sizeof *h + h->in.cap + h->out.cap + h->reply.entries_size +
    cmds->table_size * sizeof *cmds->table +
    (cmds->nr_table + cmds->nr_spare) * sizeof (struct nbdi_command);
}
