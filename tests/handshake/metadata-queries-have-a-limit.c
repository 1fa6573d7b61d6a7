/* SPDX-License-Identifier: MIT */

/* If there are more queries than an option can carry, the call that gets them
 * fails, and the handle can still be used. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define LONGEST 4096
#define LIMIT (64 * 1024 * 1024)
#define FIT (LIMIT / (LONGEST + 4))

static char query[LONGEST + 1];
static char *queries[FIT + 2];

static void
refused_by_options (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct calls c[4] = { 0 };

  CHECK_FAILS (nbd_aio_opt_list_meta_context_queries (
                 h, queries, context (&c[0]), completion (&c[1])),
               ERANGE, "queries");
  CHECK_FAILS (nbd_aio_opt_set_meta_context_queries (
                 h, queries, context (&c[2]), completion (&c[3])),
               ERANGE, "queries");
  for (int i = 0; i < 4; i++)
    CHECK_CALLS (&c[i], 0);
  CHECK_STATE (h, "NEGOTIATING");
  queries[1] = NULL;
  CHECK_OK (nbd_aio_opt_list_meta_context_queries (
    h, queries, context (&c[0]), completion (&c[1])));
  CHECK_STATE (h, "CONNECTING");
  nbd_close (h);
  server_close (&s);
}

static void
refused_by_the_list (void)
{
  struct nbd_handle *h = nbd_create ();

  for (int i = 0; i < FIT; i++)
    CHECK_OK (nbd_add_meta_context (h, query));
  CHECK_FAILS (nbd_add_meta_context (h, query), ERANGE, "queries");
  CHECK_INT (nbd_get_nr_meta_contexts (h), FIT);
  CHECK_OK (nbd_clear_meta_contexts (h));
  CHECK_OK (nbd_add_meta_context (h, query));
  nbd_close (h);
}

void
test (void)
{
  memset (query, 'x', LONGEST);
  for (int i = 0; i <= FIT; i++)
    queries[i] = query;
  refused_by_options ();
  refused_by_the_list ();
}
