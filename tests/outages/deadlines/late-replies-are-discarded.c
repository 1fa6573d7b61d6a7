/* SPDX-License-Identifier: MIT */
/* A read that times out fails with ETIMEDOUT, and the handle stays usable.
 * The late reply, or the rest of a reply that has begun, is discarded, in
 * each style.
 *
 * The NBD client of the Linux kernel could complete such a command although
 * it had to send it again: CVE-2024-49855. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "server.h"
#include "styles.h"

static struct nbd_handle *
handle (struct server *s, enum style style)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_command_timeout (h, 50));
  server_connect (s, h, style, 1 << 20, FLAGS_ALL);
  return h;
}

static void
wait_for_end (struct nbd_handle *h, const struct calls *done)
{
  while (done->called == 0)
    CHECK_OK (nbd_poll (h, -1));
}

/* A later read works. */
static void
go_on (struct server *s, struct nbd_handle *h, enum style style)
{
  char buf[8] = "", want[8];
  int cookie = CHECK_OK (nbd_aio_pread (h, buf, 8, 512, NBD_NULL_COMPLETION,
                                        0));

  server_need (s, request_size (style));
  bytes_drop (&s->in, request_size (style));
  say_data (s, style, cookie, 512, 8);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, cookie), 1);
  pattern_fill (want, 512, 8);
  CHECK_BYTES (buf, 8, want, 8);
  CHECK_STATE (h, "READY");
}

/* Send the reply to the read in this style, without the last `keep` bytes. */
static void
say_part (struct server *s, enum style style, int cookie, struct bytes *rest,
          size_t keep)
{
  struct server other;
  int fd = server_pair (&other);
  uint8_t reply[512];

  say_data (&other, style, cookie, 0, 64);
  ssize_t n = recv (fd, reply, sizeof reply, 0);
  CHECK (n > 64);
  server_send (s, reply, n - keep);
  put_mem (rest, reply + n - keep, keep);
  close (fd);
  server_close (&other);
}

static void
time_out (enum style style, size_t late)
{
  struct server s;
  struct nbd_handle *h = handle (&s, style);
  struct calls done = { .called = 0 };
  struct bytes rest = { 0 };
  char buf[64], want[64];

  int cookie = CHECK_OK (nbd_aio_pread (h, buf, 64, 0, completion (&done),
                                        0));
  server_need (&s, request_size (style));
  bytes_drop (&s.in, request_size (style));
  say_part (&s, style, cookie, &rest, late);
  wait_for_end (h, &done);
  CHECK_INT (done.error, ETIMEDOUT);
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), ETIMEDOUT,
               "read: command failed: no reply within the 0.05 s");
  CHECK_CALLS (&done, 1);
  CHECK_INT (nbd_aio_in_flight (h), 0);

  /* The library does not write to the buffer after the read has timed out. */
  memset (buf, 'x', sizeof buf);
  memset (want, 'x', sizeof want);
  server_send (&s, rest.p, rest.len);
  pump (h);
  CHECK_BYTES (buf, sizeof buf, want, sizeof want);
  CHECK_INT (nbd_aio_peek_command_completed (h), -1);
  go_on (&s, h, style);
  nbd_close (h);
  server_close (&s);
  bytes_free (&rest);
}

static void
all_parts (enum style style)
{
  static const size_t late[] = { 1, 10, 64, 70, 80 };

  for (size_t i = 0; i < sizeof late / sizeof late[0]; i++)
    time_out (style, late[i]);
}

void
test (void)
{
  FOR_EACH_STYLE (style, all_parts);
  check_rows_end ();
}
