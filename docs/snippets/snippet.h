/* SPDX-License-Identifier: MIT */
/* What the examples of manual pages have in common.
 *
 * An example begins with a comment that names the calls whose pages show it:
 *
 *   nbd_pread, nbd_aio_pread
 *
 * The pages show what is between this comment and EXAMPLE, such as a callback,
 * and the body of EXAMPLE; generator/nbdgen/snippets.py reads them.
 * The program docs/snippets/run runs all examples, each with its own handle,
 * nbd, in the state that EXAMPLE names:
 *
 *   created      not connected
 *   connected    connected to a server whose export is 64 MiB of memory
 *   negotiating  connected to the same server, in option mode
 *   mapped       connected to a server with a context qemu:dirty-bitmap:...
 *
 * The current directory has the sockets and files that examples name. */
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

/* Few callbacks use all of their parameters. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

enum state { created, connected, negotiating, mapped };

struct example {
  const char *file;
  int line;
  enum state state;
  void (*run) (struct nbd_handle *nbd);
  struct example *next;
};

/* Add an example to those of run.  It must stay valid until the end. */
void add_example (struct example *e);

/* The port of the test's server; a real program would use "10809". */
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
