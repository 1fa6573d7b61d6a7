/* SPDX-License-Identifier: MIT */

#include <config.h>

#include "mutants.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The most memory that codecs and data may take, in addition to what the
 * program has at the beginning: for a part of the largest size, decoders, and
 * the stacks of threads. */
#define MOST_MEMORY (UINT64_C (1) << 30)

/* ---- changes ---- */

struct change {
  const char *name;
  void (*make) (const struct sample *sample, struct bytes *file);
};

/* A random offset, often near the beginning of a structure. */
static size_t
somewhere (const struct sample *sample, const struct bytes *file)
{
  if (file->length == 0)
    return 0;
  if (sample->nr_places > 0 && lot (3) > 0) {
    size_t at = sample->places[lot (sample->nr_places)] + lot (24);

    at = at < 8 ? 0 : at - 8;
    if (at < file->length)
      return at;
  }
  return lot (2)
           ? lot (file->length)
           : file->length - 1 - lot (file->length < 64 ? file->length : 64);
}

static void
flip_bit (const struct sample *sample, struct bytes *file)
{
  if (file->length > 0)
    file->p[somewhere (sample, file)] ^= (unsigned char) (1 << lot (8));
}

static void
flip_bits (const struct sample *sample, struct bytes *file)
{
  for (size_t n = 2 + lot (10); n > 0; n--)
    flip_bit (sample, file);
}

static void
put_byte (const struct sample *sample, struct bytes *file)
{
  static const unsigned char bytes[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };

  if (file->length > 0)
    file->p[somewhere (sample, file)] = bytes[lot (sizeof bytes)];
}

static void
put_run (const struct sample *sample, struct bytes *file)
{
  size_t at = somewhere (sample, file);
  size_t n = lot (file->length - at < 4096 ? file->length - at + 1 : 4096);

  memset (file->p + at, lot (2) ? 0 : 0xff, n);
}

static void
cut_end (const struct sample *sample, struct bytes *file)
{
  file->length = somewhere (sample, file);
}

static void
cut_out (const struct sample *sample, struct bytes *file)
{
  size_t at = somewhere (sample, file), to = somewhere (sample, file);

  if (to < at)
    return;
  memmove (file->p + at, file->p + to, file->length - to);
  file->length -= to - at;
}

static void
insert (struct bytes *file, size_t at, const void *p, size_t length)
{
  struct bytes old = *file;

  *file = bytes_copy (old.p, at);
  bytes_append (file, p, length);
  bytes_append (file, old.p + at, old.length - at);
  free (old.p);
}

static void
double_some (const struct sample *sample, struct bytes *file)
{
  size_t at = somewhere (sample, file), to = somewhere (sample, file);

  if (to < at)
    return;

  struct bytes some = bytes_copy (file->p + at, to - at);

  insert (file, lot (2) ? to : somewhere (sample, file), some.p, some.length);
  free (some.p);
}

static void
insert_some (const struct sample *sample, struct bytes *file)
{
  unsigned char some[16];
  size_t n = 1 + lot (sizeof some);

  for (size_t i = 0; i < n; i++)
    some[i] = (unsigned char) lot (256);
  insert (file, somewhere (sample, file), some, n);
}

static void
append_some (const struct sample *sample, struct bytes *file)
{
  size_t at = lot (2) ? 0 : somewhere (sample, file);

  bytes_append (file, sample->file.p + at, sample->file.length - at);
}

static const struct change changes[] = {
  { "a bit is flipped", flip_bit },
  { "bits are flipped", flip_bits },
  { "a byte is another", put_byte },
  { "a run is lost", put_run },
  { "the end is cut off", cut_end },
  { "something is cut out", cut_out },
  { "something is there twice", double_some },
  { "something is inserted", insert_some },
  { "something follows", append_some },
};

static struct bytes
make_mutant (const struct sample *sample, char what[64])
{
  struct bytes file = bytes_copy (sample->file.p, sample->file.length);

  if (sample->lie != NULL && lot (3) == 0) {
    sample->lie (sample, &file, what);
    return file;
  }

  const struct change *c = &changes[lot (sizeof changes / sizeof changes[0])];

  snprintf (what, 64, "%s", c->name);
  c->make (sample, &file);
  return file;
}

/* ---- the result ---- */

