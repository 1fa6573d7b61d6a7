/* SPDX-License-Identifier: MIT */

/* A server may put any bytes into the names of its certificate.  The message
 * that refuses the certificate contains none that a terminal would interpret.
 * Without memory for the message, the certificate is refused nevertheless. */

#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "client.h"
#include "memory.h"
#include "tls-server.h"
#include "wrap.h"

/* A list of names in DER: a URI of 300 bytes, which is left out of the message,
 * and a DNS name that GnuTLS would not create. */
#define URI_BYTES 300
#define LIST "\x30\x82\x01\x48\x86\x82\x01\x2c"
#define DNS_NAME "\x82\x16\x1b[31mred\n\0good.example"
static char names[sizeof LIST - 1 + URI_BYTES + sizeof DNS_NAME - 1];

static void
make_names (void)
{
  char *uri = mempcpy (names, LIST, sizeof LIST - 1);

  memset (uri, 'x', URI_BYTES);
  memcpy (uri + URI_BYTES, DNS_NAME, sizeof DNS_NAME - 1);
}

/* Reading all certificates of the system each time would take long. */
WRAPPER (int, gnutls_certificate_set_x509_system_trust,
         (gnutls_certificate_credentials_t c __attribute__ ((unused))))
{
  return 1;
}

static void
must (int r, const char *what)
{
  if (r < 0)
    FAIL ("%s: %s", what, gnutls_strerror (r));
}

/* Create a self-signed certificate with these names. */
static void
make_certificate (gnutls_certificate_credentials_t credentials)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  time_t now = time (NULL);

  must (gnutls_x509_privkey_init (&key), "key");
  must (gnutls_x509_privkey_generate (key, GNUTLS_PK_EDDSA_ED25519, 256, 0),
        "key");
  must (gnutls_x509_crt_init (&crt), "certificate");
  must (gnutls_x509_crt_set_version (crt, 3), "version");
  must (gnutls_x509_crt_set_serial (crt, "\1", 1), "serial number");
  must (gnutls_x509_crt_set_activation_time (crt, now - 3600), "activation");
  must (gnutls_x509_crt_set_expiration_time (crt, now + 3600), "expiration");
  must (gnutls_x509_crt_set_extension_by_oid (crt, "2.5.29.17", names,
                                              sizeof names, 0),
        "names");
  must (gnutls_x509_crt_set_key (crt, key), "key");
  must (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA512, 0), "sign");
  must (gnutls_certificate_set_x509_key (credentials, &crt, 1, key), "key");
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
}

static gnutls_certificate_credentials_t credentials;

/* Start a server with this certificate. */
static void
start (struct server *s, struct nbd_handle *h)
{
  CHECK_OK (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  CHECK_OK (nbd_set_tls_hostname (h, "good.example"));
  CHECK_OK (nbd_set_tls_certificates (h, "none"));
  tls_ask (s, h);
  server_say (s, "reply NBD_OPT_STARTTLS NBD_REP_ACK");
  struct tls_server *t = tls_prepare (s, NULL);
  must (gnutls_priority_set_direct (t->session, "NORMAL", NULL), "priority");
  must (gnutls_credentials_set (t->session, GNUTLS_CRD_CERTIFICATE,
                                credentials),
        "credentials");
}

static void
run (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  start (&s, h);
  while (!nbd_aio_is_dead (h)) {
    tls_step (&s);
    IN_LIBRARY (pump (h));
  }
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  requires_tls ();
  work_in_empty_directory ();
  must (gnutls_certificate_allocate_credentials (&credentials), "memory");
  make_names ();
  make_certificate (credentials);
  run ();
  CHECK_ERROR (0, "not for \"good.example\" but for "
                  "\"\\x1b[31mred\\x0a\\x00good.example\";");
  CHECK_ERROR (0, "none, does not exist");
  memory_sweep ("a refused certificate", run);
  gnutls_certificate_free_credentials (credentials);
}
