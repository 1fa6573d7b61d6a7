/* SPDX-License-Identifier: MIT */
/* A TLS session: shared by the transport and its error messages. */

#ifndef NBDI_TLS_SESSION_H
#define NBDI_TLS_SESSION_H

#include "transport/tls-credentials.h"

struct nbdi_tls {
  const struct nbdi_settings *settings;
  gnutls_session_t session;
  struct nbdi_tls_credentials credentials;
  struct nbdi_bytes in, out; /* ciphertext */
  bool fed;                  /* GnuTLS got what it last asked for */
  bool heard;                /* data has been received through TLS */
  bool ended;                /* the server closed the socket */
  bool over;                 /* no more data will come, because of: */
  int end;                   /* what GnuTLS returned */
  bool bye;                  /* our close alert is in `out`, or was sent */
  int failed;                /* errno of the socket, or 0 */
  int unsent;                /* errno of the send that failed, or 0 */
  size_t record;             /* largest plaintext of one record */
  uint8_t *staging;          /* small pieces, put together to a record */
  char *advice;              /* see nbdi_advice, or NULL */
};

/* tls-errors.c: set the error for what GnuTLS returned, or only errno. */
extern void nbdi_tls_error (struct nbdi_channel *ch, const char *what, int r);
extern void nbdi_tls_errno (int r);
extern const char *nbdi_tls_alert (const struct nbdi_tls *t);

#endif /* NBDI_TLS_SESSION_H */
