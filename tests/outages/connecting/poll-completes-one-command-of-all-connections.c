/* SPDX-License-Identifier: MIT */
/* If replies have arrived on several connections, nbd_poll completes one
 * command in each call, and no connection waits for ever for its turn. */
#include "lasting.h"

#define EACH 8 /* reads in flight on each connection */

static struct server servers[2];
static char buf[4];

static int64_t
issue_read (struct nbd_handle *h)
{
  return CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
}

static void
answer (struct server *s, int nr)
{
  for (int i = 0; i < nr; i++)
    server_say (s, "simple 0 %llu \"abcd\"",
                (unsigned long long) server_request (s, NULL));
}

/* A handle with two connections, which are both given commands. */
static struct nbd_handle *
handle (struct address *a)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_connections (h, 2));
  lasting_connect (h, &servers[0], a, SIMPLE, FLAGS_ALL);
  issue_read (h);
  issue_read (h);
  server_serves (&servers[1], a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  issue_read (h);
  pump (h);
  answer (&servers[0], 3);
  pump (h);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  return h;
}

/* The number of requests that wait at the server. */
static size_t
load (struct server *s)
{
  return server_take (s) / 28;
}

/* Let each server get EACH requests, or more. */
static int
issue_reads (struct nbd_handle *h)
{
  int nr = 0;

  for (; load (&servers[0]) < EACH || load (&servers[1]) < EACH; nr++) {
    CHECK (nr < 1000);
    issue_read (h);
    CHECK_INT (nbd_poll (h, 0), 0);
  }
  return nr;
}

static void
one_at_a_time (struct nbd_handle *h)
{
  int in_flight = issue_reads (h);

  for (int i = 0; i < 2; i++)
    answer (&servers[i], (int) load (&servers[i]));
  while (in_flight > 0) {
    CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
    CHECK_INT (nbd_aio_in_flight (h), --in_flight);
  }
}

/* There is always a reply on the first connection. */
static void
each_in_its_turn (struct nbd_handle *h)
{
  issue_reads (h);
  uint64_t cookie = server_request (&servers[1], NULL);
  server_say (&servers[1], "simple 0 %llu \"abcd\"",
              (unsigned long long) cookie);
  do {
    CHECK (load (&servers[0]) > 0);
    answer (&servers[0], 1);
    CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
  } while (nbd_aio_command_completed (h, cookie & 0xffff) == 0);
}

void
test (void)
{
  struct address a;
  struct nbd_handle *h = handle (&a);

  one_at_a_time (h);
  each_in_its_turn (h);
  server_close (&servers[1]);
  lasting_close (h, &servers[0], &a);
}
