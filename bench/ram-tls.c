/* SPDX-License-Identifier: MIT */
/* The RAM server's TLS.  GnuTLS does the handshake.  Then we take its keys and
 * make the records here, without the cost of a library for each record, so
 * that the server is not the bottleneck.  All clients use the same version and
 * cipher. */

#include <endian.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common.h"
#include "ram-server.h"

#define PRIORITY \
  "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-KX-ALL:+ECDHE-PSK"

#define RECORD 16384
#define HEAD 5
#define TAG 16
#define NONCE 12
#define APPLICATION_DATA 23
#define MAX_CIPHERTEXT (RECORD + 256)

/* Send when this much ciphertext is ready: the client decrypts it while we
 * encrypt more. */
#define SEND_BYTES (64 * 1024)

/* One direction: RFC 8446, 5.3. */
struct direction {
  gnutls_aead_cipher_hd_t cipher;
  unsigned char iv[NONCE];
  uint64_t number; /* of the next record */
};

struct tls {
  gnutls_session_t session;
  int fd;
  struct direction read, write;
  size_t start, end; /* ciphertext received, not yet used */
  size_t waiting;    /* ciphertext to be sent */
  char in[RECEIVE_BUFFER];
  char out[SEND_BYTES + HEAD + MAX_CIPHERTEXT];
  size_t left_start, left_end; /* of a record's plaintext */
  char left[MAX_CIPHERTEXT];
};

static gnutls_psk_server_credentials_t keys;

void
tls_load_keys (const char *file)
{
  int r = gnutls_psk_allocate_server_credentials (&keys);

  if (r >= 0)
    r = gnutls_psk_set_server_credentials_file (keys, file);
  if (r < 0)
    die ("%s: %s", file, gnutls_strerror (r));
}

bool
tls_available (void)
{
  return keys != NULL;
}

static bool
send_ciphertext (struct tls *t)
{
  size_t done = 0;

  while (done < t->waiting) {
    ssize_t r = send (t->fd, t->out + done, t->waiting - done, MSG_NOSIGNAL);
    if (r == -1 && errno == EINTR)
      continue;
    if (r <= 0)
      return false;
    done += r;
  }
  t->waiting = 0;
  return true;
}

static bool
take_keys (struct tls *t, bool read, struct direction *d)
{
  gnutls_datum_t iv, key;
  unsigned char number[8];

  if (gnutls_record_get_state (t->session, read, NULL, &iv, &key, number) < 0
      || iv.size != NONCE
      || gnutls_aead_cipher_init (&d->cipher, GNUTLS_CIPHER_AES_128_GCM, &key)
           < 0)
    return false;
  memcpy (d->iv, iv.data, NONCE);
  memcpy (&d->number, number, sizeof number);
  d->number = be64toh (d->number);
  return true;
}

/* Do the handshake; afterwards C->tls is set. */
bool
tls_accept (struct connection *c)
{
  struct tls *t = calloc (1, sizeof *t);
  int r;

  if (t == NULL)
    return false;
  t->fd = c->fd;
  c->tls = t;
  if (gnutls_init (&t->session, GNUTLS_SERVER | GNUTLS_NO_TICKETS) < 0
      || gnutls_priority_set_direct (t->session, PRIORITY, NULL) < 0
      || gnutls_credentials_set (t->session, GNUTLS_CRD_PSK, keys) < 0)
    return false;
  gnutls_transport_set_int (t->session, c->fd);
  do
    r = gnutls_handshake (t->session);
  while (r < 0 && !gnutls_error_is_fatal (r));
  return r >= 0 && take_keys (t, true, &t->read)
         && take_keys (t, false, &t->write);
}

static void
next_nonce (struct direction *d, unsigned char *nonce)
{
  uint64_t number = htobe64 (d->number++);

  memcpy (nonce, d->iv, NONCE);
  for (int i = 0; i < 8; i++)
    nonce[NONCE - 8 + i] ^= ((unsigned char *) &number)[i];
}

/* Make N bytes of ciphertext available; receive them only if WAIT. */
static bool
need (struct tls *t, size_t n, bool wait)
{
  if (t->end - t->start >= n)
    return true;
  if (!wait)
    return false;
  memmove (t->in, t->in + t->start, t->end - t->start);
  t->end -= t->start;
  t->start = 0;
  while (t->end < n) {
    ssize_t r = recv (t->fd, t->in + t->end, sizeof t->in - t->end, 0);
    if (r == -1 && errno == EINTR)
      continue;
    if (r <= 0)
      return false;
    t->end += r;
  }
  return true;
}

