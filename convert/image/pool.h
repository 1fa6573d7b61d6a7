/* SPDX-License-Identifier: MIT */
/* Images that are decoded at random: which data is decoded together, where it
 * is kept, and for how long.
 *
 * The data is decoded in units: parts, or several small parts together.  A
 * unit that was used has a struct kept, which holds its state and its data.
 * Units with data are in a list, the least recently used first.  If memory is
 * short, units are dropped in this order.  The lock must be held to call the
 * functions of this file. */
#ifndef CONVERT_IMAGE_POOL_H
#define CONVERT_IMAGE_POOL_H

#include "image/internal.h"

enum state {
  COLD,     /* not decoded, or dropped */
  WANTED,   /* a read waits for it */
  DECODING, /* a thread decodes it */
  READY,
};

/* A range of the image that cannot be decoded. */
struct fault {
  uint64_t start, end;
  int error;
  char *why;
};

struct kept {
  uint64_t unit;
  enum state state;
  struct reads reads; /* waiting for the unit */
  unsigned users;     /* readers that copy from DATA, which must not be
                         dropped meanwhile */
  bool was_read;
  unsigned char *data;
  uint64_t room;                /* size of DATA */
  struct kept *next, *previous; /* in the list of READY units */
  struct kept *next_wanted;
  struct fault *fault; /* or NULL; a unit with a fault is never forgotten */
};

/* The head of an unused buffer. */
struct buffer {
  struct buffer *next;
  uint64_t room;
};

struct memory {
  uint64_t most, used; /* bytes, including free buffers */
  struct buffer *free;
  struct kept oldest; /* head of the list of READY units */
};

struct pool {
  struct image image;
  struct parts parts;
  uint32_t *first; /* index of the first part of each unit; one more entry
                      ends the list */
  uint64_t units;
  uint64_t largest;   /* size of the largest unit */
  struct kept **kept; /* one for each unit, or NULL */
  struct memory memory;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* wakes threads: there is work, or memory */
  struct kept *wanted, **wanted_end;
  uint64_t cursor;           /* the unit where reading is */
  uint64_t reach;            /* how many units behind CURSOR to decode ahead;
                                UNKNOWN: nothing was read yet */
  uint64_t ahead, ahead_end; /* units to decode before a read wants them */
  unsigned idle;             /* number of threads that wait */
  unsigned nr_threads;
  pthread_t *threads;
  bool ending;
};

/* ---- units.c ---- */

/* Make the list of units.  Returns false without memory. */
extern bool units_make (struct pool *p);
extern uint64_t unit_at (const struct pool *p, uint64_t at);
extern uint64_t unit_start (const struct pool *p, uint64_t unit);
extern uint64_t unit_size (const struct pool *p, uint64_t unit);
/* The largest size of a unit of these parts. */
extern uint64_t units_largest (const struct parts *parts);

/* ---- room.c ---- */

extern void room_begin (struct memory *m, uint64_t most);
/* Get a buffer for a unit.  Returns false if there is none at present.  If
 * the unit is decoded AHEAD of reads, another unit is only dropped for it if
 * that was read and is before PROTECTED. */
extern bool room_take (struct pool *p, struct kept *k, bool ahead,
                       uint64_t protected);
/* The unit was decoded or read: move it to the end of the list. */
extern void room_use (struct pool *p, struct kept *k);
/* Take the buffer of the unit away, because it could not be decoded or is
 * dropped. */
extern void room_give (struct pool *p, struct kept *k);
extern void room_end (struct pool *p);

#endif /* CONVERT_IMAGE_POOL_H */
