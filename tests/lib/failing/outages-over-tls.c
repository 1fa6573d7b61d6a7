/* SPDX-License-Identifier: MIT */

/* Lives in outages with TLS, which is negotiated for each connection: see
 * outages.h. */

#include <errno.h>

#include "check.h"
#include "outages.h"
#include "tls-server.h"

static gnutls_psk_server_credentials_t keys;

static void
must (int r, const char *what)
{
  if (r < 0)
    FAIL ("the server's %s: %s", what, gnutls_strerror (r));
}

/* Make the keys before a test counts descriptors. */
static void make_keys (void) __attribute__ ((constructor));

static void
make_keys (void)
{
  tls_key_file ();
  must (gnutls_psk_allocate_server_credentials (&keys), "keys");
  gnutls_psk_set_server_credentials_function (keys, tls_find_key);
}

/* The client may close the connection at any moment. */
static void *
start (int fd)
{
  gnutls_session_t session;
  int r;

  must (gnutls_init (&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL), "session");
  must (gnutls_priority_set_direct (session, "NORMAL:-KX-ALL:+ECDHE-PSK",
                                    NULL),
        "priority");
  must (gnutls_credentials_set (session, GNUTLS_CRD_PSK, keys), "keys");
  gnutls_transport_set_int (session, fd);
  do
    r = gnutls_handshake (session);
  while (r < 0 && !gnutls_error_is_fatal (r));
  if (r == GNUTLS_E_SUCCESS)
    return session;
  gnutls_deinit (session);
  return NULL;
}

/* Convert a result of GnuTLS to what recv and send would return. */
static ssize_t
result (ssize_t r)
{
  if (r >= 0)
    return r;
  errno = gnutls_error_is_fatal (r) ? EPIPE : EINTR;
  return -1;
}

static ssize_t
send_some (void *session, const void *p, size_t n)
{
  return result (gnutls_record_send (session, p, n));
}

static ssize_t
receive_some (void *session, void *p, size_t n)
{
  return result (gnutls_record_recv (session, p, n));
}

static void
end_session (void *session)
{
  gnutls_deinit (session);
}

static const struct ram_cipher cipher = {
  start,
  send_some,
  receive_some,
  end_session,
};

const struct ram_cipher *const outage_cipher = &cipher;

bool
prepare_outages (struct nbd_handle *h, struct outcome *o)
{
  return TRY (nbd_set_tls (h, LIBNBD_TLS_REQUIRE)) == 0
         && TRY (nbd_set_tls_psk_file (h, tls_key_file ())) == 0
         && TRY (nbd_set_tls_username (h, TLS_USER)) == 0;
}

const struct life *const life_groups[] = { outage_lives, NULL };
