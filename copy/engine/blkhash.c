/* SPDX-License-Identifier: MIT */
/* The block hash: a digest of the digests of all blocks, and of the length.
 *
 * Chunks hold whole blocks, so workers digest them in any order.  Digests
 * of blocks that are not zero are kept in pages; for all other blocks the
 * digest of a block of zeroes is used.  Streams, and disks with blocks larger
 * than a request, are copied in order instead, and digested as they come. */
#include <config.h>

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "engine/scan.h"
#include "engine/verify.h"

#define PAGE_BLOCKS 4096
#define MAX_DIGEST 64

struct blkhash {
  FILE *out;
  pthread_mutex_t lock;
  gnutls_digest_algorithm_t algorithm;
  size_t size; /* of a digest */
  uint64_t block;
  unsigned char **pages;
  uint64_t page_count;

  /* The block that is being digested, if it comes in several requests. */
  gnutls_hash_hd_t partial;
  uint64_t partial_number, partial_at;
};

/* Parse ALGORITHM/SIZE; the size may be left out. */
static int
parse (struct copy *c, struct blkhash *b, const char *text)
{
  static const struct {
    const char *name;
    int id;
  } known[] = {
    { "md5", GNUTLS_DIG_MD5 },
    { "sha1", GNUTLS_DIG_SHA1 },
    { "sha256", GNUTLS_DIG_SHA256 },
    { "sha512", GNUTLS_DIG_SHA512 },
  };
  size_t length = strcspn (text, "/");

  b->algorithm = GNUTLS_DIG_UNKNOWN;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strncasecmp (text, known[i].name, length) == 0
        && known[i].name[length] == '\0')
      b->algorithm = known[i].id;
  if (b->algorithm == GNUTLS_DIG_UNKNOWN) {
    copy_fail (c,
               "--blkhash: unknown algorithm %.*s; it is one of md5, "
               "sha1, sha256 and sha512",
               (int) length, text);
    return -1;
  }
  int64_t block = 64 * KIB;
  if (text[length] == '/')
    block = tool_parse_size (text + length + 1);
  if (block <= 0 || (block & (block - 1)) != 0) {
    copy_fail (c, "--blkhash: the block size must be a power of two, not %s",
               text + length + 1);
    return -1;
  }
  b->block = block;
  b->size = gnutls_hash_get_len (b->algorithm);
  return 0;
}

int
blkhash_begin (struct copy *c)
{
  const char *text = c->settings.blkhash;

  if (text == NULL)
    return 0;
  c->blkhash = tool_alloc (sizeof *c->blkhash);
  pthread_mutex_init (&c->blkhash->lock, NULL);
  return parse (c, c->blkhash, *text ? text : "sha256");
}

uint64_t
blkhash_block_size (const struct copy *c)
{
  return c->blkhash->block;
}

static gnutls_hash_hd_t
new_hash (const struct blkhash *b)
{
  gnutls_hash_hd_t h;
  int r = gnutls_hash_init (&h, b->algorithm);

  if (r < 0)
    tool_fail ("--blkhash: %s", gnutls_strerror (r));
  return h;
}

/* Blocks can be so large that this takes long.  After a signal the hash is not
 * printed, so stop. */
static void
add_zeroes (gnutls_hash_hd_t h, uint64_t length)
{
  static const char zeroes[64 * 1024];

  while (length > 0 && tool_signal == 0) {
    uint64_t part = MIN (length, sizeof zeroes);
    gnutls_hash (h, zeroes, part);
    length -= part;
  }
}

static void
store (struct blkhash *b, uint64_t number, const unsigned char *value)
{
  uint64_t page = number / PAGE_BLOCKS;

  pthread_mutex_lock (&b->lock);
  if (page >= b->page_count) {
    uint64_t count = MAX (page + 1, 2 * b->page_count);
    b->pages = realloc (b->pages, count * sizeof b->pages[0]);
    if (b->pages == NULL)
      tool_fail ("out of memory");
    memset (b->pages + b->page_count, 0,
            (count - b->page_count) * sizeof b->pages[0]);
    b->page_count = count;
  }
  if (b->pages[page] == NULL)
    b->pages[page] = tool_alloc (PAGE_BLOCKS * (b->size + 1));
  unsigned char *at = b->pages[page] + number % PAGE_BLOCKS * (b->size + 1);
  at[0] = 1;
  memcpy (at + 1, value, b->size);
  pthread_mutex_unlock (&b->lock);
}

static void
end_partial (struct blkhash *b)
{
  unsigned char value[MAX_DIGEST];

  if (b->partial == NULL)
    return;
  gnutls_hash_deinit (b->partial, value);
  b->partial = NULL;
  store (b, b->partial_number, value);
}

/* Digest zeroes of a large block that were not read, up to UNTIL. */
static void
pad_partial (struct blkhash *b, uint64_t until)
{
  add_zeroes (b->partial, until - b->partial_at);
  b->partial_at = until;
}

