/* SPDX-License-Identifier: MIT */

/* A filtered query is refused without extended headers, without the
 * server's payload feature, and for contexts that are not active. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

static void
filter (enum style style, uint16_t flags, const char *name, int errnum)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct calls middle = { 0 }, done = { 0 };
  char *names[] = { (char *) name, NULL };

  CHECK_OK (nbd_add_meta_context (h, "base:allocation"));
  server_connect (&s, h, style, 1 << 20, flags);
  CHECK_FAILS (nbd_aio_block_status_filter (
                 h, 512, 0, names, extent64 (&middle), completion (&done), 0),
               errnum, "nbd_aio_block_status_filter: ");
  CHECK_CALLS (&middle, 0);
  CHECK_CALLS (&done, 0);
  server_expect_nothing (&s);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  check_case ("structured replies");
  filter (STRUCTURED, FLAGS_ALL, "base:allocation", ENOTSUP);
  check_case ("no payload feature");
  filter (EXTENDED, 1, "base:allocation", EINVAL);
  check_case ("unknown context");
  filter (EXTENDED, FLAGS_ALL, "x-other:one", EINVAL);
}
