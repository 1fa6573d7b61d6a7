/* SPDX-License-Identifier: MIT */

/* TLS for the scripted server, with shared keys.  From tls_accept on, all that
 * a struct server sends and receives is encrypted. */

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
  size_t at_once;    /* most bytes of one send; 0: no limit */
  bool sent;         /* the last send was not refused */
  size_t budget;     /* bytes that may still be sent */
  bool holds;        /* send nothing before tls_release */
  struct bytes held; /* what was not sent for this reason */
  unsigned records;  /* records with data that were received */
  int end;           /* GnuTLS's result at the end; 0: goodbye */
  bool ended;
};

/* Skip the test if the library has no TLS. */
extern void requires_tls (void);

/* A file with the key, which has no name in a directory and exists as long as
 * the program. */
extern const char *tls_key_file (void);

/* Find the key of the user, when GnuTLS asks a server for it. */
extern int tls_find_key (gnutls_session_t session, const char *user,
                         gnutls_datum_t *key);

/* A handle that requires TLS and has the user's key. */
extern struct nbd_handle *tls_handle (void);
extern void tls_client (struct nbd_handle *h, int level);

/* Play the server until the client has sent STARTTLS, which must be its first
 * option, and take this option. */
extern void tls_ask (struct server *s, struct nbd_handle *h);

/* Make the server's session, before its handshake. */
extern struct tls_server *tls_prepare (struct server *s,
                                       const char *versions);

/* Do one step of the server's handshake.  Returns the result of GnuTLS. */
extern int tls_step (struct server *s);

/* Agree to STARTTLS and do the handshake, and deliver the handle's events.
 * With versions such as "TLS1.2" the server accepts no other version. */
extern void tls_accept (struct server *s, struct nbd_handle *h,
                        const char *versions);

/* Play all that comes before the encrypted options, for a client that has its
 * own thread. */
extern void tls_serve (struct server *s, const char *versions);

/* Send what was held, in one call. */
extern void tls_release (struct server *s);

/* The same as tls_accept, with a session that was prepared. */
extern void tls_shake_hands (struct server *s, struct nbd_handle *h);

/* All of this: a new handle in transmission over TLS, with an export of 1 MiB
 * and all flags. */
extern struct nbd_handle *tls_connected (struct server *s, enum style style,
                                         const char *versions);

/* End the session with a goodbye. */
extern void tls_goodbye (struct server *s);

#endif /* TLS_SERVER_H */
