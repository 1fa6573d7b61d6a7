/* SPDX-License-Identifier: MIT */

/* While a server sends so much that a call never sleeps, no signal
 * interrupts its sleep.  The interrupt callback is asked nevertheless. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

#include "check.h"
#include "notation.h"
#include "server.h"

/* The most chunks that the server sends.  Each belongs to no command. */
#define MOST 100000

static void *
flood (void *opaque)
{
  struct server *s = opaque;
  struct bytes chunk = { .p = NULL };

  notation_format (&chunk, "chunk 0 OFFSET_DATA 77 u64 0 zero 16384");
  for (int i = 0; i < MOST; i++)
    if (send (s->fd, chunk.p, chunk.len, MSG_NOSIGNAL) != (ssize_t) chunk.len)
      break;
  shutdown (s->fd, SHUT_RDWR);
  bytes_free (&chunk);
  return NULL;
}

static int
yes (void *opaque __attribute__ ((unused)))
{
  return 1;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, STRUCTURED);
  pthread_t thread;
  char buf[4];

  CHECK_OK (nbd_set_interrupt_callback (h, (nbd_interrupt_callback) {
                                             .callback = yes,
                                           }));
  CHECK_INT (fcntl (s.fd, F_SETFL, 0), 0);
  CHECK_INT (pthread_create (&thread, NULL, flood, &s), 0);
  CHECK_FAILS (nbd_pread (h, buf, 4, 0, 0), EINTR,
               "nbd_pread: read: command failed: the call was interrupted");
  CHECK_INT (nbd_aio_is_dead (h), 0);
  nbd_close (h);
  CHECK_INT (pthread_join (thread, NULL), 0);
  server_close (&s);
}
