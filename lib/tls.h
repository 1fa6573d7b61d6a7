/* SPDX-License-Identifier: MIT */
/* TLS: what the rest of the library knows of it. */

#ifndef NBDI_TLS_H
#define NBDI_TLS_H

#include "internal.h"

/* Begin TLS on a connected socket.  From then on the transport encrypts. */
extern int nbdi_tls_start (struct nbd_handle *h);

/* What the handshake waits for. */
enum nbdi_tls_step {
  NBDI_TLS_FAILED = -1,         /* the error is set */
  NBDI_TLS_DONE,
  NBDI_TLS_WANT_READ,
  NBDI_TLS_WANT_WRITE,
};
extern enum nbdi_tls_step nbdi_tls_handshake (struct nbd_handle *h);

/* Why the server may have ended the connection before it has said anything
 * through TLS, beginning with a semicolon; NULL if there is nothing to say.
 */
extern const char *nbdi_tls_advice (struct nbd_handle *h);

/* End the session and forget it; the socket stays open. */
extern void nbdi_tls_free (struct nbd_handle *h);

#endif /* NBDI_TLS_H */
