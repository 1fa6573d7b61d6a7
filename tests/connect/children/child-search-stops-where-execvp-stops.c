/* SPDX-License-Identifier: MIT */

/* The child's program is searched as execvp searches it: the test lists which
 * errors lead to the next directory of PATH, which errors end the search, and
 * which error is reported.
 *
 * The linker redirects the library's execve to this file (-Wl,--wrap). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "process.h"
#include "wrap.h"

#define DIRECTORIES 3

static const struct {
  const char *name;
  int errnums[DIRECTORIES]; /* errno of execve in each directory */
  unsigned tried;           /* how many directories are tried */
  int errnum;
} rows[] = {
  { "in none", { ENOENT, ENOENT, ENOENT }, 3, ENOENT },
  { "busy in the first", { ETXTBSY, ENOENT, ENOENT }, 1, ETXTBSY },
  { "busy in the second", { ENOENT, ETXTBSY, ENOENT }, 2, ETXTBSY },
  { "arguments too long", { E2BIG, ENOENT, ENOENT }, 1, E2BIG },
  { "no memory", { ENOMEM, ENOENT, ENOENT }, 1, ENOMEM },
  { "a damaged disk", { EIO, ENOENT, ENOENT }, 1, EIO },
  { "a circle of links", { ELOOP, ENOENT, ENOENT }, 1, ELOOP },
  { "not permitted at all", { EPERM, ENOENT, ENOENT }, 1, EPERM },
  { "no access to one", { EACCES, ENOENT, ENOTDIR }, 3, EACCES },
  { "no access, then busy", { EACCES, ETXTBSY, ENOENT }, 2, ETXTBSY },
  { "no directory", { ENOTDIR, ENOTDIR, ENOTDIR }, 3, ENOTDIR },
  { "a network that is away", { ESTALE, ENODEV, ETIMEDOUT }, 3, ETIMEDOUT },
};

/* The row, and how many directories the child has tried.  The child shares the
 * memory of that number. */
static size_t row;
static unsigned *tried;

WRAPPER (int, execve, (const char *path, char *const argv[],
                       char *const envp[]))
{
  (void) argv;
  (void) envp;
  char want[] = "/directory-0/server";

  want[strlen ("/directory-")] = (char) ('0' + *tried);
  errno = strcmp (path, want) == 0 ? rows[row].errnums[*tried] : EDOM;
  ++*tried;
  return -1;
}

static void
run (size_t i)
{
  static char *argv[] = { "server", NULL };
  struct nbd_handle *h = nbd_create ();

  row = i;
  *tried = 0;
  CHECK_FAILS (nbd_connect_command (h, argv), rows[i].errnum, "server");
  CHECK_INT (*tried, rows[i].tried);
  nbd_close (h);
  check_no_children ();
}

void
test (void)
{
  tried = mmap (NULL, sizeof *tried, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK (tried != MAP_FAILED);
  setenv ("PATH", "/directory-0:/directory-1:/directory-2", 1);
  RUN_ROWS (rows, run);

  /* A program with an empty name is found nowhere. */
  static char *nothing[] = { "", NULL };
  struct nbd_handle *h = nbd_create ();
  *tried = 0;
  CHECK_FAILS (nbd_connect_command (h, nothing), ENOENT, "\"\"");
  CHECK_INT (*tried, 0);
  nbd_close (h);
}
