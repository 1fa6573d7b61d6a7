/* SPDX-License-Identifier: MIT */
/* One conversion, from the command line to the result.
 *
 *   look.c   opens the source, looks what it is, and says it in facts
 *   plan.c   finds the cheapest plan for them
 *   run.c    carries it out: each step takes what is at hand, and leaves
 *            something else at hand for the next one
 *   flow.c   copies what is at hand, with nbdcopy's engine */
#ifndef CONVERT_CONVERT_H
#define CONVERT_CONVERT_H

#include "codec/codec.h"
#include "destination.h"
#include "disk/gpt.h"
#include "grow/grow.h"
#include "image/image.h"
#include "options.h"
#include "plan.h"
#include "source/checksum.h"
#include "source/source.h"
#include "unused/unused.h"

/* What a step leaves for the next one. */
enum hand {
  HOLDS_SOURCE, /* the source, as it was opened */
  HOLDS_IMAGE,  /* what is decoded */
  HOLDS_FILE,   /* a file with a name: a scratch file */
  HOLDS_SERVER, /* an NBD server: qemu-nbd */
};

struct conversion {
  struct options *o;
  struct source source;
  struct destination to;
  struct problem problem;
  struct plan plan, others[2];
  size_t nr_others;

  const struct codec *codec; /* or NULL */
  struct parts parts;        /* if they were found; the image takes them */
  struct image *image;       /* or NULL */
  struct checksum *checksum; /* or NULL */
  bool may_have_gpt;         /* the disk */
  bool end_unseen;           /* of a raw image, which may be a fixed VHD */
  uint64_t copied;           /* length of the last copy */

  struct unused unused; /* --sparsify: what is left out of what is at hand */

  struct growth growth; /* --expand: how the partition grows, */
  bool growth_is_known; /* once the disk was looked at */

  bool begun;  /* the source is read for them: */
  size_t done; /* steps of the plan that were carried out */
  enum hand hand;
  int scratch_fd;              /* HOLDS_FILE; else -1 */
  char *path;                  /* of HOLDS_FILE */
  struct tool_endpoint server; /* HOLDS_SERVER */
  struct server *serving;      /* our own, for qemu-nbd */
  struct helper *reader, *writer;
  struct tool_endpoint writing; /* the server that WRITER is */
};

/* ---- look.c ---- */

/* Open the source and say what it is in PROBLEM's start.  Fails the tool. */
extern void look_at_source (struct conversion *v, char ***words);
/* --checksum, if it was asked for and has not begun.  Who reads in order has
 * to begin before anything is read. */
extern void begin_checksum (struct conversion *v);
/* What is wanted, from the options and the destination. */
extern void look_at_goal (struct conversion *v);
/* Make the image that decodes the source in one way or the other. */
extern void make_image (struct conversion *v, bool in_order);

/* ---- run.c ---- */

/* Carry out what only reads, so that the disk can be looked at, if it can be
 * before anything is written: then true.  Fails the tool. */
extern bool run_reading (struct conversion *v);
/* Fails the tool. */
extern void run_plan (struct conversion *v);
/* Free what it has, which was made in this order or not at all. */
extern void conversion_end (struct conversion *v);

/* ---- say.c ---- */

/* Not an error: --quiet leaves it out. */
extern void say (const struct conversion *v, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- flow.c ---- */

/* Copy what is at hand into this open file, for the program's own use. */
extern void flow_to_scratch (struct conversion *v);
/* Copy it to the destination, or to the server that writes its format. */
extern void flow_to_destination (struct conversion *v);

/* ---- table.c ---- */

/* The destination as a disk with a partition table, after it was written. */
extern void table_of_destination_follows (struct conversion *v);
extern void partitions_of_destination_move (struct conversion *v);
extern void partition_of_destination_expands (struct conversion *v);
/* Is what is at hand empty behind the new, smaller size?  Else fails the
 * tool. */
extern void table_allows_shrinking (struct conversion *v);

/* ---- dropping.c ---- */

/* Find what of the disk at hand need not be copied, and say it. */
extern void unused_is_dropped (struct conversion *v);

/* ---- growing.c ---- */

/* Say in the goal what --expand wants of this destination.  Fails the tool. */
extern void growth_is_wanted (struct conversion *v);
/* Find out from what is at hand, which must not be in order, or from another
 * disk, how the partition grows.  Fails the tool. */
extern void growth_of_what_is_at_hand (struct conversion *v);
extern void growth_of_disk (struct conversion *v, struct disk *d);
/* The last step: the file system in it. */
extern void file_system_of_destination_grows (struct conversion *v);

#endif /* CONVERT_CONVERT_H */