/* Digest data of large blocks, or of a stream, which comes in order. */
static void
add_partial (struct blkhash *b, const char *buffer, uint64_t position,
             uint64_t length)
{
  while (length > 0) {
    uint64_t number = position / b->block, end = (number + 1) * b->block;
    uint64_t part = MIN (length, end - position);
    if (b->partial && number != b->partial_number) {
      pad_partial (b, (b->partial_number + 1) * b->block);
      end_partial (b);
    }
    if (b->partial == NULL) {
      b->partial = new_hash (b);
      b->partial_number = number;
      b->partial_at = number * b->block;
    }
    pad_partial (b, position);
    gnutls_hash (b->partial, buffer, part);
    b->partial_at += part;
    if (b->partial_at == end)
      end_partial (b);
    buffer += part;
    position += part;
    length -= part;
  }
}

void
blkhash_data (struct copy *c, const char *buffer, uint64_t position,
              uint64_t length)
{
  struct blkhash *b = c->blkhash;
  unsigned char value[MAX_DIGEST];

  if (b->block > c->request || c->from->stream || position % b->block != 0) {
    add_partial (b, buffer, position, length);
    return;
  }
  for (uint64_t at = 0; at < length; at += b->block) {
    uint64_t part = MIN (b->block, length - at);
    if (part == b->block && is_zero (buffer + at, part))
      continue;
    gnutls_hash_fast (b->algorithm, buffer + at, part, value);
    store (b, (position + at) / b->block, value);
  }
}

/* The digest that was stored for a block, or NULL: it is zero. */
static const unsigned char *
stored (const struct blkhash *b, uint64_t number)
{
  uint64_t page = number / PAGE_BLOCKS;

  if (page >= b->page_count || b->pages[page] == NULL)
    return NULL;
  const unsigned char *at = b->pages[page]
                            + number % PAGE_BLOCKS * (b->size + 1);
  return at[0] ? at + 1 : NULL;
}

static void
hash_zeroes (const struct blkhash *b, uint64_t length, unsigned char *value)
{
  gnutls_hash_hd_t h = new_hash (b);

  add_zeroes (h, length);
  gnutls_hash_deinit (h, value);
}

/* A large disk has so many blocks that this takes a while: return -1 if the
 * copy has to stop. */
static int
outer (struct copy *c, unsigned char *value)
{
  const struct blkhash *b = c->blkhash;
  uint64_t left = c->length, zeroes = 0, le = htole64 (left);
  unsigned char of_zeroes[MAX_DIGEST];
  gnutls_hash_hd_t h = new_hash (b);

  for (uint64_t i = 0; left > 0; i++) {
    uint64_t length = MIN (left, b->block);
    const unsigned char *p = stored (b, i);
    if (p == NULL && zeroes != length) {
      hash_zeroes (b, length, of_zeroes);
      zeroes = length;
    }
    gnutls_hash (h, p ? p : of_zeroes, b->size);
    left -= length;
    if (i % PAGE_BLOCKS == 0 && copy_tick (c))
      break;
  }
  gnutls_hash (h, &le, sizeof le);
  gnutls_hash_deinit (h, value);
  return copy_tick (c) ? -1 : 0;
}

static int
refuse (struct copy *c)
{
  copy_fail (c, "%s: cannot write the block hash: %m",
             c->settings.blkhash_file);
  return -1;
}

/* The file is opened before anything is copied: a mistake in its name is found
 * while little was done. */
int
blkhash_prepare (struct copy *c)
{
  const char *name = c->settings.blkhash_file;

  if (!c->settings.blkhash)
    return 0;
  c->blkhash->out = name == NULL ? stdout : fopen (name, "we");
  return c->blkhash->out != NULL ? 0 : refuse (c);
}

int
blkhash_end (struct copy *c)
{
  struct blkhash *b = c->blkhash;
  unsigned char value[MAX_DIGEST];

  if (!c->settings.blkhash)
    return 0;
  FILE *f = b->out;
  if (b->partial)
    pad_partial (b, MIN (c->length, (b->partial_number + 1) * b->block));
  end_partial (b);
  if (outer (c, value) == -1) {
    copy_warn (c, "interrupted: all is copied, but its block hash is not "
                  "computed");
    return -1;
  }
  for (size_t i = 0; i < b->size; i++)
    fprintf (f, "%02x", value[i]);
  fputc ('\n', f);
  if (f == stdout && (ferror (f) || fflush (f) == EOF)) {
    if (errno == EPIPE)
      copy_stop (c, UNREAD);
    else
      copy_fail (c, "cannot write to standard output: %m");
    return -1;
  }
  b->out = NULL;
  return f != stdout && (ferror (f) || fclose (f) == EOF) ? refuse (c) : 0;
}

void
blkhash_free (struct copy *c)
{
  struct blkhash *b = c->blkhash;

  for (uint64_t i = 0; b != NULL && i < b->page_count; i++)
    free (b->pages[i]);
  if (b != NULL && b->out != NULL && b->out != stdout)
    fclose (b->out);
  if (b != NULL)
    free (b->pages);
  free (b);
}
