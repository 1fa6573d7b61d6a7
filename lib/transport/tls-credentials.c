/* SPDX-License-Identifier: MIT */
/* Credentials: pre-shared keys or certificates. */

#include "transport/tls-session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What pre-shared keys need in addition to a priority string for
 * certificates. */
#define PSK_PRIORITY ":+ECDHE-PSK:+DHE-PSK:+PSK"

static int
check (int r, const char *what)
{
  if (r >= 0)
    return 0;
  nbdi_error (0, "TLS: %s: %s", what, gnutls_strerror (r));
  nbdi_tls_errno (r);
  return -1;
}

/* Whether the processor has instructions that make AES faster than
 * ChaCha20. */
static bool
has_aes_instructions (void)
{
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports ("aes");
#else
  return false;
#endif
}

/* The protocol permits versions before TLS 1.2 only if the user asks for them.
 *
 * GnuTLS prefers ChaCha20 to AES-128-GCM, and with pre-shared keys in TLS
 * 1.3 it is the first cipher that fits.  On processors with AES
 * instructions the latter is several times faster. */
static int
set_priority (const struct nbdi_settings *settings, gnutls_session_t session,
              bool psk)
{
  const char *chosen = settings->tls_priority;
  CLEANUP_FREE char *priority = NULL;
  const char *where;

  if (asprintf (&priority, "%s%s%s%s", chosen ? chosen : TLS_PRIORITY,
                chosen ? "" : ":-VERS-TLS1.0:-VERS-TLS1.1",
                !chosen && has_aes_instructions ()
                  ? ":-CHACHA20-POLY1305:+CHACHA20-POLY1305"
                  : "",
                psk ? PSK_PRIORITY : "")
      == -1) {
    priority = NULL;
    nbdi_error (errno, "asprintf");
    return -1;
  }
  int r = gnutls_priority_set_direct (session, priority, &where);
  if (r == GNUTLS_E_INVALID_REQUEST) {
    CLEANUP_TEXT const char *text = nbdi_printable (where);
    nbdi_error (EINVAL, "TLS: priority string is wrong at %s", text);
    return -1;
  }
  return check (r, "gnutls_priority_set_direct");
}

/* Pre-shared keys. */

static void
no_key (const char *file, const char *user)
{
  CLEANUP_TEXT const char *text = nbdi_printable (user);

  nbdi_error (EINVAL,
              "TLS: PSK file: %s: no key for user %s; "
              "nbd_set_tls_username, or a URI, chooses the user",
              file, text);
}

/* Find the user's line in a file of lines "user:hexadecimal key". */
static char *
find_key (const char *file, const char *user)
{
  FILE *f = fopen (file, "re");
  CLEANUP_FREE char *line = NULL;
  char *key = NULL;
  size_t size = 0, user_len = strlen (user);
  bool found = false;
  ssize_t len;

  if (f == NULL) {
    nbdi_error (errno, "TLS: PSK file: %s", file);
    return NULL;
  }
  while (!found && (len = getline (&line, &size, f)) != -1) {
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
      line[--len] = '\0';
    found = strncmp (line, user, user_len) == 0 && line[user_len] == ':';
    if (found)
      key = strdup (line + user_len + 1);
  }
  if (line)
    explicit_bzero (line, size);
  /* There is no memory, or the file cannot be read to its end. */
  if (key == NULL && (found || !feof (f)))
    nbdi_error (errno, "TLS: PSK file: %s", file);
  else if (key == NULL)
    no_key (file, user);
  fclose (f);
  return key;
}

static int
use_psk (const struct nbdi_settings *settings, gnutls_session_t session,
         struct nbdi_tls_credentials *c)
{
  CLEANUP_FREE char *user = nbdi_tls_user (settings->tls_username);
  CLEANUP_FREE char *key = NULL;

