/* SPDX-License-Identifier: MIT */
/* Why TLS failed, as far as that is known.  Many servers close the
 * connection without an alert, so the reason has to be guessed. */

#include "transport/transport.h"
#include "transport/tls-session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How many names of a certificate are shown. */
#define MAX_NAMES 8

/* The last alert that was received. */
const char *
nbdi_tls_alert (const struct nbdi_tls *t)
{
  const char *name = gnutls_alert_get_name (gnutls_alert_get (t->session));

  return name ? name : "one without a name";
}

/* Why a server may refuse a client with a pre-shared key.  When the
 * handshake is complete, both sides have proved that they have the same
 * key. */
static char *
advice_about_key (struct nbdi_channel *ch)
{
  if (ch->tls->staging != NULL)
    return NULL;
  CLEANUP_FREE char *name = nbdi_tls_user (ch->tls->settings->tls_username);
  CLEANUP_TEXT const char *user = nbdi_printable (name);
  char *text;

  int r = asprintf (&text,
                    "; the server may not know the user %s, have "
                    "another key for this user than %s, or want certificates "
                    "instead",
                    user, ch->tls->settings->tls_psk_file);
  return r == -1 ? NULL : text;
}

/* Why a server may refuse a client with certificates.  After the handshake,
 * a server that did not ask for ours has no reason to. */
static char *
advice_about_certificate (struct nbdi_channel *ch)
{
  const struct nbdi_tls *t = ch->tls;
  const char *dir = t->credentials.directory;
  char *text = NULL;
  int r;

  if (!gnutls_certificate_client_get_request_status (t->session)) {
    if (t->staging != NULL)
      return NULL;
    r = asprintf (&text, "; the server may want a shared key, see "
                         "nbd_set_tls_psk_file, or other versions of TLS");
  }
  else if (gnutls_certificate_get_ours (t->session) != NULL)
    r = asprintf (&text,
                  "; the server may have refused our certificate, "
                  "%s/client-cert.pem",
                  dir);
  else if (t->credentials.has_client)
    r = asprintf (&text,
                  "; the server asked for a client certificate of "
                  "authorities of its own, to whom %s/client-cert.pem is "
                  "unknown",
                  dir);
  else if (dir != NULL)
    r = asprintf (&text,
                  "; the server asked for a client certificate, and "
                  "%s has no client-cert.pem",
                  dir);
  else
    r = asprintf (&text, "; the server asked for a client certificate, and "
                         "none was found, see nbd_set_tls_certificates");
  return r == -1 ? NULL : text;
}

/* Why the server may refuse us, if it has not sent any data through TLS;
 * otherwise why it may refuse the last request. */
const char *
nbdi_advice (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;

  if (t != NULL && !t->heard) {
    if (t->advice == NULL)
      t->advice = t->credentials.psk ? advice_about_key (ch)
                                     : advice_about_certificate (ch);
    if (t->advice != NULL)
      return t->advice;
  }
  return ch->advice ? ch->advice : "";
}

/* Print the names in the server's certificate, which is not trusted: each
 * may contain anything.  Names longer than any host's are left out. */
static void
print_names (FILE *f, gnutls_x509_crt_t crt)
{
  unsigned shown = 0;

  for (unsigned i = 0; shown < MAX_NAMES; i++) {
    char name[256], address[INET6_ADDRSTRLEN];
    size_t size = sizeof name;
    int type = gnutls_x509_crt_get_subject_alt_name (crt, i, name, &size,
                                                     NULL);

    if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
      continue;
    if (type < 0)
      break;
    if (type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16)
        && inet_ntop (size == 4 ? AF_INET : AF_INET6, name, address,
                      sizeof address)
             != NULL)
      size = strlen (strcpy (name, address));
    CLEANUP_TEXT const char *text = nbdi_printable_bytes ((uint8_t *) name,
                                                          size);
    fprintf (f, "%s%s", shown++ > 0 ? ", " : "", text);
  }
  if (shown == 0)
    fputs ("no host at all", f);
  else if (shown == MAX_NAMES)
    fputs (" and perhaps more", f);
}

