/* SPDX-License-Identifier: MIT */

/* TLS for the scripted server, with shared keys.  Everything that speaks
 * through a struct server is encrypted from tls_accept on. */

#ifndef TLS_SERVER_H
#define TLS_SERVER_H

#include <gnutls/gnutls.h>

#include "server.h"

#define TLS_USER "alice"
#define TLS_KEY "5a5ba1ec0ffee123456789abcdef0011"

/* The server's end of a session. */
struct tls_server {
  gnutls_session_t session;
  gnutls_psk_server_credentials_t keys;
  struct server *server;
  size_t at_once;    /* bytes sent before the client runs; 0: all */
  bool sent;         /* at_once bytes */
  size_t budget;     /* bytes that may still be sent */
  bool holds;        /* send nothing before tls_release */
  struct bytes held; /* what was not sent because of that */
  unsigned records;  /* of data, received */
  int end;           /* what GnuTLS said at the end, 0: goodbye */
  bool ended;
};

/* Skip the test if the library has no TLS. */
extern void requires_tls (void);

/* A file of keys without a name; it lives as long as the program. */
extern const char *tls_key_file (void);

/* The key of the user, as GnuTLS asks a server for it. */
extern int tls_find_key (gnutls_session_t session, const char *user,
                         gnutls_datum_t *key);

/* A handle that insists on TLS and has the user's key. */
extern struct nbd_handle *tls_handle (void);
extern void tls_client (struct nbd_handle *h, int level);

/* Play the server until the client has asked for STARTTLS, which must be
 * the first that it asks, and take the option. */
extern void tls_ask (struct server *s, struct nbd_handle *h);

/* Make the server's session, without a handshake. */
extern struct tls_server *tls_prepare (struct server *s,
                                       const char *versions);

/* One step of the server's handshake: what GnuTLS says. */
extern int tls_step (struct server *s);

/* Agree to STARTTLS and shake hands.  The handle is pumped.  With versions
 * such as "TLS1.2" the server takes no other. */
extern void tls_accept (struct server *s, struct nbd_handle *h,
                        const char *versions);

/* All that comes before the encrypted options, for a client that has a thread
 * of its own. */
extern void tls_serve (struct server *s, const char *versions);

/* Send what was held, at once. */
extern void tls_release (struct server *s);

/* The same as tls_accept with a session that was prepared. */
extern void tls_shake_hands (struct server *s, struct nbd_handle *h);

/* All of it: a new handle in transmission over TLS, with an export of 1 MiB
 * and all flags. */
extern struct nbd_handle *tls_connected (struct server *s, enum style style,
                                         const char *versions);

/* Say goodbye. */
extern void tls_goodbye (struct server *s);

#endif /* TLS_SERVER_H */
