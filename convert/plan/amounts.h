/* SPDX-License-Identifier: MIT */
/* How much there is, and how long it takes: what the costs of steps are made
 * of. */
#ifndef CONVERT_AMOUNTS_H
#define CONVERT_AMOUNTS_H

#include "facts.h"

/* Bytes, and whether they are a guess. */
struct amounts {
  uint64_t stored, unpacked, data; /* as in the facts */
  bool stored_guessed, unpacked_guessed, data_guessed;
};

extern struct amounts amounts_of (const struct facts *f);

/* Seconds until so many bytes have come from where they are.  What helpers
 * and other steps give to us costs them the time, not us. */
extern double time_reading (const struct facts *f, const struct rates *r,
                            uint64_t bytes);
/* If a checksum has to be checked: what is read here and there has to be read
 * in order once more. */
extern double time_checking (const struct facts *f, const struct goal *g,
                             const struct rates *r);
/* Both, for the disk that is read as it is there. */
extern double time_reading_disk (const struct facts *f, const struct goal *g,
                                 const struct rates *r);
/* Until so many bytes are at the destination. */
extern double time_writing (const struct goal *g, const struct rates *r,
                            uint64_t bytes);
/* And until they have been compared, if that is wanted. */
extern double time_reading_back (const struct goal *g, const struct rates *r,
                                 uint64_t bytes);
extern double longer_time (double a, double b);

/* "17", "8.0G", for people. */
#define SIZE_WORDS 16
extern const char *size_words (char buffer[SIZE_WORDS], uint64_t bytes);

#endif /* CONVERT_AMOUNTS_H */
