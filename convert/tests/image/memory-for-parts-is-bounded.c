/* SPDX-License-Identifier: MIT */
/* Decoded data never takes more memory than allowed, with parts of all sizes
 * and several readers.  When the image is freed, all of its memory is. */
#include <malloc.h>
#include <stdatomic.h>

#include "fake.h"

#define MIB (UINT64_C (1) << 20)
#define READERS 4
#define STEP 50000
/* Only blocks of at least this size are counted: smaller ones hold no
 * parts. */
#define LARGE (60 * 1024)

static atomic_size_t held, most;

extern void *__real_malloc (size_t size);
extern void __real_free (void *p);
extern void *__wrap_malloc (size_t size);
extern void __wrap_free (void *p);

void *
__wrap_malloc (size_t size)
{
  void *p = __real_malloc (size);

  if (size < LARGE)
    return p;
  size_t now = atomic_fetch_add (&held, malloc_usable_size (p))
               + malloc_usable_size (p);
  size_t before = most;
  while (before < now && !atomic_compare_exchange_weak (&most, &before, now))
    ;
  return p;
}

void
__wrap_free (void *p)
{
  if (p != NULL && malloc_usable_size (p) >= LARGE)
    atomic_fetch_sub (&held, malloc_usable_size (p));
  __real_free (p);
}

struct reader {
  pthread_t thread;
  struct image *image;
  uint64_t at;
  char buffer[STEP];
};

/* Read forwards from some offset to the end, and then from the beginning. */
static void *
read_all (void *opaque)
{
  struct reader *r = opaque;
  uint64_t size = image_size (r->image);
  char *why;

  for (uint64_t n = 0; n < size / STEP; n++) {
    CHECK_INT (image_pread (r->image, r->buffer, STEP, r->at, &why), 0);
    r->at += STEP;
    if (r->at > size - STEP)
      r->at = 0;
  }
  return NULL;
}

static void
run (const uint64_t sizes[4], uint64_t memory)
{
  static struct reader readers[READERS];
  struct image_settings settings = { .threads = 3, .memory = memory };
  struct parts parts = { .count = 0 };
  struct input *in = fake_input (1);

  fake_reset ();
  fake_parts (&parts, sizes, 4, 40);
  struct image *image = image_of_parts (in, &fake_codec, &parts, &settings);
  held = most = 0;
  for (int i = 0; i < READERS; i++) {
    readers[i].image = image;
    readers[i].at = image_size (image) / READERS * i;
    pthread_create (&readers[i].thread, NULL, read_all, &readers[i]);
  }
  for (int i = 0; i < READERS; i++)
    pthread_join (readers[i].thread, NULL);
  image_free (image);
  input_free (in);
  CHECK (most >= memory / 2);
  /* The allocator rounds sizes up. */
  CHECK (most <= memory + memory / 64);
  CHECK_INT (held, 0);
}

void
test (void)
{
  static const uint64_t equal[] = { MIB, MIB, MIB, MIB };
  static const uint64_t mixed[] = { 3 * MIB, 100000, MIB, 2000000 };

  run (equal, 3 * MIB);
  run (equal, 8 * MIB);
  run (mixed, 3 * MIB);
  run (mixed, 10 * MIB);
}
