/* SPDX-License-Identifier: MIT */

/* A list that names one context more than ten million times asks for that
 * context.  The call neither fails nor takes long. */

#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define TIMES (17 * 1024 * 1024)

void
test (void)
{
  static char name[] = "base:allocation";
  struct server s;
  struct nbd_handle *h = nbd_create ();
  char **names = malloc ((TIMES + 1) * sizeof *names);
  struct calls middle = { 0 }, done = { 0 };

  CHECK (names != NULL);
  for (size_t i = 0; i < TIMES; i++)
    names[i] = name;
  names[TIMES] = NULL;
  CHECK_OK (nbd_add_meta_context (h, name));
  server_connect (&s, h, EXTENDED, 1 << 20, FLAGS_ALL);
  CHECK_OK (nbd_aio_block_status_filter (h, 512, 0, names, extent64 (&middle),
                                         completion (&done), 0));
  server_expect (&s, "xrequest PAYLOAD_LEN BLOCK_STATUS 1 0 12 u64 512 "
                     "u32 1");
  server_expect_nothing (&s);
  nbd_close (h);
  server_close (&s);
  free (names);
}
