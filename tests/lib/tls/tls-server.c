/* SPDX-License-Identifier: MIT */

/* TLS for the scripted server, with shared keys. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "tls-server.h"

void
requires_tls (void)
{
  struct nbd_handle *h = nbd_create ();
  bool supported = nbd_supports_tls (h);

  nbd_close (h);
  if (!supported)
    skip ("this library was built without TLS");
}

const char *
tls_key_file (void)
{
  static const char line[] = "bob:0123\n" TLS_USER ":" TLS_KEY "\n";
  static char path[64];

  if (path[0] == '\0') {
    int fd = memfd_create ("keys", MFD_CLOEXEC);

    if (fd == -1 || write (fd, line, sizeof line - 1) == -1)
      FAIL ("memfd_create: %s", strerror (errno));
    snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
    requires_file (path);
  }
  return path;
}

void
tls_client (struct nbd_handle *h, int level)
{
  CHECK_OK (nbd_set_tls (h, level));
  CHECK_OK (nbd_set_tls_psk_file (h, tls_key_file ()));
  CHECK_OK (nbd_set_tls_username (h, TLS_USER));
}

struct nbd_handle *
tls_handle (void)
{
  struct nbd_handle *h = nbd_create ();

  if (h == NULL)
    FAIL ("%s", nbd_get_error ());
  tls_client (h, LIBNBD_TLS_REQUIRE);
  return h;
}

/* How GnuTLS sends to and receives from the socket. */

static ssize_t
push (gnutls_transport_ptr_t opaque, const void *p, size_t len)
{
  struct tls_server *t = opaque;
  ssize_t r = -1;

  if (t->holds) {
    put_mem (&t->held, p, len);
    return len;
  }
  if (t->at_once > 0 && len > t->at_once)
    len = t->at_once;
  if (len > t->budget)
    len = t->budget;
  errno = EAGAIN;
  t->sent = !t->sent && t->at_once > 0;
  if (len > 0 && (t->sent || t->at_once == 0))
    r = send (t->server->fd, p, len, MSG_NOSIGNAL);
  if (r > 0)
    t->budget -= r;
  else
    gnutls_transport_set_errno (t->session, errno);
  return r;
}

static ssize_t
pull (gnutls_transport_ptr_t opaque, void *p, size_t len)
{
  struct tls_server *t = opaque;
  ssize_t r = recv (t->server->fd, p, len, MSG_DONTWAIT);

  if (r == -1)
    gnutls_transport_set_errno (t->session, errno);
  return r;
}

/* How the scripted server uses the session. */

static ssize_t
tls_send (struct server *s, const void *p, size_t len)
{
  struct tls_server *t = s->tls;
  ssize_t r = gnutls_record_send (t->session, p, len);

  if (r < 0)
    errno = r == GNUTLS_E_AGAIN ? EAGAIN : EPIPE;
  return r < 0 ? -1 : r;
}

