/* SPDX-License-Identifier: MIT */
/* Who we are and whom we trust, for a TLS session. */

#ifndef NBDI_TLS_CREDENTIALS_H
#define NBDI_TLS_CREDENTIALS_H

#include "transport/transport.h"

#include <gnutls/gnutls.h>

struct nbdi_tls_credentials {
  gnutls_psk_client_credentials_t psk;
  gnutls_certificate_credentials_t x509;
  gnutls_typed_vdata_st expected[2]; /* of the server's certificate */
  char *name;                        /* that it is for, or NULL */
  char *directory;                   /* of our certificates, or NULL */
  bool has_client;                   /* there is one to show to the server */
};

/* Set priority, credentials and what is verified.  `host` is the server's
 * name, or NULL. */
extern int nbdi_tls_set_credentials (const struct nbdi_settings *settings,
                                     const char *host,
                                     gnutls_session_t session,
                                     struct nbdi_tls_credentials *c);
extern void nbdi_tls_free_credentials (struct nbdi_tls_credentials *c);

#endif /* NBDI_TLS_CREDENTIALS_H */
