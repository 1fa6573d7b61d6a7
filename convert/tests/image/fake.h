/* SPDX-License-Identifier: MIT */
/* A codec that needs no compressed data.  Its decoded data is the test disk
 * of bytes.h.  A test can observe each step and let it wait. */
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
  unsigned begun, decoded; /* numbers of parts */
  uint64_t held_at;        /* the decoding of this byte waits */
  bool held;               /* and is waiting at present */
  /* For decoding in order: */
  uint64_t size, at;  /* size of the data, and position */
  uint64_t broken_at; /* or UNKNOWN */
  size_t most;        /* of a step, in bytes */
  unsigned ended;
};

extern struct fake fake;
extern const struct codec fake_codec;
/* An input of SIZE bytes, whose content does not matter. */
extern struct input *fake_input (uint64_t size);
/* Add COUNT parts, with these sizes in turn. */
extern void fake_parts (struct parts *parts, const uint64_t *sizes,
                        size_t nr_sizes, uint64_t count);
extern void fake_reset (void);
/* Let the part or step that decodes this byte wait.  UNKNOWN: none waits. */
extern void fake_hold (uint64_t at);
/* Wait until it waits, or until so many parts were decoded. */
extern void fake_await_held (void);
extern void fake_await_decoded (unsigned count);
extern void check_disk (const void *p, uint64_t offset, size_t length);

#endif /* FAKE_H */