static ssize_t
tls_receive (struct server *s, void *p, size_t len)
{
  struct tls_server *t = s->tls;
  ssize_t r;
  char c;

  /* A record without data ends a call although there may be more records. */
  do
    r = gnutls_record_recv (t->session, p, len);
  while (r == GNUTLS_E_AGAIN
         && recv (s->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 1);
  if (r > 0)
    t->records++;
  else if (r != GNUTLS_E_AGAIN && !t->ended) {
    t->ended = true;
    t->end = r;
  }
  return r < 0 ? -1 : r;
}

static void
tls_free (struct server *s)
{
  struct tls_server *t = s->tls;

  gnutls_deinit (t->session);
  gnutls_psk_free_server_credentials (t->keys);
  bytes_free (&t->held);
  free (t);
  s->tls = NULL;
}

static const struct server_transport tls_transport = {
  .send = tls_send,
  .receive = tls_receive,
  .close = tls_free,
};

/* Sessions. */

static void
must (int r, const char *what)
{
  if (r < 0)
    FAIL ("the server's %s: %s", what, gnutls_strerror (r));
}

int
tls_find_key (gnutls_session_t session, const char *user, gnutls_datum_t *key)
{
  (void) session;
  if (strcmp (user, TLS_USER) != 0)
    return -1;
  key->size = sizeof TLS_KEY / 2;
  key->data = gnutls_malloc (key->size);
  size_t size = key->size;
  gnutls_datum_t hex = {
    (unsigned char *) TLS_KEY,
    sizeof TLS_KEY - 1,
  };
  int r = gnutls_hex_decode (&hex, key->data, &size);

  key->size = size;
  return r;
}

struct tls_server *
tls_prepare (struct server *s, const char *versions)
{
  struct tls_server *t = calloc (1, sizeof *t);
  char priority[128];

  snprintf (priority, sizeof priority, "NORMAL%s%s:-KX-ALL:+ECDHE-PSK",
            versions ? ":-VERS-ALL:+VERS-" : "", versions ? versions : "");
  *t = (struct tls_server) { .server = s, .budget = SIZE_MAX };
  must (gnutls_init (&t->session,
                     GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL),
        "session");
  must (gnutls_priority_set_direct (t->session, priority, NULL), "priority");
  must (gnutls_psk_allocate_server_credentials (&t->keys), "keys");
  gnutls_psk_set_server_credentials_function (t->keys, tls_find_key);
  must (gnutls_credentials_set (t->session, GNUTLS_CRD_PSK, t->keys),
        "credentials");
  gnutls_transport_set_ptr (t->session, t);
  gnutls_transport_set_push_function (t->session, push);
  gnutls_transport_set_pull_function (t->session, pull);
  s->tls = t;
  s->transport = &tls_transport;
  return t;
}

int
tls_step (struct server *s)
{
  struct tls_server *t = s->tls;
  int r;

  do
    r = gnutls_handshake (t->session);
  while (r < 0 && r != GNUTLS_E_AGAIN && !gnutls_error_is_fatal (r));
  return r;
}

void
tls_ask (struct server *s, struct nbd_handle *h)
{
  server_open (s, h);
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  pump (h);
  server_expect (s, "u32 FIXED_NEWSTYLE|NO_ZEROES option NBD_OPT_STARTTLS");
  server_expect_nothing (s);
}

void
tls_accept (struct server *s, struct nbd_handle *h, const char *versions)
{
  server_say (s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  tls_prepare (s, versions);
  tls_shake_hands (s, h);
}

void
tls_shake_hands (struct server *s, struct nbd_handle *h)
{
  for (;;) {
    pump (h);
    int r = tls_step (s);

    if (r == GNUTLS_E_SUCCESS)
      break;
    must (r == GNUTLS_E_AGAIN ? 0 : r, "handshake");
    if (r == GNUTLS_E_AGAIN && nbd_aio_is_dead (h))
      FAIL ("the client gave up: %s", nbd_get_error ());
  }
  pump (h);
}

void
tls_serve (struct server *s, const char *versions)
{
  struct pollfd pfd = { .fd = s->fd, .events = POLLIN };
  int r;

  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_expect (s, "u32 FIXED_NEWSTYLE|NO_ZEROES option NBD_OPT_STARTTLS");
  server_say (s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  tls_prepare (s, versions);
  while ((r = tls_step (s)) == GNUTLS_E_AGAIN)
    poll (&pfd, 1, -1);
  must (r, "handshake");
}

void
tls_release (struct server *s)
{
  struct tls_server *t = s->tls;

  t->holds = false;
  if (send (s->fd, t->held.p, t->held.len, MSG_NOSIGNAL)
      != (ssize_t) t->held.len)
    FAIL ("send: %m");
  bytes_free (&t->held);
}

/* Play the rest of the handshake.  server_handshake would begin with a
 * greeting. */
struct nbd_handle *
tls_connected (struct server *s, enum style style, const char *versions)
{
  struct nbd_handle *h = tls_handle ();

  set_style (h, style);
  tls_ask (s, h);
  tls_accept (s, h, versions);
  s->drives = h;
  server_options (s, style, 1 << 20, FLAGS_ALL);
  s->drives = NULL;
  pump (h);
  CHECK_STATE (h, "READY");
  server_expect_nothing (s);
  return h;
}

void
tls_goodbye (struct server *s)
{
  struct tls_server *t = s->tls;

  must (gnutls_bye (t->session, GNUTLS_SHUT_WR), "goodbye");
}
