/* SPDX-License-Identifier: MIT */
/* The transport that encrypts, with GnuTLS.
 *
 * GnuTLS never uses the socket.  It takes ciphertext from a buffer that is
 * filled in bulk, and puts ciphertext into another one.  So many records
 * share a system call, and sending cannot block in the middle of a record. */

#include "transport/transport.h"
#include "transport/tls-session.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

/* How much ciphertext is received at once; and how much may wait to be sent
 * before no more data is encrypted. */
#define RECEIVE_SIZE (64u * 1024)
#define SEND_SIZE (256u * 1024)

/* The header of a record; its last two bytes are the length. */
#define RECORD_HEADER 5

/* Ciphertext in. */

/* Receive once, if this call may still read the socket. */
static void
receive_ciphertext (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;

  if (ch->receives == 0)
    return;
  if (nbdi_bytes_reserve (&t->in, RECEIVE_SIZE) == -1) {
    t->failed = ENOMEM;
    return;
  }
  struct iovec iov = { t->in.buf + t->in.end, t->in.cap - t->in.end };
  ssize_t r = nbdi_socket_transport.receive (ch, &iov, 1);
  if (r > 0)
    t->in.end += r;
  else if (r == 0)
    t->ended = true;
  else if (errno != EAGAIN && errno != EWOULDBLOCK)
    t->failed = errno;
}

static ssize_t
pull (gnutls_transport_ptr_t opaque, void *buf, size_t len)
{
  struct nbdi_channel *ch = opaque;
  struct nbdi_tls *t = ch->tls;

  if (t->in.pos == t->in.end && !t->ended && t->failed == 0)
    receive_ciphertext (ch);
  size_t have = t->in.end - t->in.pos;
  if (have > 0) {
    size_t n = have < len ? have : len;
    memcpy (buf, t->in.buf + t->in.pos, n);
    t->in.pos += n;
    t->fed = true;
    return (ssize_t) n;
  }
  t->fed = false;
  if (t->ended)
    return 0;
  gnutls_transport_set_errno (t->session, t->failed ? t->failed : EAGAIN);
  return -1;
}

/* Whether a record can be decrypted without the socket. */
static bool
tls_pending (const struct nbdi_channel *ch)
{
  const struct nbdi_tls *t = ch->tls;
  size_t have = t->in.end - t->in.pos;

  if (t->over || gnutls_record_check_pending (t->session) > 0)
    return true;
  return have >= RECORD_HEADER
         && have - RECORD_HEADER >= nbdi_get16 (t->in.buf + t->in.pos + 3);
}

/* Ciphertext out. */

static ssize_t
push (gnutls_transport_ptr_t opaque, const void *buf, size_t len)
{
  struct nbdi_channel *ch = opaque;
  struct nbdi_tls *t = ch->tls;

  if (nbdi_bytes_reserve (&t->out, len) == -1) {
    t->failed = ENOMEM;
    gnutls_transport_set_errno (t->session, ENOMEM);
    return -1;
  }
  memcpy (t->out.buf + t->out.end, buf, len);
  t->out.end += len;
  return (ssize_t) len;
}

/* Send the ciphertext that waits. */
static int
tls_flush (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;

  while (t->out.pos < t->out.end) {
    struct iovec iov = { t->out.buf + t->out.pos, t->out.end - t->out.pos };
    ssize_t r = -1;

    /* Requests that have failed must not reach the server later. */
    errno = t->unsent;
    if (t->unsent == 0)
      r = nbdi_socket_transport.send (ch, &iov, 1);
    if (r == -1) {
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        return NBDI_IO_WAIT;
      t->unsent = errno;
      return NBDI_IO_FAILED;
    }
    t->out.pos += r;
  }
  t->out.pos = t->out.end = 0;
  return NBDI_IO_READY;
}

/* Whether ciphertext waits for room in the socket.  After a failure none is
 * sent any more. */
static bool
tls_unsent (const struct nbdi_channel *ch)
{
  const struct nbdi_tls *t = ch->tls;

  return t->unsent == 0 && t->out.pos < t->out.end;
}

/* Plaintext. */

/* Whether the connection broke or ended, or lacked memory, so that another
 * connection may succeed; and neither side has refused what the other one
 * sent. GnuTLS does not ask for more data before it has checked all that it
 * has. */
static bool
is_gone (const struct nbdi_tls *t, int r)
{
  if (r == GNUTLS_E_FATAL_ALERT_RECEIVED)
    return false;
  return t->ended || t->failed != 0 || r == GNUTLS_E_SESSION_EOF
         || r == GNUTLS_E_MEMORY_ERROR;
}

/* Set the error; returns what makes callers stop. */
static ssize_t
tls_error (struct nbdi_channel *ch, const char *what, int r)
{
  nbdi_tls_error (ch, what, r);
  errno = EPROTO;
  return is_gone (ch->tls, r) ? NBDI_TRANSPORT_LOST : NBDI_TRANSPORT_FAILED;
}

