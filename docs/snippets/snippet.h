/* SPDX-License-Identifier: MIT */
/* What the examples of manual pages have in common.
 *
 * An example begins with a line that names the calls which it is for, such as
 *
 *   nbd_pread, nbd_aio_pread
 *
 * in a comment.  What comes between this line and EXAMPLE, such as a callback,
 * and the body are what the pages show; generator/nbdgen/snippets.py reads it.
 * The program docs/snippets/run carries out all of them, each with a handle
 * of its own, nbd, in the state that EXAMPLE names:
 *
 *   created      it is not connected
 *   connected    to a server that has 64 MiB of memory as its export
 *   negotiating  the same in option mode
 *   mapped       to a server with the contexts that qemu:dirty-bitmap is for
 *
 * In its directory are the sockets and files that examples name. */
#ifndef CAUSEWAY_SNIPPET_H
#define CAUSEWAY_SNIPPET_H

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

/* Few callbacks look at all that they are given. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

enum state { created, connected, negotiating, mapped };

struct example {
  const char *file;
  int line;
  enum state state;
  void (*run) (struct nbd_handle *nbd);
  struct example *next;
};

/* Remember an example, which is not freed, for run. */
void add_example (struct example *e);

/* The port of a server of this machine, where a program would say "10809". */
extern const char *port;

#define EXAMPLE(state) EXAMPLE_ON (state, __LINE__)
#define EXAMPLE_ON(state, line) EXAMPLE_ON_LINE (state, line)
#define EXAMPLE_ON_LINE(state, line)                          \
  static void example_##line (struct nbd_handle *nbd);        \
  static __attribute__ ((constructor)) void add_##line (void) \
  {                                                           \
    static struct example e = { __FILE__, line, state,        \
                                example_##line, NULL };       \
    add_example (&e);                                         \
  }                                                           \
  static void example_##line (struct nbd_handle *nbd)

#endif /* CAUSEWAY_SNIPPET_H */
