/* SPDX-License-Identifier: MIT */
/* One conversion, from the command line to the result.
 *
 *   look.c   opens the source, examines it, and records the facts
 *   plan.c   finds the cheapest plan for these facts
 *   run.c    carries out the plan: each step reads what the step before left
 *            (what is "at hand") and leaves something for the next step
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

/* What is at hand: what a step leaves for the next step to read. */
enum hand {
  HOLDS_SOURCE, /* the source, as it was opened */
  HOLDS_IMAGE,  /* the decoded content of the source */
  HOLDS_FILE,   /* a scratch file, which has a name in PATH */
  HOLDS_SERVER, /* an export of an NBD server: qemu-nbd */
};

struct conversion {
  struct options *o;
  struct source source;
  struct destination to;
  struct problem problem;
  struct plan plan, others[2];
  size_t nr_others;

  const struct codec *codec; /* around the source's format; or NULL */
  struct parts parts;        /* if parts were found; IMAGE takes them over */
  struct image *image;       /* or NULL */
  struct checksum *checksum; /* --checksum; or NULL */
  bool may_have_gpt;         /* the source's disk, as far as it could be
                                examined */
  bool end_unseen;           /* of a raw image, which may therefore be a fixed
                                VHD */
  uint64_t copied;           /* length of the last copy */

  struct unused unused; /* --sparsify: ranges of the disk at hand that are not
                           copied */

  struct growth growth; /* --expand: how the partition grows */
  bool growth_is_known; /* GROWTH is set, because the disk was examined */

  bool begun;  /* reading of the source has begun */
  size_t done; /* how many steps of the plan were carried out */
  enum hand hand;
  int scratch_fd;              /* of HOLDS_FILE; else -1 */
  char *path;                  /* by which other programs open HOLDS_FILE */
  struct tool_endpoint server; /* of HOLDS_SERVER */
  struct server *serving;      /* our own server, which qemu-nbd reads */
  struct helper *reader, *writer;
  struct tool_endpoint writing; /* the server that WRITER runs */
};

/* ---- look.c ---- */

/* Open the source and record what it is in the start of the problem.  Errors
 * end the program. */
extern void look_at_source (struct conversion *v, char ***words);
/* Begin --checksum, if it was given and has not begun.  A source that is read
 * in order needs this before its first byte is read. */
extern void begin_checksum (struct conversion *v);
/* Record in the problem's goal what the options and the destination ask
 * for. */
extern void look_at_goal (struct conversion *v);
/* Make the image that decodes the source: in order, or from its parts.  A
 * previous image is freed.  Errors end the program. */
extern void make_image (struct conversion *v, bool in_order);

/* ---- run.c ---- */

/* Carry out the first steps of the plan as long as they only read, so that
 * the disk can be examined before anything is written.  Returns whether the
 * disk can be examined then.  Errors end the program. */
extern bool run_reading (struct conversion *v);
/* Carry out the rest of the plan.  Errors end the program. */
extern void run_plan (struct conversion *v);
/* Stop and free everything that the conversion owns. */
extern void conversion_end (struct conversion *v);

/* ---- say.c ---- */

/* Print a message that is not an error.  --quiet suppresses it. */
extern void say (const struct conversion *v, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- flow.c ---- */

/* Copy what is at hand to a scratch file.  Errors end the program. */
extern void flow_to_scratch (struct conversion *v);
/* Copy what is at hand to the destination, or to the server that writes the
 * destination's format.  Errors end the program. */
extern void flow_to_destination (struct conversion *v);
/* FROM bytes were written to standard output: append zeroes up to TO.  Errors
 * end the program. */
extern void flow_zeroes_to_stream (uint64_t from, uint64_t to);

/* ---- table.c ---- */

/* Change the partition table of the destination, after the data was written.
 * Errors end the program. */
extern void table_of_destination_follows (struct conversion *v);
extern void partitions_of_destination_move (struct conversion *v);
extern void partition_of_destination_expands (struct conversion *v);
/* Check that the disk at hand holds no data behind its new, smaller size.  If
 * it does, or on errors, the program ends. */
extern void table_allows_shrinking (struct conversion *v);

/* ---- dropping.c ---- */

/* Find which ranges of the disk at hand need not be copied, and print what
 * was found. */
extern void unused_is_dropped (struct conversion *v);

/* ---- growing.c ---- */

/* Check that --expand is possible with this destination, and set the new size
 * of the disk if the destination gives it.  Errors end the program. */
extern void growth_is_wanted (struct conversion *v);
/* Find out how the partition grows, from the disk at hand (which must be
 * readable at random) or from the given disk.  Errors end the program. */
extern void growth_of_what_is_at_hand (struct conversion *v);
extern void growth_of_disk (struct conversion *v, struct disk *d);
/* The last step: grow the file system in the partition. */
extern void file_system_of_destination_grows (struct conversion *v);

#endif /* CONVERT_CONVERT_H */
