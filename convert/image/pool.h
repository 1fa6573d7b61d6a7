/* SPDX-License-Identifier: MIT */
/* Images that are decoded at random places: what is decoded together, where
 * it is kept, and for how long.
 *
 * Units are parts, or several of them where they are small.  A unit that
 * anybody knows of has a struct kept.  Units with data are in a list, the one
 * that was used least recently first; when memory is short they go in this
 * order.  All functions here want the lock. */
#ifndef CONVERT_IMAGE_POOL_H
#define CONVERT_IMAGE_POOL_H

#include "image/internal.h"

enum state {
  COLD,     /* not decoded, or not any more */
  WANTED,   /* somebody waits for it */
  DECODING, /* a thread is busy with it */
  READY,
};

/* A run of bytes of the image that cannot be decoded. */
struct fault {
  uint64_t start, end;
  int error;
  char *why;
};

struct kept {
  uint64_t unit;
  enum state state;
  struct reads reads; /* that wait for it */
  unsigned users;     /* who look at the data: it stays */
  bool was_read;
  unsigned char *data;
  uint64_t room;                /* bytes allocated */
  struct kept *next, *previous; /* in order of use, if it is READY; */
  struct kept *next_wanted;
  struct fault *fault; /* it has one; then it is kept for good */
};

/* Buffers that wait to be used again. */
struct buffer {
  struct buffer *next;
  uint64_t room;
};

struct memory {
  uint64_t most, used; /* bytes, with those of free buffers */
  struct buffer *free;
  struct kept oldest; /* head of the list of all that is READY */
};

struct pool {
  struct image image;
  struct parts parts;
  uint32_t *first; /* part of each unit, and the end of all */
  uint64_t units;
  uint64_t largest;   /* unit, in bytes */
  struct kept **kept; /* of each unit, or NULL */
  struct memory memory;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* for the threads: something to do, or memory */
  struct kept *wanted, **wanted_end;
  uint64_t cursor;           /* where reading is, */
  uint64_t reach;            /* and how far ahead of it to decode, in units;
                                UNKNOWN: nobody has read yet */
  uint64_t ahead, ahead_end; /* units to decode before they are wanted */
  unsigned idle;             /* threads that wait */
  unsigned nr_threads;
  pthread_t *threads;
  bool ending;
};

/* ---- units.c ---- */

/* Make the list of units; false: no memory. */
extern bool units_make (struct pool *p);
extern uint64_t unit_at (const struct pool *p, uint64_t at);
extern uint64_t unit_start (const struct pool *p, uint64_t unit);
extern uint64_t unit_size (const struct pool *p, uint64_t unit);
/* How large they get. */
extern uint64_t units_largest (const struct parts *parts);

/* ---- room.c ---- */

extern void room_begin (struct memory *m, uint64_t most);
/* Have a buffer for a unit: false if there is none now.  AHEAD of demand only
 * what was read, and lies before PROTECTED, goes for it. */
extern bool room_take (struct pool *p, struct kept *k, bool ahead,
                       uint64_t protected);
/* It was decoded, or read. */
extern void room_use (struct pool *p, struct kept *k);
/* It could not be decoded: give its buffer back. */
extern void room_give (struct pool *p, struct kept *k);
extern void room_end (struct pool *p);

#endif /* CONVERT_IMAGE_POOL_H */
