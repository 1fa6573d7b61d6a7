/* SPDX-License-Identifier: MIT */

/* Checks of conditions, for all harnesses. */

#ifndef MUST_H
#define MUST_H

/* Print which condition does not hold, and abort. */
extern void broken (const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));
#define MUST(cond)                                     \
  do {                                                 \
    if (!(cond))                                       \
      broken ("%s:%d: %s", __FILE__, __LINE__, #cond); \
  } while (0)

#endif /* MUST_H */