/* Decrypt one record; returns the length of its plaintext, or -1.  The last
 * byte of the plaintext that is not zero is the type of the content; any type
 * but data ends the session. */
static ssize_t
decrypt (struct tls *t, char *to, bool wait)
{
  unsigned char nonce[NONCE];
  const unsigned char *head;
  size_t n, len = MAX_CIPHERTEXT;

  if (!need (t, HEAD, wait))
    return -1;
  head = (unsigned char *) t->in + t->start;
  n = head[3] << 8 | head[4];
  if (head[0] != APPLICATION_DATA || n > MAX_CIPHERTEXT
      || !need (t, HEAD + n, wait))
    return -1;
  head = (unsigned char *) t->in + t->start;
  next_nonce (&t->read, nonce);
  if (gnutls_aead_cipher_decrypt (t->read.cipher, nonce, NONCE, head, HEAD,
                                  TAG, head + HEAD, n, to, &len)
      < 0)
    return -1;
  t->start += HEAD + n;
  while (len > 0 && to[len - 1] == 0)
    len--;
  if (len == 0 || to[len - 1] != APPLICATION_DATA)
    return -1;
  return len - 1;
}

/* Wait for a record, and take the others that came with it. */
ssize_t
tls_receive (struct connection *c, void *buf, size_t n)
{
  struct tls *t = c->tls;
  size_t total = 0;

  while (total < n) {
    if (t->left_start < t->left_end) {
      size_t len = t->left_end - t->left_start;
      if (len > n - total)
        len = n - total;
      memcpy ((char *) buf + total, t->left + t->left_start, len);
      t->left_start += len;
      total += len;
      continue;
    }
    bool fits = n - total >= MAX_CIPHERTEXT;
    ssize_t r = decrypt (t, fits ? (char *) buf + total : t->left,
                         total == 0);
    if (r == -1)
      break;
    if (fits)
      total += r;
    else {
      t->left_start = 0;
      t->left_end = r;
    }
  }
  return total;
}

/* Encrypt a record in place: in the buffer of output, its plaintext is after
 * the waiting bytes and its own header. */
static bool
seal (struct tls *t, size_t n)
{
  char *head = t->out + t->waiting;
  size_t len = n + 1 + TAG, sealed = len;
  unsigned char nonce[NONCE];

  head[0] = APPLICATION_DATA;
  head[1] = head[2] = 3;
  head[3] = len >> 8;
  head[4] = len & 0xff;
  head[HEAD + n] = APPLICATION_DATA;
  next_nonce (&t->write, nonce);
  if (gnutls_aead_cipher_encrypt (t->write.cipher, nonce, NONCE, head, HEAD,
                                  TAG, head + HEAD, n + 1, head + HEAD,
                                  &sealed)
      < 0)
    return false;
  t->waiting += HEAD + len;
  return t->waiting < SEND_BYTES || send_ciphertext (t);
}

/* Send all data, in full records except for the last one. */
bool
tls_send (struct connection *c, const struct iovec *iov, unsigned n)
{
  struct tls *t = c->tls;
  size_t staged = 0;

  for (unsigned i = 0; i < n; i++) {
    const char *p = iov[i].iov_base;
    size_t left = iov[i].iov_len;
    while (left > 0) {
      size_t len = left < RECORD - staged ? left : RECORD - staged;
      memcpy (t->out + t->waiting + HEAD + staged, p, len);
      staged += len;
      p += len;
      left -= len;
      if (staged == RECORD) {
        if (!seal (t, staged))
          return false;
        staged = 0;
      }
    }
  }
  return (staged == 0 || seal (t, staged)) && send_ciphertext (t);
}

/* Closing a socket with unread bytes, such as a close alert, would reset the
 * connection: so read to the end first. */
static void
drain (struct tls *t)
{
  if (shutdown (t->fd, SHUT_WR) == 0)
    while (recv (t->fd, t->in, sizeof t->in, 0) > 0)
      ;
}

void
tls_end (struct connection *c)
{
  struct tls *t = c->tls;

  if (t == NULL)
    return;
  drain (t);
  if (t->read.cipher != NULL)
    gnutls_aead_cipher_deinit (t->read.cipher);
  if (t->write.cipher != NULL)
    gnutls_aead_cipher_deinit (t->write.cipher);
  gnutls_deinit (t->session);
  free (t);
  c->tls = NULL;
}
