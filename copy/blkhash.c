/* SPDX-License-Identifier: MIT */
/* The block hash: a digest of the digests of all blocks, and of the length.
 *
 * Chunks hold whole blocks, so workers digest them in any order.  Digests
 * of blocks that are not zero are kept in pages; where nothing was read
 * the digest is that of a block of zeroes.  Blocks larger than a request,
 * and streams, are copied in order instead, and digested as they come. */
#include <config.h>

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "copy.h"

#define PAGE_BLOCKS 4096
#define MAX_DIGEST 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gnutls_digest_algorithm_t algorithm;
static size_t size;             /* of a digest */
static uint64_t block;
static unsigned char **pages;
static uint64_t page_count;

/* A block that comes in several requests. */
static gnutls_hash_hd_t partial;
static uint64_t partial_number, partial_at;

static void
parse (const char *text)
{
  static const struct { const char *name; int id; } known[] = {
    { "md5", GNUTLS_DIG_MD5 }, { "sha1", GNUTLS_DIG_SHA1 },
    { "sha256", GNUTLS_DIG_SHA256 }, { "sha512", GNUTLS_DIG_SHA512 },
  };
  size_t length = strcspn (text, "/");

  algorithm = GNUTLS_DIG_UNKNOWN;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strncasecmp (text, known[i].name, length) == 0
        && known[i].name[length] == '\0')
      algorithm = known[i].id;
  if (algorithm == GNUTLS_DIG_UNKNOWN)
    tool_fail ("--blkhash: unknown algorithm %.*s; it is one of md5, sha1, "
               "sha256 and sha512", (int) length, text);
  block = 64 * KIB;
  if (text[length] == '/')
    block = tool_size_argument ("--blkhash", text + length + 1);
  if (block == 0 || (block & (block - 1)) != 0)
    tool_fail ("--blkhash: the block size must be a power of two");
  size = gnutls_hash_get_len (algorithm);
}

void
blkhash_begin (struct copy *c)
{
  if (c->o.blkhash)
    parse (*c->o.blkhash ? c->o.blkhash : "sha256");
}

uint64_t
blkhash_block_size (void)
{
  return block;
}

static void
store (uint64_t number, const unsigned char *value)
{
  uint64_t page = number / PAGE_BLOCKS;

  pthread_mutex_lock (&lock);
  if (page >= page_count) {
    uint64_t count = MAX (page + 1, 2 * page_count);
    pages = realloc (pages, count * sizeof pages[0]);
    if (pages == NULL)
      tool_fail ("out of memory");
    memset (pages + page_count, 0,
            (count - page_count) * sizeof pages[0]);
    page_count = count;
  }
  if (pages[page] == NULL)
    pages[page] = tool_alloc (PAGE_BLOCKS * (size + 1));
  unsigned char *at = pages[page] + number % PAGE_BLOCKS * (size + 1);
  at[0] = 1;
  memcpy (at + 1, value, size);
  pthread_mutex_unlock (&lock);
}

static void
end_partial (void)
{
  unsigned char value[MAX_DIGEST];

  if (partial == NULL)
    return;
  gnutls_hash_deinit (partial, value);
  partial = NULL;
  store (partial_number, value);
}

/* Zeroes that were skipped inside of a large block. */
static void
pad_partial (uint64_t until)
{
  static const char zeroes[64 * 1024];

  while (partial_at < until) {
    uint64_t part = MIN (until - partial_at, sizeof zeroes);
    gnutls_hash (partial, zeroes, part);
    partial_at += part;
  }
}

/* In order. */
static void
add_partial (const char *buffer, uint64_t position, uint64_t length)
{
  while (length > 0) {
    uint64_t number = position / block, end = (number + 1) * block;
    uint64_t part = MIN (length, end - position);
    if (partial && number != partial_number) {
      pad_partial ((partial_number + 1) * block);
      end_partial ();
    }
    if (partial == NULL) {
      if (gnutls_hash_init (&partial, algorithm) < 0)
        tool_fail ("out of memory");
      partial_number = number;
      partial_at = number * block;
    }
    pad_partial (position);
    gnutls_hash (partial, buffer, part);
    partial_at += part;
    if (partial_at == end)
      end_partial ();
    buffer += part;
    position += part;
    length -= part;
  }
}

void
blkhash_data (struct copy *c, const char *buffer, uint64_t position,
              uint64_t length)
{
  unsigned char value[MAX_DIGEST];

  if (block > c->request || c->from->stream || position % block != 0) {
    add_partial (buffer, position, length);
    return;
  }
  for (uint64_t at = 0; at < length; at += block) {
    uint64_t part = MIN (block, length - at);
    if (part == block && is_zero (buffer + at, part))
      continue;
    gnutls_hash_fast (algorithm, buffer + at, part, value);
    store ((position + at) / block, value);
  }
}

static void
hash_zeroes (uint64_t length, unsigned char *value)
{
  static const char zeroes[64 * 1024];
  gnutls_hash_hd_t h;

  if (gnutls_hash_init (&h, algorithm) < 0)
    tool_fail ("out of memory");
  for (uint64_t at = 0; at < length; at += sizeof zeroes)
    gnutls_hash (h, zeroes, MIN (length - at, sizeof zeroes));
  gnutls_hash_deinit (h, value);
}

static void
outer (uint64_t length, unsigned char *value)
{
  unsigned char zero[MAX_DIGEST], last[MAX_DIGEST];
  uint64_t count = (length + block - 1) / block, le = htole64 (length);
  gnutls_hash_hd_t h;

  hash_zeroes (block, zero);
  hash_zeroes (length % block ? length % block : block, last);
  if (gnutls_hash_init (&h, algorithm) < 0)
    tool_fail ("out of memory");
  for (uint64_t i = 0; i < count; i++) {
    const unsigned char *p = i + 1 == count ? last : zero;
    uint64_t page = i / PAGE_BLOCKS;
    if (page < page_count && pages[page] != NULL) {
      const unsigned char *at = pages[page] + i % PAGE_BLOCKS * (size + 1);
      if (at[0])
        p = at + 1;
    }
    gnutls_hash (h, p, size);
  }
  gnutls_hash (h, &le, sizeof le);
  gnutls_hash_deinit (h, value);
}

int
blkhash_end (struct copy *c)
{
  unsigned char value[MAX_DIGEST];
  FILE *f = stdout;

  if (!c->o.blkhash)
    return 0;
  if (partial)
    pad_partial (MIN (c->length, (partial_number + 1) * block));
  end_partial ();
  outer (c->length, value);
  for (uint64_t i = 0; i < page_count; i++)
    free (pages[i]);
  free (pages);
  if (c->o.blkhash_file && (f = fopen (c->o.blkhash_file, "w")) == NULL) {
    copy_fail (c, "%s: %m", c->o.blkhash_file);
    return -1;
  }
  for (size_t i = 0; i < size; i++)
    fprintf (f, "%02x", value[i]);
  fputc ('\n', f);
  if (f == stdout && (ferror (f) || fflush (f) == EOF))
    tool_output_failed (errno);
  if (f != stdout && (ferror (f) || fclose (f) == EOF)) {
    copy_fail (c, "cannot write the block hash: %m");
    return -1;
  }
  return 0;
}
