/* SPDX-License-Identifier: MIT */
/* What the parts of the test client share. */
#ifndef CAUSEWAY_INTEROP_CLIENT_H
#define CAUSEWAY_INTEROP_CLIENT_H

#include <stdint.h>

#include <libnbd.h>

#define MAX_WORDS 64

/* One command of the client. */
struct verb {
  const char *name;
  int args; /* how many words must follow; -1: one or more */
  int (*run) (struct nbd_handle *h, char **arg);
};

extern const struct verb connect_verbs[];
extern const struct verb query_verbs[];
extern const struct verb command_verbs[];
extern const struct verb tls_verbs[];

/* End the program because the test or the system is at fault. */
void die (const char *fmt, ...)
  __attribute__ ((format (printf, 1, 2), noreturn));

/* A number with an optional suffix K, M, G or T. */
uint64_t number (const char *s);

/* The value of an errno that is given by name, as in ENOSPC, or as a
 * number. */
int errno_by_name (const char *name);

#endif