/* Whether the result consists of whole pieces. */
static bool
is_of_pieces (const struct sample *sample, const struct tried *tried)
{
  const struct piece all = { 0, sample->data.length };
  const struct piece *pieces = sample->nr_pieces > 0 ? sample->pieces : &all;
  size_t nr = sample->nr_pieces > 0 ? sample->nr_pieces : 1;
  size_t at = 0;

  if (tried->size > tried->data.length)
    return false;
  if (sample->nr_pieces == 0 && tried->size != sample->data.length)
    return false;
  while (at < tried->data.length) {
    size_t i = 0;

    while (i < nr
           && (pieces[i].length == 0
               || pieces[i].length > tried->data.length - at
               || memcmp (tried->data.p + at, sample->data.p + pieces[i].at,
                          pieces[i].length)
                    != 0))
      i++;
    if (i == nr)
      return false;
    at += pieces[i].length;
  }
  return true;
}

/* The result must be an error or the right data.  Returns whether it is an
 * error. */
static bool
check_tried (const struct sample *sample, struct tried *tried,
             const char *how)
{
  bool damaged = tried->why != NULL;

  if (damaged && strstr (tried->why, "not enough memory") != NULL)
    wrong ("%s: more memory than there may be", how);
  if (damaged && strlen (tried->why) < 10)
    wrong ("%s: no more words than \"%s\"", how, tried->why);
  if (getenv ("VERBOSE") != NULL)
    printf ("%s: %s: %s\n", wrong_with, how,
            damaged ? tried->why : "as if nothing was");
  if (!damaged && !is_of_pieces (sample, tried))
    wrong ("%s: %" PRIu64 " bytes of other data", how, tried->size);
  tried_free (tried);
  return damaged;
}

/* Returns whether decoding in order failed. */
static bool
check_mutant (const struct sample *sample, const struct bytes *file)
{
  const struct pace pace = {
    .in = lot (2) ? 1 + lot (100) : 65536,
    .out = lot (2) ? 1 + lot (10000) : (size_t) 1 << 20,
    .by_lot = lot (2),
    .threads = (unsigned) (1 + lot (2)),
  };
  struct tried tried;

  if (try_parts (sample->codec, file, &tried) == PARTS_NONE)
    tried_free (&tried);
  else
    check_tried (sample, &tried, "parts");
  try_in_order (sample->codec, file, &pace, &tried);
  return check_tried (sample, &tried, "in order");
}

/* ---- main ---- */

static uint64_t
number_of (const char *name, uint64_t usual)
{
  const char *text = getenv (name);

  return text != NULL && *text != '\0' ? strtoull (text, NULL, 10) : usual;
}

/* Limit the address space.  Sanitizers and valgrind reserve more than the
 * limit, so then there is none. */
static void
limit_memory (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  uint64_t pages = 0;

  if (file == NULL)
    return;
  if (fscanf (file, "%" SCNu64, &pages) != 1)
    pages = 0;
  fclose (file);

  uint64_t size = pages * (uint64_t) sysconf (_SC_PAGESIZE);
  struct rlimit limit = { size + MOST_MEMORY, RLIM_INFINITY };

  if (size != 0 && size < MOST_MEMORY)
    setrlimit (RLIMIT_AS, &limit);
}

static bool
run (const struct sample *sample, uint64_t seed)
{
  char what[64] = "";

  lots_seed (seed);

  struct bytes file = make_mutant (sample, what);

  snprintf (wrong_with, sizeof wrong_with,
            "SEED=%" PRIu64 " RUNS=1, %s, %s, %zu bytes", seed, sample->name,
            what, file.length);

  bool damaged = check_mutant (sample, &file);

  free (file.p);
  return damaged;
}

int
mutants_main (const struct sample *samples, size_t nr)
{
  uint64_t seed = number_of ("SEED", (uint64_t) time (NULL) * 1000);
  uint64_t runs = number_of ("RUNS",
                             getenv ("CHECK_LONG") != NULL ? 500 : 40);
  uint64_t errors = 0;

  for (size_t i = 0; i < nr; i++) {
    snprintf (wrong_with, sizeof wrong_with, "%s", samples[i].name);
    try_all (samples[i].codec, &samples[i].file, &samples[i].data);
  }
  limit_memory ();
  for (uint64_t i = 0; i < runs; i++)
    errors += run (&samples[(seed + i) % nr], seed + i);
  printf ("SEED=%" PRIu64 ": %" PRIu64 " of %" PRIu64 " mutants are errors\n",
          seed, errors, runs);
  /* Almost every change is noticed.  The data may stay the same by chance. */
  if (runs >= 20 && errors < runs / 4)
    wrong ("so few were noticed");
  return EXIT_SUCCESS;
}
