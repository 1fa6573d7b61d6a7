/* SPDX-License-Identifier: MIT */
/* The credentials of a TLS session: our own, and those that we trust. */

#ifndef NBDI_TLS_CREDENTIALS_H
#define NBDI_TLS_CREDENTIALS_H

#include "transport/transport.h"

#include <gnutls/gnutls.h>

struct nbdi_tls_credentials {
  gnutls_psk_client_credentials_t psk;
  gnutls_certificate_credentials_t x509;
  gnutls_typed_vdata_st expected[2]; /* to be verified of the certificate */
  char *name;                        /* to be verified, or NULL */
  char *directory;                   /* of certificates, or NULL */
  bool has_client;                   /* there is a client certificate */
};

/* Set the priority, the credentials and what is to be verified.  `host` is
 * the server's name, or NULL. */
extern int nbdi_tls_set_credentials (const struct nbdi_settings *settings,
                                     const char *host,
                                     gnutls_session_t session,
                                     struct nbdi_tls_credentials *c);
extern void nbdi_tls_free_credentials (struct nbdi_tls_credentials *c);

#endif /* NBDI_TLS_CREDENTIALS_H */
