/* SPDX-License-Identifier: MIT */

/* A blocking read or flush makes one send, one receive and at most one
 * poll. */

#include "check.h"
#include "client.h"
#include "server.h"
#include "syscalls.h"
#include "thread.h"

#define ROUNDS 10

static int
read_and_count (struct blocking *b)
{
  for (int i = 0; i < ROUNDS; i++) {
    syscalls_made ();
    CHECK_OK (b->number ? blocking_flush (b) : blocking_pread (b));
    struct syscalls made = syscalls_made ();
    CHECK_INT (made.sends, 1);
    CHECK (made.polls <= 1);
    CHECK_INT (made.receives, 1);
  }
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader = { .h = h, .call = read_and_count };

  s.waits = true;
  for (reader.number = 0; reader.number < 2; ++reader.number) {
    blocking_start (&reader);
    for (int i = 0; i < ROUNDS; i++) {
      uint16_t type;
      int cookie = server_request (&s, &type);

      server_say (&s, type == 0 ? "simple 0 %d \"data\"" : "simple 0 %d",
                  cookie);
    }
    blocking_join (&reader);
  }
  nbd_close (h);
  server_close (&s);
}
