/* SPDX-License-Identifier: MIT */
/* The exports of a server, and the names of their files. */
#include <config.h>

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "tool.h"

/* Longer names do not fit into a directory. */
#define MAX_NAME 255

struct list {
  struct export_name *names;
  size_t count, room;
};

/* How many bytes at the beginning of NAME have to be escaped, since a file name
 * cannot have them, or since they change how the rest is shown.  "%" is escaped
 * since it begins an escape. */
static size_t
unfit_length (const char *name, bool dots)
{
  if (*name == '/' || *name == '%' || (*name == '.' && dots))
    return 1;
  return tool_deceptive_length (name);
}

/* Make the name of a file, to be freed.  It cannot be "." or "..", nor contain
 * "/": such bytes become %XX, and so do "%" and characters that control a
 * terminal or the direction of writing.  The export without a name becomes
 * "nbd". */
static char *
file_name (const char *name)
{
  if (*name == '\0')
    return tool_format ("nbd");
  bool dots = strcmp (name, ".") == 0 || strcmp (name, "..") == 0;
  char *file = tool_alloc (3 * strlen (name) + 1), *p = file;
  for (size_t unfit = 0; *name; name++) {
    if (unfit == 0)
      unfit = unfit_length (name, dots);
    if (unfit > 0) {
      p += sprintf (p, "%%%02X", (unsigned char) *name);
      unfit--;
    }
    else
      *p++ = *name;
  }
  return file;
}

static int
compare (const void *one, const void *other)
{
  return strcmp (one, other);
}

/* Enter a name into the tree of names in use.  False: it is in use already. */
static bool
reserve (void **taken, const char *file)
{
  const char **entry = tsearch (file, taken, compare);
  if (entry == NULL)
    tool_fail ("no memory for the list of exports");
  return *entry == file;
}

/* Shorten a name that is too long, and number names that are equal.  FILE is
 * returned or freed. */
static char *
unique_name (void **taken, char *file)
{
  if (strlen (file) <= MAX_NAME && reserve (taken, file))
    return file;
  for (unsigned number = 2;; number++) {
    char *other = tool_format ("%.*s~%u", MAX_NAME - 11, file, number);
    if (reserve (taken, other)) {
      free (file);
      return other;
    }
    free (other);
  }
}

static void
keep_name (void *file)
{
  (void) file;
}

void
exports_name_files (struct export_name *names, size_t count)
{
  void *taken = NULL;
  for (size_t i = 0; i < count; i++)
    names[i].file = unique_name (&taken, file_name (names[i].name));
  tdestroy (taken, keep_name);
}

static int
add (void *opaque, const char *name, const char *description)
{
  (void) description;
  struct list *list = opaque;
  if (list->count == list->room) {
    list->room = 2 * list->room + 16;
    list->names = realloc (list->names, list->room * sizeof *list->names);
    if (list->names == NULL)
      tool_fail ("no memory for the list of exports");
  }
  list->names[list->count++] = (struct export_name) {
    .name = tool_format ("%s", name),
  };
  return 0;
}

struct export_name *
exports_list (struct nbd_handle *h, const char *server, size_t *count)
{
  struct list list = { 0 };
  nbd_list_callback callback = { .callback = add, .user_data = &list };
  if (tool_opt_list (h, callback) == -1)
    tool_nbd_fail (server);
  if (list.count == 0)
    tool_fail ("%s: the server lists no exports", server);
  *count = list.count;
  return list.names;
}
