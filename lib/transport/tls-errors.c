/* SPDX-License-Identifier: MIT */
/* Why TLS failed, as far as it can be told.  Many servers end the connection
 * without an alert, so what they may have meant has to be guessed. */

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

/* The alert that came last. */
const char *
nbdi_tls_alert (const struct nbdi_tls *t)
{
  const char *name = gnutls_alert_get_name (gnutls_alert_get (t->session));

  return name ? name : "one without a name";
}

/* What the server may have against a client with a shared key.  In the end of
 * the handshake both have proved that it is the same. */
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

/* Likewise one with certificates.  After the handshake a server that did not
 * ask for ours has nothing against us. */
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

/* What the server may have against us, if it has not said anything through
 * TLS; else what it may have against the last request. */
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

/* The names that the server's certificate is for.  Each of them may be
 * anything. */
static void
print_names (FILE *f, gnutls_x509_crt_t crt)
{
  unsigned i;

  for (i = 0; i < MAX_NAMES; i++) {
    char name[256], address[INET6_ADDRSTRLEN];
    size_t size = sizeof name;
    int type = gnutls_x509_crt_get_subject_alt_name (crt, i, name, &size,
                                                     NULL);

    if (type < 0)
      break;
    if (type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16)
        && inet_ntop (size == 4 ? AF_INET : AF_INET6, name, address,
                      sizeof address)
             != NULL)
      size = strlen (strcpy (name, address));
    CLEANUP_TEXT const char *text = nbdi_printable_bytes ((uint8_t *) name,
                                                          size);
    fprintf (f, "%s%s", i > 0 ? ", " : "", text);
  }
  if (i == 0)
    fputs ("no host at all", f);
  else if (i == MAX_NAMES)
    fputs (" and perhaps more", f);
}

/* The certificate is for another host than the one that was asked for. */
static void
explain_name (FILE *f, const struct nbdi_tls *t)
{
  CLEANUP_TEXT const char *name = nbdi_printable (t->credentials.name);
  const gnutls_datum_t *der = gnutls_certificate_get_peers (t->session, NULL);
  gnutls_x509_crt_t crt;

  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return;
  fprintf (f, " It is not for %s but for ", name);
  /* It was parsed before. */
  gnutls_x509_crt_import (crt, der, GNUTLS_X509_FMT_DER);
  print_names (f, crt);
  gnutls_x509_crt_deinit (crt);
  fputs ("; nbd_set_tls_hostname, or tls-hostname in a URI, sets the name "
         "that is expected.",
         f);
}

/* Whose word was asked for. */
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

/* What certificates are rejected for. */
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

/* Complete an error that has said what GnuTLS returned: lack of memory has a
 * number. */
void
nbdi_tls_errno (int r)
{
  if (r == GNUTLS_E_MEMORY_ERROR)
    nbdi_set_last_errno (ENOMEM);
}

/* Say what GnuTLS says, or what the socket did to it. */
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
