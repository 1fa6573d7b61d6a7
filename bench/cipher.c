/* SPDX-License-Identifier: MIT */
/* The cost that no client can avoid: the CPU time of AES-128-GCM alone, and of
 * GnuTLS's records with it, for data that never leaves this process.
 *
 *   cipher --seconds S
 *
 * Prints microseconds per MiB, one line of JSON. */

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"

#define RECORD 16384
#define TAG 16
#define BATCH 16 /* records that wait between the two sessions */
#define PRIORITY \
  "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-KX-ALL:+ECDHE-PSK"

/* CPU time used, and how many MiB for it. */
struct cost {
  double seconds;
  double mib;
};

/* Bytes that one session has sent and the other has not received yet. */
struct pipe {
  char bytes[BATCH * (RECORD + 512) + 65536];
  size_t start, end;
};

struct end {
  gnutls_session_t session;
  struct pipe *in, *out;
};

static void
must (int r, const char *what)
{
  if (r < 0)
    die ("%s: %s", what, gnutls_strerror (r));
}

static double
cpu (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &ts);
  return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static double
per_mib (struct cost c)
{
  return c.seconds / c.mib * 1e6;
}

/* Encrypt or decrypt the same record again and again. */
static struct cost
cipher_alone (double seconds, bool encrypt)
{
  static char plain[RECORD], sealed[RECORD + TAG];
  char secret[16] = "0123456789abcdef", nonce[12] = "nonce";
  char head[5] = { 23, 3, 3 };
  gnutls_datum_t key = { (unsigned char *) secret, sizeof secret };
  gnutls_aead_cipher_hd_t h;
  size_t len = sizeof sealed, n = 0;

  must (gnutls_aead_cipher_init (&h, GNUTLS_CIPHER_AES_128_GCM, &key),
        "gnutls_aead_cipher_init");
  must (gnutls_aead_cipher_encrypt (h, nonce, sizeof nonce, head, sizeof head,
                                    TAG, plain, RECORD, sealed, &len),
        "gnutls_aead_cipher_encrypt");
  double start = cpu (), now = start;
  for (; now < start + seconds; now = cpu ())
    for (int i = 0; i < 64; i++, n++) {
      size_t size = encrypt ? sizeof sealed : sizeof plain;
      must (encrypt
              ? gnutls_aead_cipher_encrypt (h, nonce, sizeof nonce, head,
                                            sizeof head, TAG, plain, RECORD,
                                            sealed, &size)
              : gnutls_aead_cipher_decrypt (h, nonce, sizeof nonce, head,
                                            sizeof head, TAG, sealed, len,
                                            plain, &size),
            "AES-GCM");
    }
  gnutls_aead_cipher_deinit (h);
  return (struct cost) { now - start, n * (double) RECORD / (1 << 20) };
}

static ssize_t
push (gnutls_transport_ptr_t opaque, const void *buf, size_t n)
{
  struct pipe *p = ((struct end *) opaque)->out;

  if (p->start == p->end)
    p->start = p->end = 0;
  if (n > sizeof p->bytes - p->end)
    die ("the pipe is full");
  memcpy (p->bytes + p->end, buf, n);
  p->end += n;
  return n;
}

static ssize_t
pull (gnutls_transport_ptr_t opaque, void *buf, size_t n)
{
  struct end *e = opaque;
  struct pipe *p = e->in;

  if (p->start == p->end) {
    gnutls_transport_set_errno (e->session, EAGAIN);
    return -1;
  }
  if (n > p->end - p->start)
    n = p->end - p->start;
  memcpy (buf, p->bytes + p->start, n);
  p->start += n;
  return n;
}

static int
find_key (gnutls_session_t session __attribute__ ((unused)),
          const char *user __attribute__ ((unused)), gnutls_datum_t *key)
{
  key->data = gnutls_calloc (1, 32);
  key->size = 32;
  return key->data == NULL ? -1 : 0;
}

static void
open_end (struct end *e, unsigned flags, gnutls_credentials_type_t type,
          void *credentials)
{
  must (gnutls_init (&e->session,
                     flags | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS),
        "gnutls_init");
  must (gnutls_priority_set_direct (e->session, PRIORITY, NULL), "priority");
  must (gnutls_credentials_set (e->session, type, credentials), "keys");
  gnutls_transport_set_ptr (e->session, e);
  gnutls_transport_set_push_function (e->session, push);
  gnutls_transport_set_pull_function (e->session, pull);
}

static void
shake_hands (struct end *a, struct end *b)
{
  int r = GNUTLS_E_AGAIN, s = GNUTLS_E_AGAIN;

  while (r != 0 || s != 0) {
    if (r != 0 && (r = gnutls_handshake (a->session)) != GNUTLS_E_AGAIN)
      must (r, "gnutls_handshake");
    if (s != 0 && (s = gnutls_handshake (b->session)) != GNUTLS_E_AGAIN)
      must (s, "gnutls_handshake");
  }
}

/* Send batches of records from one session to the other, and measure the CPU
 * time of each side. */
static void
records (struct end *from, struct end *to, double seconds, struct cost *sent,
         struct cost *received)
{
  static char buf[RECORD];

  *sent = *received = (struct cost) { 0 };
  while (sent->seconds < seconds) {
    double start = cpu ();
    for (int i = 0; i < BATCH; i++)
      must (gnutls_record_send (from->session, buf, RECORD),
            "gnutls_record_send");
    double middle = cpu ();
    for (int i = 0; i < BATCH; i++)
      must (gnutls_record_recv (to->session, buf, RECORD),
            "gnutls_record_recv");
    sent->seconds += middle - start;
    received->seconds += cpu () - middle;
    sent->mib += BATCH * (double) RECORD / (1 << 20);
  }
  received->mib = sent->mib;
}

int
main (int argc, char *argv[])
{
  static struct pipe there, back;
  static struct end client = { .in = &back, .out = &there };
  static struct end server = { .in = &there, .out = &back };
  static unsigned char secret[32];
  gnutls_datum_t key = { secret, sizeof secret };
  gnutls_psk_client_credentials_t mine;
  gnutls_psk_server_credentials_t theirs;
  struct cost sent, received;

  if (argc != 3 || strcmp (argv[1], "--seconds") != 0)
    die ("usage: cipher --seconds S");
  double seconds = atof (argv[2]);
  must (gnutls_psk_allocate_client_credentials (&mine), "keys");
  must (gnutls_psk_set_client_credentials (mine, "bench", &key,
                                           GNUTLS_PSK_KEY_RAW),
        "keys");
  must (gnutls_psk_allocate_server_credentials (&theirs), "keys");
  gnutls_psk_set_server_credentials_function (theirs, find_key);
  open_end (&client, GNUTLS_CLIENT, GNUTLS_CRD_PSK, mine);
  open_end (&server, GNUTLS_SERVER, GNUTLS_CRD_PSK, theirs);
  shake_hands (&client, &server);
  records (&client, &server, seconds, &sent, &received);

  printf ("{\"cipher_write\": %.2f, \"cipher_read\": %.2f, "
          "\"records_write\": %.2f, \"records_read\": %.2f}\n",
          per_mib (cipher_alone (seconds, true)),
          per_mib (cipher_alone (seconds, false)), per_mib (sent),
          per_mib (received));
  gnutls_deinit (client.session);
  gnutls_deinit (server.session);
  gnutls_psk_free_client_credentials (mine);
  gnutls_psk_free_server_credentials (theirs);
  return 0;
}
