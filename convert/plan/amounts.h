/* SPDX-License-Identifier: MIT */
/* Amounts of data, and how long it takes to move them.  The costs of steps
 * consist of these. */
#ifndef CONVERT_AMOUNTS_H
#define CONVERT_AMOUNTS_H

#include "facts.h"

/* Numbers of bytes, and whether they are guesses. */
struct amounts {
  uint64_t stored, unpacked, data; /* as in struct facts */
  bool stored_guessed, unpacked_guessed, data_guessed;
};

extern struct amounts amounts_of (const struct facts *f);

/* Seconds until so many bytes were read from where they are.  Data that
 * helpers or earlier steps pass to us takes no time here: it is counted for
 * them. */
extern double time_reading (const struct facts *f, const struct rates *r,
                            uint64_t bytes);
/* For --checksum: seconds to read the source once more, in order, if the step
 * reads it at random. */
extern double time_checking (const struct facts *f, const struct goal *g,
                             const struct rates *r);
/* Seconds to read the disk, and to check the checksum. */
extern double time_reading_disk (const struct facts *f, const struct goal *g,
                                 const struct rates *r);
/* Seconds until so many bytes were written to the destination. */
extern double time_writing (const struct goal *g, const struct rates *r,
                            uint64_t bytes);
/* Seconds to read back and compare so many bytes, if that is wanted. */
extern double time_reading_back (const struct goal *g, const struct rates *r,
                                 uint64_t bytes);
extern double longer_time (double a, double b);

/* Words such as "17" or "8.0G". */
#define SIZE_WORDS 16
extern const char *size_words (char buffer[SIZE_WORDS], uint64_t bytes);

#endif /* CONVERT_AMOUNTS_H */
