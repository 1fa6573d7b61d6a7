/* SPDX-License-Identifier: MIT */
/* Showing all exports that the server lists.
 *
 * As much as possible is asked on one connection, and another one is opened
 * only when that is closed, since many servers serve one client at a time.
 * First each export is asked for by NBD_OPT_INFO, and shown at once.  But an
 * export has to be opened to read its content, or if NBD_OPT_INFO failed or
 * told no size, as some servers do before an export is opened.  Opening ends
 * the negotiation, so exports are opened at the end.  To keep the order, all
 * exports behind the first one that has to be opened wait, too. */
#include <config.h>

#include <stdlib.h>

#include "nbdinfo.h"

struct listed {
  const char *name;
  struct export export;
  char *reason; /* NULL: the export is known */
  bool contexts_asked;
  bool must_open; /* NBD_OPT_INFO did not tell enough */
};

struct list {
  struct show *show;
  struct nbd_handle *h; /* NULL: closed */
  struct strings names;
  struct listed *waiting;
  size_t count, allocated;
  char *unreachable; /* why no further connection can be made, or NULL */
  bool no_contexts;  /* the server hung up when it was asked for contexts */
};

static int
take_name (void *opaque, const char *name, const char *description)
{
  (void) description;
  add_string (opaque, name);
  return 0;
}

static bool
negotiating (const struct list *list)
{
  return list->h != NULL && nbd_aio_is_negotiating (list->h) == 1;
}

/* Ask for an export without opening it. */
static void
ask (struct list *list, struct listed *l)
{
  if (!negotiating (list)) {
    l->must_open = true;
    return;
  }
  l->contexts_asked = true;
  if (nbd_set_export_name (list->h, l->name) == -1) {
    l->reason = library_error ();
    return;
  }
  if (!list->no_contexts)
    list->no_contexts = !list_contexts (&l->export, list->h,
                                        list->show->endpoint);
  if (!negotiating (list)) {
    l->must_open = true;
    return;
  }
  if (tool_opt_info (list->h) == -1)
    l->reason = library_error ();
  else
    take_export (&l->export, list->h, list->show->endpoint);
  l->must_open = list->show->content || l->reason != NULL
                 || l->export.size <= 0;
}

/* Return a connection that is negotiating, so that an export can be opened.
 * NULL, and a reason to be freed, if there is none. */
static struct nbd_handle *
connection (struct list *list, char **reason)
{
  if (negotiating (list))
    return list->h;
  if (list->h != NULL)
    tool_close (list->h);
  list->h = NULL;
  if (list->unreachable == NULL)
    list->h = open_again (&list->unreachable);
  if (list->h == NULL)
    *reason = tool_format ("%s", list->unreachable);
  return list->h;
}

/* Open an export, and read its content if asked to.  Return NULL, or the
 * reason if that is not possible, to be freed. */
static char *
open_export (struct list *list, struct listed *l)
{
  char *reason = NULL;
  struct nbd_handle *h = connection (list, &reason);
  if (h == NULL)
    return reason;
  if (nbd_set_export_name (h, l->name) == -1)
    return library_error ();
  if (!l->contexts_asked && !list->no_contexts && negotiating (list))
    list_contexts (&l->export, h, list->show->endpoint);
  if (begin_transmission (h) == -1)
    return library_error ();
  take_export (&l->export, h, list->show->endpoint);
  if (list->show->content)
    probe_content (&l->export, h);
  return NULL;
}

/* Show an export, or why it cannot be shown, and free it. */
static void
show (struct list *list, struct listed *l)
{
  if (l->export.name != NULL)
    show_export (list->show, &l->export);
  if (l->reason != NULL)
    show_failure (list->show, l->name, l->reason);
  free_export (&l->export);
}

/* An export cannot be opened.  The reason is kept or freed. */
static void
not_opened (struct list *list, struct listed *l, char *reason)
{
  if (list->show->content && l->export.name != NULL)
    l->export.content_error = tool_format ("%s", reason);
  if (l->reason != NULL && list->h == NULL) {
    char *both = tool_format ("%s; nor can it be opened: %s", l->reason,
                              reason);
    free (reason);
    reason = both;
  }
  free (l->reason);
  l->reason = reason;
}

static void
show_waiting (struct list *list, struct listed *l)
{
  if (l->must_open) {
    char *reason = open_export (list, l);
    if (reason != NULL)
      not_opened (list, l, reason);
    else {
      free (l->reason);
      l->reason = NULL;
    }
  }
  show (list, l);
}

/* Add an export to those that are shown later. */
static void
add_waiting (struct list *list, const struct listed *l)
{
  if (list->count == list->allocated) {
    list->allocated = 2 * list->allocated + 16;
    list->waiting = realloc (list->waiting,
                             list->allocated * sizeof list->waiting[0]);
    if (list->waiting == NULL)
      tool_fail ("out of memory for %zu exports", list->allocated);
  }
  list->waiting[list->count++] = *l;
}

static void
show_names (struct list *list)
{
  for (size_t i = 0; i < list->names.count; i++) {
    struct listed l = { .name = list->names.word[i] };
    ask (list, &l);
    if (l.must_open || list->count > 0)
      add_waiting (list, &l);
    else
      show (list, &l);
  }
  for (size_t i = 0; i < list->count; i++)
    show_waiting (list, &list->waiting[i]);
}

int
show_list (struct show *show)
{
  const char *server = show->endpoint->name;
  struct list list = { .show = show };
  list.h = open_server (show->endpoint, NULL);
  struct protocol protocol = take_protocol (list.h);
  if (!negotiating (&list))
    tool_fail ("%s: the server speaks %s, which cannot list exports", server,
               protocol.name);
  nbd_list_callback callback = {
    .callback = take_name,
    .user_data = &list.names,
  };
  if (tool_opt_list (list.h, callback) == -1)
    tool_nbd_fail (server);

  show_protocol (show, &protocol);
  show_names (&list);
  free (list.waiting);
  free (list.unreachable);
  free_strings (&list.names);
  if (list.h != NULL)
    tool_close (list.h);
  return show_end (show);
}
