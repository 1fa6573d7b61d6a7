/* SPDX-License-Identifier: MIT */
/* Run the examples of all manual pages, in the order of the files.
 *
 *   run [FILE...]
 *
 * The file and line of each example are printed before it runs. */
#include "snippet.h"

static struct example *examples, **last = &examples;
const char *port;

void
add_example (struct example *e)
{
  *last = e;
  last = &e->next;
}

/* Return a handle in this state, for an example. */
static struct nbd_handle *
open_handle (enum state state)
{
  struct nbd_handle *nbd = nbd_create ();
  int r = nbd == NULL ? -1 : 0;

  if (state == negotiating)
    r = nbd_set_opt_mode (nbd, true);
  if (state == mapped
      && (nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION)
            == -1
          || nbd_add_meta_context (nbd, "qemu:dirty-bitmap:changes")
               == -1))
    r = -1;
  if (r == 0 && state != created)
    r = nbd_connect_unix (nbd, state == mapped ? "qemu.sock"
                                               : "nbd.sock");
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  return nbd;
}

static bool
wanted (const struct example *e, int argc, char *argv[])
{
  for (int i = 1; i < argc; i++)
    if (strstr (e->file, argv[i]) != NULL)
      return true;
  return argc == 1;
}

int
main (int argc, char *argv[])
{
  port = getenv ("PORT");
  for (struct example *e = examples; e != NULL; e = e->next) {
    if (!wanted (e, argc, argv))
      continue;
    printf ("%s:%d\n", e->file, e->line);
    fflush (stdout);
    struct nbd_handle *nbd = open_handle (e->state);
    e->run (nbd);
    nbd_close (nbd);
  }
  return EXIT_SUCCESS;
}
