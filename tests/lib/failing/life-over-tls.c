/* SPDX-License-Identifier: MIT */

/* Lives of handles that use TLS, with keys and with certificates: see
 * life.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "check.h"
#include "life.h"
#include "peer.h"

#define USER "alice"
#define KEY "5a5ba1ec0ffee123456789abcdef0011"

/* The server's session and credentials. */
static gnutls_session_t session;
static gnutls_psk_server_credentials_t keys;
static gnutls_certificate_credentials_t certificates;
static const char *priority;

static void
must (int r, const char *what)
{
  if (r < 0)
    FAIL ("%s: %s", what, gnutls_strerror (r));
}

static int
find_key (gnutls_session_t s __attribute__ ((unused)),
          const char *user __attribute__ ((unused)), gnutls_datum_t *key)
{
  gnutls_datum_t hex = { (unsigned char *) KEY, sizeof KEY - 1 };

  return gnutls_hex_decode2 (&hex, key);
}

/* The client may close the connection at any moment. */
static bool
start (int fd)
{
  int r;

  must (gnutls_init (&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL), "session");
  must (gnutls_priority_set_direct (session, priority, NULL), "priority");
  must (gnutls_credentials_set (session, GNUTLS_CRD_PSK, keys), "keys");
  must (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE,
                                certificates),
        "certificates");
  gnutls_transport_set_int (session, fd);
  do
    r = gnutls_handshake (session);
  while (r < 0 && !gnutls_error_is_fatal (r));
  if (r < 0)
    gnutls_deinit (session);
  return r >= 0;
}

static bool
send_all (const void *p, size_t n)
{
  const char *q = p;

  while (n > 0) {
    ssize_t r = gnutls_record_send (session, q, n);

    if (r < 0 && gnutls_error_is_fatal (r))
      return false;
    if (r > 0) {
      q += r;
      n -= r;
    }
  }
  return true;
}

static bool
receive_all (void *p, size_t n)
{
  char *q = p;

  while (n > 0) {
    ssize_t r = gnutls_record_recv (session, q, n);

    if (r == 0 || (r < 0 && gnutls_error_is_fatal (r)))
      return false;
    if (r > 0) {
      q += r;
      n -= r;
    }
  }
  return true;
}

static void
end_session (void)
{
  gnutls_deinit (session);
}

static const struct peer_cipher cipher = {
  start,
  send_all,
  receive_all,
  end_session,
};

/* Files for both ends, in a directory that is removed when the program
 * ends. */

static char directory[] = "/tmp/causeway-keys-XXXXXX";
static char key_file[64], ca_file[64];

static void
remove_files (void)
{
  unlink (key_file);
  unlink (ca_file);
  rmdir (directory);
}

static void
write_file (const char *path, const void *p, size_t n)
{
  FILE *f = fopen (path, "w");

  if (f == NULL || fwrite (p, 1, n, f) != n || fclose (f) != 0)
    FAIL ("%s: %m", path);
}

/* Make the server's certificate, which is self-signed. */
static void
make_certificate (void)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t pem;
  time_t now = time (NULL);

  must (gnutls_x509_privkey_init (&key), "key");
  must (gnutls_x509_privkey_generate (key, GNUTLS_PK_EDDSA_ED25519, 256, 0),
        "key");
  must (gnutls_x509_crt_init (&crt), "certificate");
  must (gnutls_x509_crt_set_version (crt, 3), "version");
  must (gnutls_x509_crt_set_serial (crt, "\1", 1), "serial number");
  must (gnutls_x509_crt_set_activation_time (crt, now - 3600), "activation");
  must (gnutls_x509_crt_set_expiration_time (crt, now + 3600), "expiration");
  must (gnutls_x509_crt_set_dn (crt, "CN=causeway", NULL), "name");
  must (gnutls_x509_crt_set_ca_status (crt, 1), "authority");
  must (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME,
                                              "localhost", 9, 0),
        "host");
  must (gnutls_x509_crt_set_key_purpose_oid (crt, GNUTLS_KP_TLS_WWW_SERVER,
                                             0),
        "purpose");
  must (gnutls_x509_crt_set_key (crt, key), "key");
  must (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA512, 0), "sign");
  must (gnutls_certificate_set_x509_key (certificates, &crt, 1, key), "key");
  must (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &pem), "export");
  write_file (ca_file, pem.data, pem.size);
  gnutls_free (pem.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
}