/* The server ended the connection without its close alert.  Whether that
 * may be an attack. */
static bool
ended_early (const struct nbdi_tls *t, ssize_t r)
{
  return r == GNUTLS_E_PREMATURE_TERMINATION || t->failed == ECONNRESET;
}

/* Whether GnuTLS stopped although it does not need ciphertext.  It does so
 * after each record without data: a session ticket, a key update, a
 * warning, an empty record.  There may be more records after it.  Those of
 * TLS 1.2 that ask for a new handshake are refused: none is begun. */
static bool
stopped_early (struct nbdi_channel *ch, ssize_t r)
{
  const struct nbdi_tls *t = ch->tls;

  if (r == GNUTLS_E_WARNING_ALERT_RECEIVED)
    nbdi_debug (ch->trace, "TLS: the server sent the warning: %s",
                nbdi_tls_alert (t));
  return (r == GNUTLS_E_AGAIN && t->fed) || r == GNUTLS_E_INTERRUPTED
         || r == GNUTLS_E_REHANDSHAKE || r == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

/* Decrypt until all places are full: 1, else what GnuTLS returns. */
static int
decrypt (struct nbdi_channel *ch, struct iovec *iov, int n, ssize_t *total)
{
  struct nbdi_tls *t = ch->tls;
  size_t at = 0;

  for (int i = 0; i < n;) {
    t->fed = false;
    ssize_t r = gnutls_record_recv (t->session,
                                    (uint8_t *) iov[i].iov_base + at,
                                    iov[i].iov_len - at);
    if (r > 0) {
      t->heard = true;
      *total += r;
      at += r;
      if (at == iov[i].iov_len) {
        i++;
        at = 0;
      }
      continue;
    }
    if (!stopped_early (ch, r))
      return (int) r;
  }
  return 1;
}

/* The end of the connection may come after data, which is returned first.
 * So remember the end: neither GnuTLS nor the socket always reports it
 * again. */
static ssize_t
tls_receive (struct nbdi_channel *ch, struct iovec *iov, int n)
{
  struct nbdi_tls *t = ch->tls;
  ssize_t total = 0;

  if (!t->over) {
    t->end = decrypt (ch, iov, n, &total);
    t->over = t->end <= 0 && t->end != GNUTLS_E_AGAIN;
  }
  if (total > 0) {
    /* Send answers to key updates. */
    tls_flush (ch);
    return total;
  }
  if (t->end == GNUTLS_E_AGAIN) {
    errno = EAGAIN;
    return -1;
  }
  if (t->end == 0)
    return 0;
  ch->cut_off = ended_early (t, t->end);
  return tls_error (ch, "receive", t->end);
}

/* Encrypt one record; this cannot block, see push.  Returns 0, or what the
 * transport returns. */
static ssize_t
send_record (struct nbdi_channel *ch, const uint8_t *p, size_t len)
{
  while (len > 0) {
    ssize_t r = gnutls_record_send (ch->tls->session, p, len);
    if (r < 0 && r != GNUTLS_E_INTERRUPTED && r != GNUTLS_E_AGAIN)
      return tls_error (ch, "send", (int) r);
    if (r > 0) {
      p += r;
      len -= r;
    }
  }
  return 0;
}

/* Fill records from the pieces: small pieces are copied together, large
 * ones are encrypted in place.  Stops when enough ciphertext waits. */
static ssize_t
encrypt (struct nbdi_channel *ch, const struct iovec *iov, int n)
{
  struct nbdi_tls *t = ch->tls;
  size_t staged = 0, total = 0;
  ssize_t r = 0;

  for (int i = 0; i < n; i++) {
    const uint8_t *p = iov[i].iov_base;
    size_t left = iov[i].iov_len;

    while (left > 0 && t->out.end - t->out.pos < SEND_SIZE) {
      size_t room = t->record - staged;
      size_t len = left < room ? left : room;
      bool whole = staged == 0 && len == t->record;

      if (!whole) {
        memcpy (t->staging + staged, p, len);
        staged += len;
      }
      if (whole)
        r = send_record (ch, p, len);
      else if (staged == t->record)
        r = send_record (ch, t->staging, staged);
      if (r < 0)
        return r;
      if (staged == t->record)
        staged = 0;
      p += len;
      left -= len;
      total += len;
    }
    if (left > 0)
      break;
  }
  if (staged > 0)
    r = send_record (ch, t->staging, staged);
  return r < 0 ? r : (ssize_t) total;
}

/* Sending failed before anything was received: see whether the server has
 * sent an alert that says why. */
static bool
has_last_words (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;
  ssize_t r;
  char c;

  if (t->heard || (errno != EPIPE && errno != ECONNRESET))
    return false;
  ch->receives = 1;
  do
    r = gnutls_record_recv (t->session, &c, 1);
  while (stopped_early (ch, r));
  ch->receives = 0;
  if (r != GNUTLS_E_FATAL_ALERT_RECEIVED)
    return false;
  tls_error (ch, "receive", (int) r);
  return true;
}

static ssize_t
tls_send (struct nbdi_channel *ch, struct iovec *iov, int n)
{
  int r = tls_flush (ch);

  if (r == NBDI_IO_READY) {
    ssize_t taken = encrypt (ch, iov, n);
    if (taken < 0)
      return taken;
    if (tls_flush (ch) != NBDI_IO_FAILED)
      return taken;
  }
  int saved_errno = errno; /* of the socket */
  if (has_last_words (ch))
    return NBDI_TRANSPORT_FAILED;
  errno = saved_errno;
  return -1;
}

/* The close alert tells the server that nothing was cut off. */
static int
tls_shutdown_write (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;

  if (!t->bye) {
    int r = gnutls_bye (t->session, GNUTLS_SHUT_WR);
    if (r != GNUTLS_E_SUCCESS)
      nbdi_debug (ch->trace, "TLS: bye: %s", gnutls_strerror (r));
    t->bye = true;
  }
  return tls_flush (ch) == NBDI_IO_WAIT ? NBDI_IO_WAIT : NBDI_IO_READY;
}

static void
tls_shrink (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;

  nbdi_bytes_shrink (&t->in);
  nbdi_bytes_shrink (&t->out);
}

static const struct nbdi_transport tls_transport = {
  .name = "TLS",
  .receive = tls_receive,
  .send = tls_send,
  .shutdown_write = tls_shutdown_write,
  .flush = tls_flush,
  .pending = tls_pending,
  .unsent = tls_unsent,
  .shrink = tls_shrink,
};

/* The session. */

/* Data is encrypted once the handshake is done. */
int
nbdi_tls_start (struct nbdi_channel *ch, const char *host,
                const struct nbdi_settings *settings)
{
  struct nbdi_tls *t = calloc (1, sizeof *t);
  int r;

  if (t == NULL) {
    nbdi_error (errno, "TLS");
    return -1;
  }
  ch->tls = t;
  t->settings = settings;
  r = gnutls_init (&t->session,
                   GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  if (r != GNUTLS_E_SUCCESS) {
    t->session = NULL;
    nbdi_error (0, "TLS: gnutls_init: %s", gnutls_strerror (r));
    nbdi_tls_errno (r);
    return -1;
  }
  if (nbdi_tls_set_credentials (settings, host, t->session, &t->credentials)
      == -1)
    return -1;
  gnutls_transport_set_ptr (t->session, ch);
  gnutls_transport_set_pull_function (t->session, pull);
  gnutls_transport_set_push_function (t->session, push);
  gnutls_handshake_set_timeout (t->session, GNUTLS_INDEFINITE_TIMEOUT);
  return 0;
}

static void
describe_session (struct nbdi_channel *ch)
{
  char *text;

  if (likely (!ch->trace->on))
    return;
  text = gnutls_session_get_desc (ch->tls->session);
  nbdi_debug (ch->trace, "TLS: %s",
              text ? text : "session without a description");
  gnutls_free (text);
}

enum nbdi_tls_step
nbdi_tls_handshake (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;
  int r;

  do {
    t->fed = false;
    r = gnutls_handshake (t->session);
  } while (stopped_early (ch, r));
  /* Send our alert, also if the handshake failed. */
  int flushed = tls_flush (ch);
  if (r != GNUTLS_E_SUCCESS && r != GNUTLS_E_AGAIN) {
    nbdi_tls_error (ch, "handshake", r);
    return is_gone (t, r) ? NBDI_TLS_LOST : NBDI_TLS_FAILED;
  }
  if (flushed == NBDI_IO_FAILED) {
    t->failed = errno;
    nbdi_tls_error (ch, "handshake: send", 0);
    return NBDI_TLS_LOST;
  }
  if (r == GNUTLS_E_AGAIN)
    return flushed == NBDI_IO_WAIT ? NBDI_TLS_WANT_WRITE : NBDI_TLS_WANT_READ;
  t->record = gnutls_record_get_max_size (t->session);
  t->staging = malloc (t->record);
  if (t->staging == NULL) {
    nbdi_error (errno, "TLS: record of %zu bytes", t->record);
    return NBDI_TLS_FAILED;
  }
  describe_session (ch);
  ch->transport = &tls_transport;
  return NBDI_TLS_DONE;
}

void
nbdi_tls_free (struct nbdi_channel *ch)
{
  struct nbdi_tls *t = ch->tls;

  if (t == NULL)
    return;
  if (t->session)
    gnutls_deinit (t->session);
  nbdi_tls_free_credentials (&t->credentials);
  free (t->in.buf);
  free (t->out.buf);
  free (t->staging);
  free (t->advice);
  free (t);
  ch->tls = NULL;
}

bool
nbdi_has_tls (void)
{
  return true;
}