  if (user == NULL)
    return -1;
  key = find_key (settings->tls_psk_file, user);
  if (key == NULL)
    return -1;
  gnutls_datum_t datum = { (unsigned char *) key, strlen (key) };
  int r = gnutls_psk_allocate_client_credentials (&c->psk);
  if (r >= 0)
    r = gnutls_psk_set_client_credentials (c->psk, user, &datum,
                                           GNUTLS_PSK_KEY_HEX);
  explicit_bzero (key, datum.size);
  if (r < 0) {
    nbdi_error (0, "TLS: PSK file: %s: key of user %s: %s",
                settings->tls_psk_file, user, gnutls_strerror (r));
    nbdi_tls_errno (r);
    return -1;
  }
  return check (gnutls_credentials_set (session, GNUTLS_CRD_PSK, c->psk),
                "gnutls_credentials_set");
}

/* Certificates. */

static char *
in_directory (const char *dir, const char *file)
{
  char *path;

  if (asprintf (&path, "%s/%s", dir, file) == -1)
    return NULL;
  return path;
}

/* A file without certificates is a mistake: it does not mean to trust
 * nobody. */
static int
load_authorities (gnutls_certificate_credentials_t x509, const char *ca)
{
  int r = gnutls_certificate_set_x509_trust_file (x509, ca,
                                                  GNUTLS_X509_FMT_PEM);

  if (r == 0) {
    nbdi_error (EINVAL, "TLS: %s: there is no certificate in this file", ca);
    return -1;
  }
  return check (r, ca);
}

/* GnuTLS does not say which of the two files is wrong. */
static int
load_client (gnutls_certificate_credentials_t x509, const char *cert,
             const char *key)
{
  int r = gnutls_certificate_set_x509_key_file (x509, cert, key,
                                                GNUTLS_X509_FMT_PEM);

  if (r >= 0)
    return 0;
  nbdi_error (0, "TLS: %s and client-key.pem: %s", cert, gnutls_strerror (r));
  nbdi_tls_errno (r);
  return -1;
}

/* Whether there is such a file; -1 if it cannot be read. */
static int
find_file (const char *path)
{
  if (access (path, R_OK) == 0)
    return 1;
  if (errno == ENOENT || errno == ENOTDIR)
    return 0;
  nbdi_error (errno, "TLS: %s", path);
  return -1;
}

/* A certificate cannot be used without its key, nor a key without its
 * certificate. */
static int
find_client (const char *dir, const char *cert, const char *key)
{
  int has_cert = find_file (cert);
  int has_key = find_file (key);

  if (has_cert == -1 || has_key == -1)
    return -1;
  if (has_cert == has_key)
    return has_cert;
  nbdi_error (ENOENT, "TLS: %s has %s.pem but no %s.pem", dir,
              has_cert ? "client-cert" : "client-key",
              has_cert ? "client-key" : "client-cert");
  return -1;
}

/* Load the files in the directory; 0 means that it has no authorities. */
static int
load_directory (struct nbdi_tls_credentials *c, const char *dir)
{
  gnutls_certificate_credentials_t x509 = c->x509;
  CLEANUP_FREE char *ca = in_directory (dir, "ca-cert.pem");
  CLEANUP_FREE char *cert = in_directory (dir, "client-cert.pem");
  CLEANUP_FREE char *key = in_directory (dir, "client-key.pem");
  CLEANUP_FREE char *crl = in_directory (dir, "ca-crl.pem");

  if (ca == NULL || cert == NULL || key == NULL || crl == NULL) {
    nbdi_error (errno, "asprintf");
    return -1;
  }
  int has_ca = find_file (ca);
  if (has_ca != 1)
    return has_ca;
  if (load_authorities (x509, ca) == -1)
    return -1;
  /* Files that exist must be usable: if a list of revoked certificates were
   * ignored, these would be trusted. */
  int has_client = find_client (dir, cert, key);
  int has_crl = find_file (crl);
  if (has_client == -1 || has_crl == -1)
    return -1;
  if (has_client && load_client (x509, cert, key) == -1)
    return -1;
  if (has_crl
      && check (gnutls_certificate_set_x509_crl_file (x509, crl,
                                                      GNUTLS_X509_FMT_PEM),
                crl)
           == -1)
    return -1;
  c->has_client = has_client;
  c->directory = strdup (dir);
  if (c->directory == NULL) {
    nbdi_error (errno, "strdup");
    return -1;
  }
  return 1;
}

