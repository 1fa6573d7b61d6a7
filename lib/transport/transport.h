/* SPDX-License-Identifier: MIT */
/* The transport layer: bytes between buffers and the server, through a socket
 * as it is or through TLS. */

#ifndef NBDI_TRANSPORT_H
#define NBDI_TRANSPORT_H

#include "base/base.h"
#include "base/settings.h"

#include <sys/uio.h>

/* What an IO function of the state machine returns. */
enum {
  NBDI_IO_READY = 1,   /* done: run the state's body */
  NBDI_IO_WAIT = 0,    /* the socket, or the caller, must go first */
  NBDI_IO_FAILED = -1, /* the error is set */
  NBDI_IO_END = -2,    /* the server closed the connection */
  NBDI_IO_LOST = -3,   /* it broke; the link knows how */
};

struct nbdi_transport;
struct nbdi_tls;

/* What a transport needs of a connection. */
struct nbdi_channel {
  int sock; /* -1 when there is none */
  const struct nbdi_transport *transport;
  struct nbdi_tls *tls; /* NULL while nothing is encrypted */
  const struct nbdi_trace *trace;
  int epoll;             /* that watches the socket, or -1, */
  pid_t epoll_owner;     /* in this process, */
  uint32_t epoll_events; /* for these */
  uint64_t moved;        /* when a byte last did, if the clock is watched */
  bool watched;
  unsigned receives;  /* how often the socket may still be read */
  bool cut_off;       /* it ended without the other end's goodbye */
  const char *advice; /* if the server leaves now, or NULL */
  unsigned watchers;  /* other threads that poll the socket */
  int lingering;      /* which the last of them closes, or -1 */
  pid_t peer_pid;     /* who greeted us, if asked for and known, or 0 */
};

/* Results are bytes, -1 with errno, or with the error set
 * NBDI_TRANSPORT_FAILED or, if the connection is gone,
 * NBDI_TRANSPORT_LOST.  A receive that emptied the socket sets `receives` to
 * 0; send is never called with nothing to send.
 *
 * One that has buffers of its own also says whether more can be received
 * without the socket (pending) and whether what was taken still has to be
 * sent (unsent), which flush does with an NBDI_IO_ result and errno. */
#define NBDI_TRANSPORT_FAILED (-2)
#define NBDI_TRANSPORT_LOST (-3)

struct nbdi_transport {
  const char *name;
  ssize_t (*receive) (struct nbdi_channel *ch, struct iovec *iov, int n);
  ssize_t (*send) (struct nbdi_channel *ch, struct iovec *iov, int n);
  int (*shutdown_write) (struct nbdi_channel *ch); /* an NBDI_IO_ result */
  int (*flush) (struct nbdi_channel *ch);
  bool (*pending) (const struct nbdi_channel *ch);
  bool (*unsent) (const struct nbdi_channel *ch);
  void (*shrink) (struct nbdi_channel *ch); /* give back empty buffers */
};

/* socket.c */
extern const struct nbdi_transport nbdi_socket_transport;
extern int nbdi_prepare_socket (int sock);
extern void nbdi_use_socket (struct nbdi_channel *ch, int sock);
extern void nbdi_ask_for_peer (struct nbdi_channel *ch);
extern void nbdi_close_socket (struct nbdi_channel *ch);
extern void nbdi_stop_watching (struct nbdi_channel *ch);

/* tls.c, or tls-none.c in a build without TLS. */
extern bool nbdi_has_tls (void);

/* Begin TLS on a connected socket.  `host` is the server's name, or NULL; the
 * settings stay until the channel is closed. */
extern int nbdi_tls_start (struct nbdi_channel *ch, const char *host,
                           const struct nbdi_settings *settings);

/* What the handshake waits for. */
enum nbdi_tls_step {
  NBDI_TLS_LOST = -2,   /* the error is set; the connection is gone */
  NBDI_TLS_FAILED = -1, /* the error is set */
  NBDI_TLS_DONE,        /* from now on the transport encrypts */
  NBDI_TLS_WANT_READ,
  NBDI_TLS_WANT_WRITE,
};
extern enum nbdi_tls_step nbdi_tls_handshake (struct nbdi_channel *ch);

/* End the session and forget it; the socket stays open. */
extern void nbdi_tls_free (struct nbdi_channel *ch);

/* tls-errors.c: what to tell users whose server ended the connection before
 * it has said anything; begins with a semicolon, or is empty. */
extern const char *nbdi_advice (struct nbdi_channel *ch);

/* tls-user.c: the user that a key belongs to, who is logged in if `setting`
 * is NULL. */
extern char *nbdi_tls_user (const char *setting);

/* The socket moved bytes, if r > 0. */
static inline void
nbdi_note_moved (struct nbdi_channel *ch, ssize_t r)
{
  if (unlikely (ch->watched) && r > 0)
    ch->moved = nbdi_now ();
}

/* Transports without buffers of their own need not say so. */

static inline int
nbdi_flush_transport (struct nbdi_channel *ch)
{
  const struct nbdi_transport *t = ch->transport;

  return t && t->flush ? t->flush (ch) : NBDI_IO_READY;
}

static inline bool
nbdi_transport_pending (const struct nbdi_channel *ch)
{
  const struct nbdi_transport *t = ch->transport;

  return t && t->pending && t->pending (ch);
}

static inline bool
nbdi_transport_unsent (const struct nbdi_channel *ch)
{
  const struct nbdi_transport *t = ch->transport;

  return t && t->unsent && t->unsent (ch);
}

#endif /* NBDI_TRANSPORT_H */
