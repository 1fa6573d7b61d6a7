/* SPDX-License-Identifier: MIT */
/* The transport layer: moves bytes between buffers and the server, through
 * a socket or through TLS. */

#ifndef NBDI_TRANSPORT_H
#define NBDI_TRANSPORT_H

#include "base/base.h"
#include "base/settings.h"

#include <sys/uio.h>

/* What an IO function of the state machine returns. */
enum {
  NBDI_IO_READY = 1,   /* done: run the state's body */
  NBDI_IO_WAIT = 0,    /* wait for the socket, or for the caller */
  NBDI_IO_FAILED = -1, /* the error is set */
  NBDI_IO_END = -2,    /* the server closed the connection */
  NBDI_IO_LOST = -3,   /* it broke; see the link's lost_ fields */
};

struct nbdi_transport;
struct nbdi_tls;

/* The part of a connection that a transport uses. */
struct nbdi_channel {
  int sock; /* -1 when there is none */
  const struct nbdi_transport *transport;
  struct nbdi_tls *tls; /* NULL while nothing is encrypted */
  const struct nbdi_trace *trace;
  int epoll;             /* epoll instance that watches it, or -1, */
  pid_t epoll_owner;     /* in this process, */
  uint32_t epoll_events; /* for these */
  uint64_t moved;        /* when a byte was last moved, if `watched` */
  bool watched;
  bool excused;       /* since then, the program did not look in time once */
  unsigned receives;  /* how often the socket may still be read */
  bool cut_off;       /* TLS ended without the server's close alert */
  const char *advice; /* what to say if the server closes now, or NULL */
  unsigned watchers;  /* other threads that poll the socket */
  int lingering;      /* a socket that the last of them closes, or -1 */
  pid_t peer_pid;     /* of the process that greeted us, or 0 */
};

/* The results of a transport are numbers of bytes; or -1 with errno; or, with
 * the error set, NBDI_TRANSPORT_FAILED, or NBDI_TRANSPORT_LOST if the
 * connection is gone.  A receive that emptied the socket sets `receives` to 0.
 * Send is never called with nothing to send.
 *
 * A transport with buffers of its own also says whether more can be
 * received without the socket (pending), and whether accepted data still
 * has to be sent (unsent).  Flush sends it, and returns an NBDI_IO_ result
 * and errno. */
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
  void (*shrink) (struct nbdi_channel *ch); /* free empty buffers */
};

/* socket.c */
extern const struct nbdi_transport nbdi_socket_transport;
extern int nbdi_prepare_socket (int sock);
extern void nbdi_use_socket (struct nbdi_channel *ch, int sock);
extern void nbdi_ask_for_peer (struct nbdi_channel *ch);
extern void nbdi_close_socket (struct nbdi_channel *ch);
extern int nbdi_give_socket_up (struct nbdi_channel *ch);
extern void nbdi_stop_watching (struct nbdi_channel *ch);

/* tls.c, or tls-none.c in a build without TLS. */
extern bool nbdi_has_tls (void);

/* Begin TLS on a connected socket.  `host` is the server's name, or NULL.
 * The settings must exist until the channel is closed. */
extern int nbdi_tls_start (struct nbdi_channel *ch, const char *host,
                           const struct nbdi_settings *settings);

/* What the handshake waits for. */
enum nbdi_tls_step {
  NBDI_TLS_LOST = -2,   /* the error is set; the connection is gone */
  NBDI_TLS_FAILED = -1, /* the error is set */
  NBDI_TLS_DONE,        /* from now on all data is encrypted */
  NBDI_TLS_WANT_READ,
  NBDI_TLS_WANT_WRITE,
};
extern enum nbdi_tls_step nbdi_tls_handshake (struct nbdi_channel *ch);

/* End and free the session; the socket stays open. */
extern void nbdi_tls_free (struct nbdi_channel *ch);

/* tls-errors.c: advice for users if the server closed the connection
 * without any message.  Begins with a semicolon, or is empty. */
extern const char *nbdi_advice (struct nbdi_channel *ch);

/* tls-user.c: the name of the user that a shared key belongs to: `setting`
 * or, if that is NULL, the login name. */
extern char *nbdi_tls_user (const char *setting);

/* From now on a server that neither sends nor takes a byte is silent. */
static inline void
nbdi_begin_silence (struct nbdi_channel *ch)
{
  ch->moved = nbdi_now ();
  ch->excused = false;
}

/* If r > 0, the socket moved bytes: record the time. */
static inline void
nbdi_note_moved (struct nbdi_channel *ch, ssize_t r)
{
  if (unlikely (ch->watched) && r > 0)
    nbdi_begin_silence (ch);
}

/* Transports without buffers of their own do not define these. */

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
