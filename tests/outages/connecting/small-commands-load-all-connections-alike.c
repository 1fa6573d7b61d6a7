/* SPDX-License-Identifier: MIT */
/* Small commands go to one connection in groups.  Still, however many they
 * are, no connection has many more commands than another. */
#include "lasting.h"

#define LINKS 4
#define AHEAD 2
#define ENOUGH 32 /* reads for each connection to have something to do */

static struct server servers[LINKS];

static void
issue_read (struct nbd_handle *h)
{
  static char buf[4];

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
  CHECK_OK (nbd_poll (h, 0));
}

/* The number of requests that wait at the server. */
static size_t
load (struct server *s)
{
  return server_take (s) / 28;
}

static void
answer_all (struct nbd_handle *h, int nr)
{
  for (int i = 0; i < nr; i++)
    while (load (&servers[i]) > 0)
      server_say (&servers[i], "simple 0 %llu \"abcd\"",
                  (unsigned long long) server_request (&servers[i], NULL));
  pump (h);
}

/* Open one more connection.  It is given commands once an older connection
 * has answered a command that was sent after the new one was established. */
static void
open_another (struct nbd_handle *h, const struct address *a, int nr)
{
  for (int i = 0; i < ENOUGH * nr; i++)
    issue_read (h);
  server_serves (&servers[nr], a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  answer_all (h, nr);
  issue_read (h);
  answer_all (h, nr);
}

void
test (void)
{
  struct address a;
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_connections (h, LINKS));
  lasting_connect (h, &servers[0], &a, SIMPLE, FLAGS_ALL);
  for (int nr = 1; nr < LINKS; nr++)
    open_another (h, &a, nr);
  for (int i = 0; i < 64; i++) {
    size_t least = SIZE_MAX, most = 0, all = 0;

    issue_read (h);
    for (int j = 0; j < LINKS; j++) {
      size_t n = load (&servers[j]);
      least = n < least ? n : least;
      most = n > most ? n : most;
      all += n;
    }
    CHECK_INT (all, i + 1);
    if (most > least + AHEAD)
      FAIL ("after %d reads: from %zu to %zu", i + 1, least, most);
  }
  for (int i = 1; i < LINKS; i++)
    server_close (&servers[i]);
  lasting_close (h, &servers[0], &a);
}
