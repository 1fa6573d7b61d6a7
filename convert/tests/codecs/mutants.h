/* SPDX-License-Identifier: MIT */

/* Damaged and lying files: what comes of each must be an error with words,
 * or exactly what the file was made of, never other data, and never more
 * memory than the codec says.
 *
 * SEED and RUNS of the environment choose what is tried; otherwise it is 40
 * mutants, or 500 in make check-long, of a seed that is printed. */

#ifndef MUTANTS_H
#define MUTANTS_H

#include "trying.h"

/* What the format allows to leave out, repeat or move, such as members of
 * gzip, so that the result is a file of other data: of DATA, and nothing but
 * whole pieces may come out of a mutant. */
struct piece {
  size_t at, length;
};

#define MOST_PIECES 16

struct sample {
  const char *name;
  const struct codec *codec;
  struct bytes file, data;
  struct piece pieces[MOST_PIECES]; /* none: DATA is one */
  size_t nr_pieces;
  /* Where something begins in FILE: it is cut there, and near there, and
   * what is changed is there more often than elsewhere. */
  const size_t *places;
  size_t nr_places;
  const void *more; /* for LIE */
  /* Change FILE, which is a copy of the sample's, to one of the codec's own
   * lies, such as another size with a checksum that fits; say in WHAT which
   * one.  NULL: it has none. */
  void (*lie) (const struct sample *sample, struct bytes *file,
               char what[64]);
};

/* All that a main needs to do: the exit status. */
extern int mutants_main (const struct sample *samples, size_t nr);

#endif /* MUTANTS_H */