/* Explain that the certificate is for another host. */
static void
explain_name (FILE *f, const struct nbdi_tls *t)
{
  CLEANUP_TEXT const char *name = nbdi_printable (t->credentials.name);
  const gnutls_datum_t *der = gnutls_certificate_get_peers (t->session, NULL);
  gnutls_x509_crt_t crt;

  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return;
  fprintf (f, " It is not for %s but for ", name);
  /* This cannot fail: GnuTLS has parsed it before. */
  gnutls_x509_crt_import (crt, der, GNUTLS_X509_FMT_DER);
  print_names (f, crt);
  gnutls_x509_crt_deinit (crt);
  fputs ("; nbd_set_tls_hostname, or tls-hostname in a URI, sets the name "
         "that is expected.",
         f);
}

/* Explain which authorities were accepted. */
static void
explain_authorities (FILE *f, struct nbdi_channel *ch)
{
  const char *set = ch->tls->settings->tls_certificates;
  const char *used = ch->tls->credentials.directory;

  if (used != NULL)
    fprintf (f,
             " The authorities that are believed are those of "
             "%s/ca-cert.pem.",
             used);
  else if (set == NULL)
    fputs (" Only the authorities of the system are believed, for no "
           "directory with certificates was set or found; see "
           "nbd_set_tls_certificates.",
           f);
  else
    fprintf (f,
             " Only the authorities of the system are believed, for the "
             "directory of certificates, %s, %s.",
             set,
             access (set, F_OK) == -1 ? "does not exist"
                                      : "has no ca-cert.pem");
}

/* Set the error for a certificate that was rejected. */
static void
verify_error (struct nbdi_channel *ch)
{
  const struct nbdi_tls *t = ch->tls;
  unsigned status = gnutls_session_get_verify_cert_status (t->session);
  gnutls_datum_t why = { NULL, 0 };
  CLEANUP_FREE char *text = NULL;
  size_t size;
  FILE *f = open_memstream (&text, &size);

  if (f == NULL) {
    nbdi_error (errno, "TLS: the server's certificate was refused");
    return;
  }
  if (gnutls_certificate_verification_status_print (
        status, gnutls_certificate_type_get (t->session), &why, 0)
      == 0) {
    while (why.size > 0 && why.data[why.size - 1] == ' ')
      why.data[--why.size] = '\0';
    fputs ((char *) why.data, f);
  }
  gnutls_free (why.data);
  if ((status & GNUTLS_CERT_UNEXPECTED_OWNER) != 0)
    explain_name (f, t);
  if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0)
    explain_authorities (f, ch);
  if (fclose (f) == EOF)
    nbdi_error (errno, "TLS: the server's certificate was refused");
  else
    nbdi_error (0, "TLS: the server's certificate was refused: %s", text);
}

/* The errno for an error whose text has what GnuTLS returned: only lack of
 * memory has one. */
void
nbdi_tls_errno (int r)
{
  if (r == GNUTLS_E_MEMORY_ERROR)
    nbdi_set_last_errno (ENOMEM);
}

/* Set the error to what GnuTLS says, or to the error of the socket. */
void
nbdi_tls_error (struct nbdi_channel *ch, const char *what, int r)
{
  struct nbdi_tls *t = ch->tls;
  const char *advice = nbdi_advice (ch);

  if (t->failed == ECONNRESET || t->failed == EPIPE)
    nbdi_error (t->failed, "TLS: %s: the server closed the connection%s",
                what, advice);
  else if (t->failed != 0)
    nbdi_error (t->failed, "TLS: %s", what);
  else
    switch (r) {
    case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR: verify_error (ch); break;
    case GNUTLS_E_PREMATURE_TERMINATION:
      nbdi_error (0,
                  "TLS: %s: the connection ended without the server's close "
                  "alert%s%s",
                  what, t->heard ? ", so data may be missing" : "", advice);
      break;
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
      nbdi_error (0, "TLS: %s: the server sent the alert: %s%s", what,
                  nbdi_tls_alert (t), advice);
      break;
    case GNUTLS_E_SESSION_EOF:
      nbdi_error (0, "TLS: %s: the server ended the connection%s", what,
                  advice);
      break;
    case GNUTLS_E_UNEXPECTED_PACKET:
      nbdi_error (0, "TLS: %s: the server sent what was not expected%s", what,
                  advice);
      break;
    default:
      nbdi_error (0, "TLS: %s: %s%s", what, gnutls_strerror (r),
                  r == GNUTLS_E_INSUFFICIENT_CREDENTIALS && t->credentials.psk
                    ? " The server uses certificates and no shared keys, see "
                      "nbd_set_tls_certificates."
                    : "");
      nbdi_tls_errno (r);
    }
}
