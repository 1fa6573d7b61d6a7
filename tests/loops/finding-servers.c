/* SPDX-License-Identifier: MIT */
/* Handles that cannot reach their server, or lose it. */

#include <errno.h>
#include <netdb.h>

#include "client-in-loop.h"

/* In the callback of a handle that has ended, another handle takes its place,
 * very likely with the same descriptor number. */
static void
replace (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  if (has_ended (h)) {
    CHECK_INT (error != 0, nbd_aio_is_dead (h));
    c->ends++;
    stop (c);
    mortal_start (&server);
    start (c, c->ends == 5 ? read_all : replace);
  }
  else if (is_connected (h))
    mortal_kill (&server);
}

void
handles_are_replaced_in_their_callback (void)
{
  struct client c = { .wanted = 10 };

  running = 1;
  start (&c, replace);
  loop_run (loop);
  CHECK_INT (c.completed, 10);
  CHECK_INT (c.ends, 6);
  stop (&c);
}

/* The resolver: it returns two addresses, and nobody listens at the first
 * one. */
int
getaddrinfo (const char *node, const char *service,
             const struct addrinfo *hints, struct addrinfo **res)
{
  static struct sockaddr_in where[2];
  static struct addrinfo list[2];

  (void) node, (void) service, (void) hints;
  for (int i = 0; i < 2; i++) {
    where[i] = tcp_server.address.in;
    list[i] = (struct addrinfo) { .ai_family = AF_INET,
                                  .ai_socktype = SOCK_STREAM,
                                  .ai_protocol = IPPROTO_TCP,
                                  .ai_addr = (struct sockaddr *) &where[i],
                                  .ai_addrlen = sizeof where[i] };
  }
  where[0].sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1);
  list[0].ai_next = &list[1];
  *res = list;
  return 0;
}

void
freeaddrinfo (struct addrinfo *res)
{
  (void) res;
}

/* A handle that was refused may try again, in its callback. */
static void
try_again (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  if (!nbd_aio_is_created (h)) {
    read_all (h, error, data);
    return;
  }
  CHECK_INT (error, ECONNREFUSED);
  if (++c->ends == 3)
    mortal_start (&tcp_server);
  CHECK_OK (nbd_aio_connect_tcp (h, "two.example", "nbd"));
}

void
refused_handles_try_again (void)
{
  struct client c = { .wanted = 10, .h = nbd_create () };

  running = 1;
  CHECK_OK (nbd_aio_connect_tcp (c.h, "two.example", "nbd"));
  start (&c, try_again);
  loop_run (loop);
  CHECK_INT (c.completed, 10);
  CHECK_INT (c.ends, 4);
  stop (&c);
}

/* If nobody accepts the connection, the library's own timeout ends the
 * attempt. The loop needs no timer for this. */
static void
end_loop (struct nbd_handle *h, int error, void *data)
{
  struct client *c = data;

  c->changes++;
  c->error = error;
  if (has_ended (h))
    loop_quit (loop);
}

void
deadlines_need_no_timer (void)
{
  struct client c = { .h = nbd_create () };
  struct address silent;

  address_open (&silent);
  address_listen (&silent);
  CHECK_OK (nbd_set_connect_timeout (c.h, 50));
  CHECK_OK (nbd_aio_connect_unix (c.h, silent.path));
  start (&c, end_loop);
  loop_run (loop);
  CHECK_INT (c.error, ETIMEDOUT);
  stop (&c);
  address_close (&silent);
}
