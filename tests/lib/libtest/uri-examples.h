/* SPDX-License-Identifier: MIT */

/* Examples of URIs and their meaning, for tests. */

#ifndef EXAMPLES_H
#define EXAMPLES_H

#include <stddef.h>

/* The result: the address, then the export name in quotes, "tls" if it is
 * required, "user=", and other parameters.  Or the kind of the error.  "@"
 * before the name of a Unix socket means an abstract name. */
struct example {
  int number;
  const char *uri;
  const char *result;
};

extern const struct example examples[];
extern const size_t nr_examples;

#endif /* EXAMPLES_H */
