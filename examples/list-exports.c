/* SPDX-License-Identifier: MIT */
/* List what a server exports, with sizes, over a single connection.
 *
 *   list-exports nbd://localhost
 *
 * Option mode stops between the handshake and the choice of an export: ask
 * as many questions as you like, then go, or leave as we do here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

struct names {
  char **name;
  size_t count;
};

/* Called for each export.  The handle is locked: only note the name. */
static int
add_name (void *listv, const char *name, const char *description)
{
  (void) description; /* few servers fill this in; nbd_opt_info asks below */
  struct names *list = listv;
  list->name = realloc (list->name, (list->count + 1) * sizeof list->name[0]);
  if (list->name == NULL || (list->name[list->count] = strdup (name)) == NULL)
    abort ();
  list->count++;
  return 0;
}

/* Print one line for an export, also if the server refuses to describe it. */
static void
print_export (struct nbd_handle *nbd, const char *name)
{
  int64_t size;
  if (nbd_set_export_name (nbd, name) == -1 || nbd_opt_info (nbd) == -1
      || (size = nbd_get_size (nbd)) == -1) {
    printf ("%-20s %15s  %s\n", name, "-", nbd_get_error ());
    return;
  }
  char *description = nbd_get_export_description (nbd); /* NULL: has none */
  printf ("%-20s %15" PRIi64 "  %s\n", name, size,
          description ? description : "");
  free (description);
}

/* The whole conversation; -1 with libnbd's error set. */
static int
list_exports (struct nbd_handle *nbd, const char *uri, struct names *list)
{
  if (nbd_set_opt_mode (nbd, true) == -1
      || nbd_set_full_info (nbd, true) == -1 /* with descriptions */
      || nbd_connect_uri (nbd, uri) == -1)
    return -1;

  /* A server of the oldest kind has one export, and we are already in it. */
  if (!nbd_aio_is_negotiating (nbd)) {
    printf ("only one export, without a name\n");
    return nbd_shutdown (nbd, 0);
  }

  nbd_list_callback cb = { .callback = add_name, .user_data = list };
  if (nbd_opt_list (nbd, cb) == -1)
    return -1;
  for (size_t i = 0; i < list->count; i++)
    print_export (nbd, list->name[i]);
  return nbd_opt_abort (nbd);
}

int
main (int argc, char *argv[])
{
  if (argc != 2) {
    fprintf (stderr, "usage: %s URI\n", argv[0]);
    return EXIT_FAILURE;
  }
  struct nbd_handle *nbd = nbd_create ();
  struct names list = { 0 };
  int status = EXIT_SUCCESS;
  if (nbd == NULL || list_exports (nbd, argv[1], &list) == -1) {
    fprintf (stderr, "%s: %s\n", argv[0], nbd_get_error ());
    status = EXIT_FAILURE;
  }
  nbd_close (nbd);
  for (size_t i = 0; i < list.count; i++)
    free (list.name[i]);
  free (list.name);
  return status;
}
