/* SPDX-License-Identifier: MIT */

/* What must hold in every harness. */

#ifndef MUST_H
#define MUST_H

/* Say what does not hold, and end as a crash. */
extern void broken (const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));
#define MUST(cond)                                     \
  do {                                                 \
    if (!(cond))                                       \
      broken ("%s:%d: %s", __FILE__, __LINE__, #cond); \
  } while (0)

#endif /* MUST_H */
