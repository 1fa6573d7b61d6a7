/* SPDX-License-Identifier: MIT */
/* Collect the arguments of a command. */
#ifndef CONVERT_HELPER_WORDS_H
#define CONVERT_HELPER_WORDS_H

#include <stddef.h>

#define MOST_WORDS 40

struct words {
  const char *list[MOST_WORDS + 1]; /* ends with NULL */
  char *made[MOST_WORDS];           /* those that words_free frees */
  size_t count, nr_made;
};

extern void words_add (struct words *w, const char *word);
extern void words_format (struct words *w, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void words_free (struct words *w);

#endif /* CONVERT_HELPER_WORDS_H */
