/* SPDX-License-Identifier: MIT */

/* TLS with pre-shared keys for the brittle server.  Encrypted bytes are kept
 * in buffers, so that a connection can end inside a record. */

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "tls-server.h"

struct encryption {
  gnutls_session_t session;
  gnutls_psk_server_credentials_t keys;
  bool shaken; /* the TLS handshake has finished */
};

static ssize_t
push (gnutls_transport_ptr_t opaque, const void *p, size_t len)
{
  struct connection *c = opaque;

  put_mem (&c->wire_out, p, len);
  return len;
}

static ssize_t
pull (gnutls_transport_ptr_t opaque, void *p, size_t len)
{
  struct connection *c = opaque;

  if (c->wire_in.len == 0) {
    gnutls_transport_set_errno (c->encryption->session, EAGAIN);
    return -1;
  }
  if (len > c->wire_in.len)
    len = c->wire_in.len;
  memcpy (p, c->wire_in.p, len);
  bytes_drop (&c->wire_in, len);
  return len;
}

static int
find_key (gnutls_session_t session, const char *user, gnutls_datum_t *key)
{
  const gnutls_datum_t hex = {
    (unsigned char *) TLS_KEY,
    sizeof TLS_KEY - 1,
  };

  (void) session;
  return strcmp (user, TLS_USER) == 0 ? gnutls_hex_decode2 (&hex, key) : -1;
}

void
encryption_start (struct connection *c)
{
  struct encryption *e = calloc (1, sizeof *e);

  if (e == NULL
      || gnutls_init (&e->session,
                      GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL)
           < 0
      || gnutls_priority_set_direct (e->session, "NORMAL:-KX-ALL:+ECDHE-PSK",
                                     NULL)
           < 0
      || gnutls_psk_allocate_server_credentials (&e->keys) < 0
      || gnutls_credentials_set (e->session, GNUTLS_CRD_PSK, e->keys) < 0)
    abort ();
  gnutls_psk_set_server_credentials_function (e->keys, find_key);
  gnutls_transport_set_ptr (e->session, c);
  gnutls_transport_set_push_function (e->session, push);
  gnutls_transport_set_pull_function (e->session, pull);
  c->encryption = e;
}

static bool
is_shaken (struct encryption *e)
{
  while (!e->shaken) {
    int r = gnutls_handshake (e->session);

    e->shaken = r == GNUTLS_E_SUCCESS;
    if (r == GNUTLS_E_AGAIN || gnutls_error_is_fatal (r))
      return false;
  }
  return true;
}

bool
decrypt_input (struct connection *c)
{
  struct encryption *e = c->encryption;

  if (!is_shaken (e))
    return true;
  for (;;) {
    uint8_t *p = put_space (&c->in, 16384);
    ssize_t n = gnutls_record_recv (e->session, p, 16384);

    c->in.len -= 16384 - (n > 0 ? n : 0);
    if (n == GNUTLS_E_AGAIN)
      return true;
    if (n == 0 || (n < 0 && gnutls_error_is_fatal (n)))
      return false;
  }
}

void
encrypt_output (struct connection *c)
{
  if (!is_shaken (c->encryption))
    return;
  while (c->out.len > 0) {
    ssize_t n = gnutls_record_send (c->encryption->session, c->out.p,
                                    c->out.len);

    if (n < 0)
      abort (); /* cannot happen: GnuTLS writes to a buffer */
    bytes_drop (&c->out, n);
  }
}

void
encryption_free (struct connection *c)
{
  if (c->encryption == NULL)
    return;
  gnutls_deinit (c->encryption->session);
  gnutls_psk_free_server_credentials (c->encryption->keys);
  free (c->encryption);
}

bool
encrypted_handle (struct nbd_handle *h)
{
  if (!nbd_supports_tls (h))
    return false;
  tls_client (h, LIBNBD_TLS_REQUIRE);
  return true;
}
