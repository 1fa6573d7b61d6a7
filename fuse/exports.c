/* SPDX-License-Identifier: MIT */
/* The exports of a server, and the names of their files. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "nbdfuse.h"

/* Longer names do not fit into a directory. */
#define MAX_NAME 255

struct list {
  struct export_name *names;
  size_t count;
};

/* A file cannot be called "." or "..", nor contain "/": such characters
 * become %XX, and so does "%".  The export without a name becomes "nbd". */
static char *
file_name (const char *name)
{
  if (*name == '\0')
    return tool_format ("nbd");
  bool dots = strcmp (name, ".") == 0 || strcmp (name, "..") == 0;
  char *file = tool_alloc (3 * strlen (name) + 1), *p = file;
  for (; *name; name++)
    if (*name == '/' || *name == '%' || (*name == '.' && dots))
      p += sprintf (p, "%%%02X", (unsigned char) *name);
    else
      *p++ = *name;
  return file;
}

static bool
is_taken (const struct list *list, const char *file)
{
  for (size_t i = 0; i < list->count; i++)
    if (strcmp (list->names[i].file, file) == 0)
      return true;
  return false;
}

/* Shorten what is too long, and number what is then the same. */
static char *
unique_name (const struct list *list, char *file)
{
  if (strlen (file) <= MAX_NAME && !is_taken (list, file))
    return file;
  for (unsigned number = 2;; number++) {
    char *other = tool_format ("%.*s~%u", MAX_NAME - 11, file, number);
    if (!is_taken (list, other)) {
      free (file);
      return other;
    }
    free (other);
  }
}

static int
add (void *opaque, const char *name, const char *description)
{
  (void) description;
  struct list *list = opaque;
  struct export_name *names = realloc (list->names, (list->count + 1)
                                       * sizeof *list->names);
  if (names == NULL)
    tool_fail ("no memory for the list of exports");
  list->names = names;
  /* Before the entry counts, or its name would be taken. */
  char *file = unique_name (list, file_name (name));
  names[list->count++] = (struct export_name) {
    .name = tool_format ("%s", name), .file = file,
  };
  return 0;
}

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  (void) opaque;
  if (options.verbose)
    nbd_set_debug (h, true);
  return nbd_set_opt_mode (h, true);
}

struct export_name *
exports_list (const struct tool_endpoint *endpoint, size_t *count)
{
  struct list list = { 0 };
  nbd_list_callback callback = { .callback = add, .user_data = &list };
  struct nbd_handle *h = tool_create ("list", prepare, NULL);
  if (tool_connect (&h, endpoint) == -1 || nbd_opt_list (h, callback) == -1)
    tool_nbd_fail (endpoint->name);
  nbd_opt_abort (h);
  tool_close (h);
  if (list.count == 0)
    tool_fail ("%s: the server lists no exports", endpoint->name);
  *count = list.count;
  return list.names;
}
