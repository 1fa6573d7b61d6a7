/* SPDX-License-Identifier: MIT */
/* A codec that needs no compressed data: what it decodes to is the test disk
 * of bytes.h.  A test may look at each step, and hold it. */
#ifndef FAKE_H
#define FAKE_H

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "facts.h"
#include "image/image.h"

/* Kinds of parts. */
enum { FAKE_GOOD, FAKE_BROKEN };

struct fake {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  unsigned begun, decoded; /* parts */
  uint64_t held_at;        /* what decodes this byte waits, */
  bool held;               /* as it does now */
  /* In order: */
  uint64_t size, at;  /* how long all is */
  uint64_t broken_at; /* or UNKNOWN */
  size_t most;        /* bytes of a step */
  unsigned ended;
};

extern struct fake fake;
extern const struct codec fake_codec;
/* An input of SIZE bytes, whose content does not matter. */
extern struct input *fake_input (uint64_t size);
/* Parts of these sizes, again and again, until there are COUNT. */
extern void fake_parts (struct parts *parts, const uint64_t *sizes,
                        size_t nr_sizes, uint64_t count);
extern void fake_reset (void);
/* The part or step that decodes the byte at this place waits there; UNKNOWN:
 * none does. */
extern void fake_hold (uint64_t at);
/* Wait until it does, and until so many parts were decoded. */
extern void fake_await_held (void);
extern void fake_await_decoded (unsigned count);
extern void check_disk (const void *p, uint64_t offset, size_t length);

#endif /* FAKE_H */