/* Look for certificates in the default directories. */
static int
search_directories (struct nbdi_tls_credentials *c)
{
  static const char *const below_home[] = {
    ".pki/libnbd",
    ".config/pki/libnbd",
  };
  const char *home = secure_getenv ("HOME");

  if (geteuid () == 0 || home == NULL)
    return load_directory (c, SYSCONFDIR "/pki/libnbd");
  for (size_t i = 0; i < sizeof below_home / sizeof below_home[0]; i++) {
    CLEANUP_FREE char *dir = in_directory (home, below_home[i]);
    if (dir == NULL) {
      nbdi_error (errno, "asprintf");
      return -1;
    }
    int r = load_directory (c, dir);
    if (r != 0)
      return r;
  }
  return 0;
}

static bool
is_address (const char *name)
{
  struct in6_addr address;

  return inet_pton (AF_INET, name, &address) == 1
         || inet_pton (AF_INET6, name, &address) == 1;
}

/* The host name as certificates have it: without the zone of an IPv6
 * address, which has a meaning only on this machine, and without a final
 * dot, which is for resolvers only. */
static int
find_name (const struct nbdi_settings *settings, const char *host,
           struct nbdi_tls_credentials *c)
{
  const char *name = settings->tls_hostname;

  if (name == NULL || *name == '\0')
    name = host;
  if (name == NULL)
    return 0;
  size_t len = strlen (name);
  if (strchr (name, ':') != NULL)
    len = strcspn (name, "%");
  else if (len > 1 && name[len - 1] == '.')
    len--;
  c->name = strndup (name, len);
  if (c->name == NULL) {
    nbdi_error (errno, "strndup");
    return -1;
  }
  return 0;
}

/* Let the handshake fail unless the certificate is for a server and, if
 * there is a name, for this server. */
static void
verify_server (gnutls_session_t session, struct nbdi_tls_credentials *c)
{
  unsigned n = 0;

  c->expected[n++] = (gnutls_typed_vdata_st) {
    .type = GNUTLS_DT_KEY_PURPOSE_OID,
    .data = (unsigned char *) GNUTLS_KP_TLS_WWW_SERVER,
  };
  if (c->name)
    c->expected[n++] = (gnutls_typed_vdata_st) {
      .type = GNUTLS_DT_DNS_HOSTNAME,
      .data = (unsigned char *) c->name,
    };
  gnutls_session_set_verify_cert2 (session, c->expected, n, 0);
}

static int
use_certificates (const struct nbdi_settings *settings, const char *host,
                  gnutls_session_t session, struct nbdi_tls_credentials *c)
{
  const char *dir = settings->tls_certificates;

  if (find_name (settings, host, c) == -1)
    return -1;
  if (check (gnutls_certificate_allocate_credentials (&c->x509),
             "certificate credentials")
      == -1)
    return -1;
  int r = dir ? load_directory (c, dir) : search_directories (c);
  if (r == -1)
    return -1;
  if (r == 0
      && check (gnutls_certificate_set_x509_system_trust (c->x509),
                "the system's certificate authorities")
           == -1)
    return -1;
  if (check (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE,
                                     c->x509),
             "gnutls_credentials_set")
      == -1)
    return -1;
  if (c->name && !is_address (c->name)
      && check (gnutls_server_name_set (session, GNUTLS_NAME_DNS, c->name,
                                        strlen (c->name)),
                "server name")
           == -1)
    return -1;
  if (settings->tls_verify_peer)
    verify_server (session, c);
  return 0;
}

int
nbdi_tls_set_credentials (const struct nbdi_settings *settings,
                          const char *host, gnutls_session_t session,
                          struct nbdi_tls_credentials *c)
{
  bool psk = settings->tls_psk_file != NULL;

  if (set_priority (settings, session, psk) == -1)
    return -1;
  return psk ? use_psk (settings, session, c)
             : use_certificates (settings, host, session, c);
}

void
nbdi_tls_free_credentials (struct nbdi_tls_credentials *c)
{
  if (c->psk)
    gnutls_psk_free_client_credentials (c->psk);
  if (c->x509)
    gnutls_certificate_free_credentials (c->x509);
  free (c->name);
  free (c->directory);
}
