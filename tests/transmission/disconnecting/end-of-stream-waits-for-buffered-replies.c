/* SPDX-License-Identifier: MIT */

/* The library acts on the end of the connection only after it has served all
 * replies that came before, with nbd_poll, one in each call, and with
 * notifications. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define N 6

static struct server s;
static struct calls calls[N + 1];
static char buf[4];

/* N commands with replies and one without, then the end. */
static struct nbd_handle *
setup (void)
{
  struct nbd_handle *h = server_handle (&s, SIMPLE);

  for (int i = 0; i <= N; i++) {
    calls[i] = (struct calls) { 0 };
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls[i]), 0));
  }
  pump (h);
  for (int i = 0; i <= N; i++)
    server_request (&s, NULL);
  for (int i = 1; i <= N; i++)
    server_say (&s, "simple 0 %d \"data\"", i);
  server_close (&s);
  return h;
}

static void
finish (struct nbd_handle *h)
{
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_get_direction (h), 0);
  CHECK_INT (calls[N].error, ENOTCONN);
  for (int i = 0; i < N; i++)
    CHECK_INT (calls[i].error, 0);
  nbd_close (h);
  for (int i = 0; i <= N; i++)
    CHECK_CALLS (&calls[i], 1);
}

void
test (void)
{
  check_case ("poll");
  struct nbd_handle *h = setup ();
  for (int i = 0; i < N; i++) {
    CHECK_INT (nbd_poll (h, -1), 1);
    CHECK_INT (calls[i].called, 1);
    CHECK_STATE (h, "READY");
  }
  CHECK_INT (nbd_poll (h, -1), 1);
  finish (h);

  check_case ("notify");
  h = setup ();
  pump (h);
  finish (h);
}
