/* SPDX-License-Identifier: MIT */
/* The list of all handles of the program, which are closed at its end. */
#include <config.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

/* An entry stays in the list for ever.  One without a handle is used again
 * for the next handle. */
struct entry {
  struct entry *next;
  struct nbd_handle *h;
  tool_prepare *prepare; /* of the handle */
  const void *opaque;
  struct tool_events *events; /* or NULL */
  int64_t patience_ends;      /* when connecting has taken too long */
};
static struct entry *entries;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool has_own_events;

void
tool_takes_events (void)
{
  has_own_events = true;
}

/* The entry of a handle, or with NULL an unused one. */
static struct entry *
find_entry (struct nbd_handle *h)
{
  struct entry *e = entries;
  while (e != NULL && e->h != h)
    e = e->next;
  return e;
}

struct nbd_handle *
tool_create (const char *handle_name, tool_prepare *prepare,
             const void *opaque)
{
  struct nbd_handle *h = nbd_create ();
  if (h == NULL)
    tool_nbd_fail (NULL);
  struct tool_events *events = NULL;
  if ((!has_own_events && (events = tool_follow_events (h)) == NULL)
      || (handle_name && nbd_set_handle_name (h, handle_name) == -1)
      || nbd_set_uri_allow_local_file (h, true) == -1
      || tool_stay_connected (h) == -1
      || (prepare && prepare (h, opaque) == -1))
    tool_nbd_fail (NULL);

  pthread_mutex_lock (&lock);
  if (entries == NULL)
    tool_at_last (tool_close_all);
  struct entry *e = find_entry (NULL);
  if (e == NULL) {
    e = tool_alloc (sizeof *e);
    e->next = entries;
    entries = e;
  }
  e->h = h;
  e->prepare = prepare;
  e->opaque = opaque;
  e->events = events;
  e->patience_ends = INT64_MAX;
  pthread_mutex_unlock (&lock);
  return h;
}

struct tool_events *
tool_events_of (struct nbd_handle *h)
{
  pthread_mutex_lock (&lock);
  struct entry *e = find_entry (h);
  struct tool_events *events = e ? e->events : NULL;
  pthread_mutex_unlock (&lock);
  return events;
}

void
tool_set_patience (struct nbd_handle *h, int64_t ends)
{
  pthread_mutex_lock (&lock);
  struct entry *e = find_entry (h);
  if (e != NULL)
    e->patience_ends = ends;
  pthread_mutex_unlock (&lock);
}

int64_t
tool_patience_ends (struct nbd_handle *h)
{
  pthread_mutex_lock (&lock);
  struct entry *e = find_entry (h);
  int64_t ends = e ? e->patience_ends : INT64_MAX;
  pthread_mutex_unlock (&lock);
  return ends;
}

struct nbd_handle *
tool_create_again (struct nbd_handle *h)
{
  char *name = nbd_get_handle_name (h);
  pthread_mutex_lock (&lock);
  struct entry like = *find_entry (h);
  pthread_mutex_unlock (&lock);
  tool_close (h);
  h = tool_create (name, like.prepare, like.opaque);
  free (name);
  return h;
}

static void
forget (struct nbd_handle *h)
{
  pthread_mutex_lock (&lock);
  struct entry *e = find_entry (h);
  if (e != NULL) {
    e->h = NULL;
    e->events = NULL;
  }
  pthread_mutex_unlock (&lock);
}

bool
tool_is_lost (struct nbd_handle *h)
{
  return nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1;
}

void
tool_close (struct nbd_handle *h)
{
  struct nbd_handle *leaving = h;
  tool_say_goodbye (&leaving, 1);
  forget (h);
  nbd_close (h);
}

void
tool_close_others (const struct nbd_handle *keep)
{
  size_t count = 0;
  for (struct entry *e = entries; e != NULL; e = e->next)
    count += e->h != NULL;
  struct nbd_handle **handles = calloc (count + 1, sizeof *handles);
  count = 0;
  for (struct entry *e = entries; e != NULL && handles; e = e->next)
    if (e->h != NULL && e->h != keep)
      handles[count++] = e->h;
  tool_say_goodbye (handles, count);
  free (handles);
  for (struct entry *e = entries; e != NULL; e = e->next) {
    struct nbd_handle *h = e->h;
    if (h != NULL && h != keep) {
      forget (h);
      nbd_close (h);
    }
  }
}

/* If a thread other than the main thread ends the program, other threads may
 * be in calls on handles.  Then the kernel closes the sockets. */
void
tool_close_all (void)
{
  if (gettid () == getpid ())
    tool_close_others (NULL);
}
