/* SPDX-License-Identifier: MIT */
/* --checksum: checksums of sources, as they are stored. */
#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "facts.h"
#include "source/checksum.h"
#include "tool.h"

#define PIECE (1u << 20)

static const struct algorithm {
  const char *name;
  gnutls_digest_algorithm_t id;
} algorithms[] = {
  { "md5", GNUTLS_DIG_MD5 },       { "sha1", GNUTLS_DIG_SHA1 },
  { "sha224", GNUTLS_DIG_SHA224 }, { "sha256", GNUTLS_DIG_SHA256 },
  { "sha384", GNUTLS_DIG_SHA384 }, { "sha512", GNUTLS_DIG_SHA512 },
};

struct checksum {
  struct input in; /* an input that reads FROM and digests what it reads */
  struct input *from;
  const struct checksum_wish *wish;
  gnutls_hash_hd_t hash;
  uint64_t at;  /* bytes digested so far */
  bool ended;   /* AT is the end of the source */
  char *buffer; /* of PIECE bytes */
  pthread_t thread;
  bool has_thread;
  int result; /* of the thread: 0 or -1 */
  char *why;
};

/* ---- the option ---- */

static const struct algorithm *
find_algorithm (const char *name, size_t length)
{
  for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
    if (strlen (algorithms[i].name) == length
        && strncasecmp (name, algorithms[i].name, length) == 0)
      return &algorithms[i];
  return NULL;
}

static int
digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
checksum_take (struct checksum_wish *wish, const char *text)
{
  const char *p = strchr (text, ':');
  const struct algorithm *a = p ? find_algorithm (text, p - text) : NULL;

  if (a == NULL)
    tool_usage_error ("--checksum: it is TYPE:HEX, such as sha256:..., "
                      "with md5, sha1, sha224, sha256, sha384 or sha512, "
                      "not %s",
                      text);
  wish->algorithm = a->name;
  wish->length = gnutls_hash_get_len (a->id);
  p++;
  if (strlen (p) != 2 * wish->length)
    tool_usage_error ("--checksum: %s has %u hexadecimal digits, not %zu",
                      a->name, 2 * wish->length, strlen (p));
  for (unsigned i = 0; i < wish->length; i++) {
    int high = digit (p[2 * i]), low = digit (p[2 * i + 1]);
    if (high == -1 || low == -1)
      tool_usage_error ("--checksum: %s is no hexadecimal number", p);
    wish->expected[i] = high << 4 | low;
  }
}

/* ---- computing ---- */

/* Read, and digest bytes that were not digested before.  Called in order, so
 * there are no gaps. */
static ssize_t
read_and_digest (struct input *in, void *buffer, size_t length,
                 uint64_t offset, char **why)
{
  struct checksum *c = (struct checksum *) in;
  ssize_t n = input_read (c->from, buffer, length, offset, why);

  if (n > 0 && offset <= c->at && offset + n > c->at) {
    size_t known = c->at - offset;
    gnutls_hash (c->hash, (char *) buffer + known, n - known);
    c->at = offset + n;
  }
  c->ended |= n >= 0 && (size_t) n < length;
  return n;
}

/* Digest the rest of the source, which the codec did not read. */
static int
digest_rest (struct checksum *c)
{
  while (!c->ended) {
    ssize_t n = read_and_digest (&c->in, c->buffer, PIECE, c->at, &c->why);
    if (n == -1 && c->why == NULL)
      c->why = tool_format ("%s", strerror (errno));
    if (n == -1)
      return -1;
  }
  return 0;
}

static void *
digest_all (void *opaque)
{
  struct checksum *c = opaque;

  c->result = digest_rest (c);
  return NULL;
}

static void
free_nothing (struct input *in)
{
  (void) in;
}

static const struct input_ops ops = {
  .read = read_and_digest,
  .free = free_nothing,
};

struct checksum *
checksum_begin (const struct checksum_wish *wish, struct input *in,
                char **why)
{
  struct checksum *c = tool_alloc (sizeof *c);
  const struct algorithm *a = find_algorithm (wish->algorithm,
                                              strlen (wish->algorithm));

  *c = (struct checksum) { .in = *in, .from = in, .wish = wish };
  c->in.ops = &ops;
  c->buffer = tool_alloc (PIECE);
  int r = gnutls_hash_init (&c->hash, a->id);
  if (r != 0) {
    *why = tool_format ("--checksum: %s: %s", a->name, gnutls_strerror (r));
    free (c->buffer);
    free (c);
    return NULL;
  }
  if (in->in_order)
    return c;
  r = pthread_create (&c->thread, NULL, digest_all, c);
  c->has_thread = r == 0;
  if (r != 0)
    *why = tool_format ("--checksum: cannot create a thread: %s",
                        strerror (r));
  return c->has_thread ? c : (checksum_free (c), NULL);
}

struct input *
checksum_input (struct checksum *c)
{
  return c->has_thread ? c->from : &c->in;
}

static char *
hex (const unsigned char *digest, unsigned length)
{
  char *text = tool_alloc (2 * length + 1);

  for (unsigned i = 0; i < length; i++)
    sprintf (text + 2 * i, "%02x", digest[i]);
  return text;
}

int
checksum_end (struct checksum *c, char **why)
{
  unsigned char digest[DIGEST_MOST];

  if (c->has_thread)
    pthread_join (c->thread, NULL);
  else
    c->result = digest_rest (c);
  c->has_thread = false;
  if (c->result == -1) {
    *why = c->why;
    c->why = NULL;
    return -1;
  }
  gnutls_hash_output (c->hash, digest);
  if (memcmp (digest, c->wish->expected, c->wish->length) == 0)
    return 0;
  char *found = hex (digest, c->wish->length);
  char *expected = hex (c->wish->expected, c->wish->length);
  *why = tool_format ("--checksum: the %s of the source is %s, but should be "
                      "%s",
                      c->wish->algorithm, found, expected);
  free (found);
  free (expected);
  return -1;
}

void
checksum_free (struct checksum *c)
{
  gnutls_hash_deinit (c->hash, NULL);
  free (c->buffer);
  free (c->why);
  free (c);
}