static void
make_files (void)
{
  static const char line[] = "bob:01\n" USER ":" KEY "\n";

  if (keys != NULL)
    return;
  if (mkdtemp (directory) == NULL)
    FAIL ("%s: %m", directory);
  snprintf (key_file, sizeof key_file, "%s/keys.psk", directory);
  snprintf (ca_file, sizeof ca_file, "%s/ca-cert.pem", directory);
  atexit (remove_files);
  write_file (key_file, line, sizeof line - 1);
  must (gnutls_psk_allocate_server_credentials (&keys), "keys");
  gnutls_psk_set_server_credentials_function (keys, find_key);
  must (gnutls_certificate_allocate_credentials (&certificates),
        "certificates");
  make_certificate ();
}

/* Connect a handle and use it, unless one of its settings has failed. */
static void
connect_and_use (struct nbd_handle *h, struct outcome *o)
{
  if (o->call != NULL) {
    end (h);
    return;
  }
  peer_cipher = &cipher;
  int fd = peer_pair ();
  if (TRY (nbd_connect_socket (h, fd)) == 0)
    use (h, o);
  else
    end (h);
  peer_join ();
  peer_cipher = NULL;
}

static void
shared_keys (struct outcome *o)
{
  make_files ();
  priority = "NORMAL:-KX-ALL:+ECDHE-PSK";
  struct nbd_handle *h = create (o);
  if (h == NULL)
    return;
  TRY (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  TRY (nbd_set_tls_psk_file (h, key_file));
  TRY (nbd_set_tls_username (h, USER));
  TRY (nbd_add_meta_context (h, "base:allocation"));
  TRY (nbd_add_meta_context (h, "x:y"));
  connect_and_use (h, o);
}

static void
with_certificates (struct outcome *o)
{
  make_files ();
  priority = "NORMAL";
  struct nbd_handle *h = create (o);
  if (h == NULL)
    return;
  TRY (nbd_set_tls (h, LIBNBD_TLS_REQUIRE));
  TRY (nbd_set_tls_certificates (h, directory));
  TRY (nbd_set_tls_hostname (h, "localhost"));
  TRY (nbd_set_tls_verify_peer (h, true));
  TRY (nbd_set_request_structured_replies (h, false));
  connect_and_use (h, o);
}

/* The program sends STARTTLS itself, and disconnects in good order. */
static void
by_hand (struct outcome *o)
{
  make_files ();
  priority = "NORMAL:-KX-ALL:+ECDHE-PSK";
  struct nbd_handle *h = create (o);
  if (h == NULL)
    return;
  TRY (nbd_set_opt_mode (h, true));
  TRY (nbd_set_tls (h, LIBNBD_TLS_DISABLE));
  TRY (nbd_set_tls_psk_file (h, key_file));
  TRY (nbd_set_tls_username (h, USER));
  if (o->call != NULL) {
    end (h);
    return;
  }
  peer_cipher = &cipher;
  int fd = peer_pair ();
  if (TRY (nbd_connect_socket (h, fd)) == 0) {
    TRY (nbd_opt_starttls (h));
    if (LIB (nbd_aio_is_negotiating (h)) == 1 && TRY (nbd_opt_go (h)) == 0)
      TRY (nbd_shutdown (h, 0));
  }
  end (h);
  peer_join ();
  peer_cipher = NULL;
}

static const struct life tls_lives[] = {
  { "TLS with keys", shared_keys },
  { "TLS with certificates", with_certificates },
  { "TLS by hand", by_hand },
  { NULL, NULL },
};

const struct life *const life_groups[] = {
  tls_lives,
  NULL,
};
const enum life_kind life_kind = OVER_TLS;
