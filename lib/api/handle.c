/* SPDX-License-Identifier: MIT */
/* Creating and closing a handle, and queries about it. */

#include "api/library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int
default_settings (struct nbd_handle *h)
{
  static _Atomic unsigned counter = 0;
  const char *debug = getenv ("LIBNBD_DEBUG");

  h->session.trace.on = debug != NULL && strcmp (debug, "1") == 0;
  if (asprintf (&h->session.trace.name, "nbd%u", ++counter) == -1) {
    h->session.trace.name = NULL;
    return -1;
  }
  return nbdi_default_settings (&h->session.settings);
}

static void
free_session (struct nbdi_session *s)
{
  nbdi_forget_export (&s->export);
  nbdi_forget_contexts (&s->export);
  nbdi_strings_clear (&s->meta_contexts);
  nbdi_strings_clear (&s->queries);
  nbdi_free_settings (&s->settings);
  nbdi_free_outage (&s->outage);
  nbdi_free_journal (&s->journal);
  nbdi_free_ghosts (&s->ghosts);
  free (s->where);
  free (s->unsettled);
  free (s->unwritten);
  free (s->trace.name);
  free (s->fatal_text);
}

static void
free_handle (struct nbd_handle *h)
{
  while (h->link.next != &h->link) {
    struct nbdi_link *l = h->link.next;
    h->link.next = l->next;
    nbdi_free_link (l);
  }
  nbdi_close_link (&h->link);
  free_session (&h->session);
  nbdi_close_descriptor (h);
  if (h->seat.wake_fd >= 0)
    close (h->seat.wake_fd);
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
  h->seat.wake_fd = h->descriptor.epoll = h->descriptor.timer = -1;
  h->seat.last = &h->seat.first;
  h->seat.thread_ends = nbdi_thread_ends;
  nbdi_init_link (&h->link, &h->session, &h->session.export,
                  &h->session.trace);
  if (default_settings (h) == -1) {
    nbdi_error (errno, "strdup");
    free_handle (h);
    return NULL;
  }
  nbdi_publish (h);
  nbdi_debug (&h->session.trace, "opening handle");
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

/* Complete the commands that have no reply. */
static void
abandon (struct nbd_handle *h, struct nbdi_list *list)
{
  nbdi_leave_buffers (list);
  nbdi_abandon_commands (&h->session, list);
}

void
nbd_close (struct nbd_handle *h)
{
  if (h == NULL)
    return;
  nbdi_hold ();
  nbdi_enter_unlocked (h, "nbd_close");
  /* No thread of this process can be in a call.  But after fork, threads of
   * the parent can be, and they need their socket. */
  h->link.channel.watchers = 0;
  nbdi_debug (&h->session.trace, "closing handle");
  h->session.trace.on = false;
  nbdi_clear_debug_callback (h);
  nbdi_clear_event_callback (h);
  nbdi_clear_interrupt_callback (h);
  abandon (h, &h->session.cmds.settling);
  NBDI_EACH_LINK (h, l)
  {
    nbdi_free_option (l);
    abandon (h, &l->lane.sent);
    abandon (h, &l->lane.queue);
  }
  abandon (h, &h->session.cmds.waiting);
  nbdi_free_commands (&h->session);
  free_handle (h);
  nbdi_release ();
}

int
nbdi_set_debug_callback (struct nbd_handle *h, nbd_debug_callback *debug)
{
  nbdi_clear_debug_callback (h);
  h->session.trace.callback = NBDI_MOVE (debug);
  return 0;
}

int
nbdi_clear_debug_callback (struct nbd_handle *h)
{
  NBDI_FREE (&h->session.trace.callback);
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
  return nbdi_state_text (&h->link);
}

#define SUM_OF_LINKS(h, field) \
  ({                           \
    uint64_t sum_ = 0;         \
    NBDI_EACH_LINK (h, l)      \
    sum_ += l->field;          \
    sum_;                      \
  })

uint64_t
nbdi_stats_bytes_sent (struct nbd_handle *h)
{
  return SUM_OF_LINKS (h, bytes_sent);
}

uint64_t
nbdi_stats_chunks_sent (struct nbd_handle *h)
{
  return SUM_OF_LINKS (h, chunks_sent);
}

uint64_t
nbdi_stats_bytes_received (struct nbd_handle *h)
{
  return SUM_OF_LINKS (h, bytes_received);
}

uint64_t
nbdi_stats_chunks_received (struct nbd_handle *h)
{
  return SUM_OF_LINKS (h, chunks_received);
}

ssize_t
nbdi_get_handle_size (struct nbd_handle *h)
{
  const struct nbdi_commands *cmds = &h->session.cmds;

  size_t size = sizeof *h - sizeof h->link;

  NBDI_EACH_LINK (h, l)
  size += sizeof *l + l->in.cap + l->out.cap + l->reply.entries_size;
  return size + cmds->table_size * sizeof *cmds->table
         + (cmds->nr_table + cmds->nr_spare) * sizeof (struct nbdi_command)
         + nbdi_journal_bytes (&h->session.journal);
}
