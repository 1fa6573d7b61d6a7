/* SPDX-License-Identifier: MIT */

/* Whatever fails below an encrypted connection, and however late, the handle
 * is dead and the error names the cause.  What can continue later only waits.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"
#include "wrap.h"

/* The client's socket, the errors of its next sends (0: none), and whether
 * its other calls fail. */
static int client = -1;
static int sends[3];
static bool receives_fail, records_fail;

WRAPPER (ssize_t, send, (int fd, const void *p, size_t n, int flags))
{
  if (fd == client) {
    int error = sends[0];
    sends[0] = sends[1];
    sends[1] = sends[2];
    sends[2] = 0;
    if (error != 0) {
      errno = error;
      return -1;
    }
  }
  return __real_send (fd, p, n, flags);
}

WRAPPER (ssize_t, recv, (int fd, void *p, size_t n, int flags))
{
  if (fd == client && receives_fail) {
    errno = ENOMEM;
    return -1;
  }
  return __real_recv (fd, p, n, flags);
}

WRAPPER (ssize_t, gnutls_record_send,
         (gnutls_session_t session, const void *p, size_t len))
{
  return records_fail ? GNUTLS_E_RECORD_LIMIT_REACHED
                      : __real_gnutls_record_send (session, p, len);
}

WRAPPER (int, gnutls_bye,
         (gnutls_session_t session __attribute__ ((unused)),
          gnutls_close_request_t how __attribute__ ((unused))))
{
  return GNUTLS_E_INVALID_SESSION;
}

static void
next_sends (int first, int second, int third)
{
  sends[0] = first;
  sends[1] = second;
  sends[2] = third;
}

static void
end (struct nbd_handle *h, struct server *s)
{
  client = -1;
  receives_fail = records_fail = false;
  nbd_close (h);
  server_close (s);
}

static char last[200];

static int
keep_bye (void *opaque __attribute__ ((unused)),
          const char *context __attribute__ ((unused)), const char *msg)
{
  if (strstr (msg, "bye") != NULL)
    strncpy (last, msg, sizeof last - 1);
  return 0;
}

static void
check_handshake (void)
{
  struct server s;
  struct nbd_handle *h = tls_handle ();

  check_case ("the first message of the handshake");
  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = keep_bye,
                                       }));
  CHECK_OK (nbd_set_debug (h, true));
  tls_ask (&s, h);
  client = nbd_aio_get_fd (h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  next_sends (EAGAIN, ENOBUFS, 0);
  CHECK_OK (nbd_aio_notify_read (h));
  CHECK_FAILS (nbd_aio_notify_write (h), ENOBUFS, "TLS: handshake: send");
  CHECK_STATE (h, "DEAD");
  end (h, &s);

  check_case ("the rest of an encrypted option");
  h = tls_handle ();
  tls_ask (&s, h);
  server_say (&s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  tls_prepare (&s, NULL);
  pump (h);
  CHECK_INT (tls_step (&s), GNUTLS_E_AGAIN);
  client = nbd_aio_get_fd (h);
  next_sends (0, EAGAIN, ENOBUFS);
  CHECK_FAILS (nbd_aio_notify_read (h), ENOBUFS, "send");
  CHECK_STATE (h, "DEAD");
  end (h, &s);
}

static void
check_requests (void)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);
  struct calls done = { 0 }, lost = { 0 };
  static char buf[100000];

  check_case ("a request that waits");
  client = nbd_aio_get_fd (h);
  next_sends (EAGAIN, EAGAIN, 0);
  CHECK_OK (nbd_aio_flush (h, completion (&done), 0));
  server_expect_nothing (&s);
  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_BOTH);
  CHECK_OK (nbd_aio_notify_write (h));
  server_expect (&s, "request 0 FLUSH 1 0 0");
  server_say (&s, "simple 0 1");
  pump (h);
  CHECK_INT (done.called, 1);

  check_case ("a large request of which no record is made");
  records_fail = true;
  CHECK_OK (nbd_aio_pwrite (h, buf, sizeof buf, 0, completion (&lost), 0));
  CHECK_FAILS (nbd_aio_notify_read (h), 0, "TLS: send: ");
  CHECK_STATE (h, "DEAD");
  end (h, &s);
  CHECK_INT (lost.error, ENOTCONN);
  CHECK_CALLS (&done, 1);
  CHECK_CALLS (&lost, 1);
}

static void
check_records (void)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);
  struct calls read = { .gives = 1 };
  char buf[4];

  check_case ("a small request of which no record is made");
  records_fail = true;
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&read), 0));
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_ERROR (0, "TLS: send: ");
  /* The text is not that of the errno which stands for any such failure. */
  CHECK_ERROR (0, gnutls_strerror (GNUTLS_E_RECORD_LIMIT_REACHED));
  CHECK_STATE (h, "DEAD");
  CHECK_CALLS (&read, 1);
  CHECK_INT (read.error, ENOTCONN);
  end (h, &s);
}

static void
check_replies (void)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);

  check_case ("receiving");
  client = nbd_aio_get_fd (h);
  receives_fail = true;
  CHECK_FAILS (nbd_aio_notify_read (h), ENOMEM, "TLS: receive");
  CHECK_STATE (h, "DEAD");
  end (h, &s);
}

static void
check_goodbye (void)
{
  struct server s;
  struct nbd_handle *h = tls_connected (&s, SIMPLE, NULL);

  check_case ("the goodbye, which only the log tells");
  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = keep_bye,
                                       }));
  CHECK_OK (nbd_set_debug (h, true));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  CHECK_CONTAINS (last, gnutls_strerror (GNUTLS_E_INVALID_SESSION));
  server_expect (&s, "request 0 DISC 1 0 0");
  end (h, &s);
}

void
test (void)
{
  requires_tls ();
  check_handshake ();
  check_requests ();
  check_records ();
  check_replies ();
  check_goodbye ();
}
