/* SPDX-License-Identifier: MIT */

/* A transport may say EAGAIN although it has what the machine needs, as TLS
 * libraries do.  Then no call that drives the handle sleeps while something
 * is buffered, and none loops over a part of a message.  No call sleeps after
 * sending has failed, either.  The test puts a transport of its own below the
 * library. */

#include <errno.h>
#include <sys/socket.h>

#include "drive/drive.h"

#include "bytes.h"
#include "check.h"
#include "client.h"
#include "server.h"

/* The bytes that the transport has, and whether its next receive returns
 * them. */
static struct bytes has;
static bool gives, send_fails;

static ssize_t
late_receive (struct nbdi_channel *ch, struct iovec *iov,
              int n __attribute__ ((unused)))
{
  if (has.len == 0) {
    char buf[4096];
    struct iovec all = { buf, sizeof buf };
    ssize_t r = nbdi_socket_transport.receive (ch, &all, 1);

    if (r <= 0)
      return r;
    put_mem (&has, buf, r);
    gives = false;
  }
  if (!gives) {
    gives = true;
    errno = EAGAIN;
    return -1;
  }
  gives = false;
  size_t len = has.len < iov->iov_len ? has.len : iov->iov_len;
  memcpy (iov->iov_base, has.p, len);
  bytes_drop (&has, len);
  return len;
}

static ssize_t
late_send (struct nbdi_channel *ch, struct iovec *iov, int n)
{
  if (!send_fails)
    return nbdi_socket_transport.send (ch, iov, n);
  nbdi_error (ENOBUFS, "the transport cannot send");
  errno = ENOBUFS;
  return NBDI_TRANSPORT_FAILED;
}

static bool
late_pending (const struct nbdi_channel *ch __attribute__ ((unused)))
{
  return has.len > 0;
}

/* A handle that uses this transport, with a server that has sent its whole
 * handshake. */
static struct nbd_handle *
late_handle (struct server *s)
{
  static struct nbdi_transport late;
  struct nbd_handle *h = nbd_create ();

  late = nbdi_socket_transport;
  late.receive = late_receive;
  late.send = late_send;
  late.pending = late_pending;
  CHECK_OK (nbd_set_request_extended_headers (h, false));
  CHECK_OK (nbd_set_request_structured_replies (h, false));
  server_open (s, h);
  h->link.channel.transport = &late;
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_say (s,
              "reply NBD_OPT_GO NBD_REP_INFO u16 NBD_INFO_EXPORT u64 1M "
              "u16 %d",
              FLAGS_ALL);
  server_say (s, "reply NBD_OPT_GO NBD_REP_ACK");
  return h;
}

static void
end (struct nbd_handle *h, struct server *s)
{
  nbd_close (h);
  server_close (s);
  bytes_free (&has);
  gives = send_fails = false;
}

static void
check_poll (void)
{
  struct server s;
  struct nbd_handle *h = late_handle (&s);
  struct calls reads[2] = { 0 };
  char buf[8];

  check_case ("poll");
  while (!nbd_aio_is_ready (h))
    CHECK_INT (nbd_poll (h, -1), 1);
  for (int i = 0; i < 2; i++)
    CHECK_OK (nbd_aio_pread (h, buf + 4 * i, 4, 0, completion (&reads[i]),
                             0));
  server_say (&s, "simple 0 1 \"abcd\" simple 0 2 \"efgh\" u16 0x6744");
  while (reads[1].called == 0)
    CHECK_INT (nbd_poll (h, -1), 1);
  CHECK_INT (reads[0].called, 1);
  CHECK_BYTES (buf, 8, "abcdefgh", 8);

  check_case ("poll, when only a part is there");
  while (nbd_poll (h, 0) == 1)
    ;
  CHECK_INT (has.len, 0);
  CHECK_INT (nbd_poll (h, 0), 0);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  end (h, &s);
}

static void
check_notify (void)
{
  struct server s;
  struct nbd_handle *h = late_handle (&s);
  struct calls read = { .gives = 1 };
  char buf[4];

  check_case ("notify");
  pump (h);
  CHECK_STATE (h, "READY");
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  server_say (&s, "simple 0 1 \"abcd\"");
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_INT (read.called, 0);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK (is_awake (h));
  pump (h);
  CHECK_CALLS (&read, 1);
  end (h, &s);
}

static void
check_blocking (void)
{
  struct server s;
  struct nbd_handle *h = late_handle (&s);
  struct calls read = { .gives = 1 };
  char buf[4];

  check_case ("blocking calls");
  pump (h);
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  server_say (&s, "simple 0 1 \"abcd\"");
  server_half_close (&s);
  CHECK_OK (nbd_shutdown (h, 0));
  CHECK_CALLS (&read, 1);
  CHECK_INT (read.error, 0);
  end (h, &s);
}

/* No reply is awaited then, and the socket stays full. */
static void
check_broken (void)
{
  static const char junk[4096];
  struct server s;
  struct nbd_handle *h = late_handle (&s);
  struct calls flush[9] = { 0 };

  check_case ("sending fails");
  pump (h);
  for (int i = 0; i < 8; i++)
    CHECK_OK (nbd_aio_flush (h, completion (&flush[i]), 0));
  while (send (nbd_aio_get_fd (h), junk, sizeof junk,
               MSG_DONTWAIT | MSG_NOSIGNAL)
         > 0)
    ;
  send_fails = true;
  CHECK_OK (nbd_aio_flush (h, completion (&flush[8]), 0));
  CHECK_FAILS (nbd_poll (h, -1), ENOBUFS, "the transport cannot send");
  CHECK_STATE (h, "DEAD");
  for (int i = 0; i < 9; i++)
    CHECK_INT (flush[i].error, ENOTCONN);
  end (h, &s);
}

void
test (void)
{
  check_poll ();
  check_notify ();
  check_blocking ();
  check_broken ();
}
