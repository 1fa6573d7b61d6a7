/* SPDX-License-Identifier: MIT */

/* Damaged and lying files.  Decoding one must fail with a message, or give
 * exactly the data that the file was made of; never other data, and never
 * with more memory than the codec allows.
 *
 * The environment variables SEED and RUNS choose the mutants.  By default 40
 * mutants are tried, or 500 in make check-long, from a seed that is
 * printed. */

#ifndef MUTANTS_H
#define MUTANTS_H

#include "trying.h"

/* Parts of DATA that the format allows to be missing, repeated or moved
 * without notice, such as members of gzip.  The result of decoding a mutant
 * may be any sequence of whole pieces. */
struct piece {
  size_t at, length;
};

#define MOST_PIECES 16

struct sample {
  const char *name;
  const struct codec *codec;
  struct bytes file, data;
  struct piece pieces[MOST_PIECES]; /* without any, DATA is the only piece */
  size_t nr_pieces;
  /* Offsets in FILE where a structure begins.  Files are cut and changed
   * there, and near there, more often than elsewhere. */
  const size_t *places;
  size_t nr_places;
  const void *more; /* for LIE */
  /* Turn FILE, which is a copy of the sample's file, into a lie of its
   * format, such as a wrong size with a correct checksum.  WHAT describes the
   * lie.  NULL: the format has no lies. */
  void (*lie) (const struct sample *sample, struct bytes *file,
               char what[64]);
};

/* The whole main function.  Returns the exit status. */
extern int mutants_main (const struct sample *samples, size_t nr);

#endif /* MUTANTS_H */
