/* SPDX-License-Identifier: MIT */

/* What URIs mean, for tests. */

#ifndef EXAMPLES_H
#define EXAMPLES_H

#include <stddef.h>

/* The result is what is reached, then the export name in quotes, "tls" if
 * it is required, "user=", and other parameters; or the kind of error.
 * "@" before the name of a Unix socket means an abstract one. */
struct example {
  int number;
  const char *uri;
  const char *result;
};

extern const struct example examples[];
extern const size_t nr_examples;

#endif /* EXAMPLES_H */
