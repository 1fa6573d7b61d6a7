/* SPDX-License-Identifier: MIT */
/* Programs that work for us: nbdkit, qemu-nbd, qemu-img, curl, e2fsprogs,
 * nbdfuse.
 *
 * They are found in PATH, or where administrators have more; a message names
 * the package of one that is missing.
 * Each runs without a terminal, so that the signals of ours do not reach it,
 * in a process group of its own, and dies with us (PR_SET_PDEATHSIG), even if
 * we are killed.  What it says on standard error is kept, its last lines
 * become part of our messages.  Sockets and the like are in one temporary
 * directory, which is removed at the end of the program, however it ends.
 *
 * Helpers are started, waited for and ended by the main thread: they would
 * die with any other.  Those that are not ended are so with the program. */
#ifndef CONVERT_HELPER_H
#define CONVERT_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "facts.h"

struct helper;

/* A name in the temporary directory, to be freed; the directory is made with
 * the first one.  Sockets' names are short enough for any address. */
extern char *helper_path (const char *name);

/* Can it be found? */
extern bool helper_exists (const char *program);

/* Run to the end; its standard output, to be freed, or NULL after setting *WHY
 * to "qemu-img: it said so", to be freed.  A signal to us ends it. */
extern char *helper_run (const char *const *words, char **why);
/* Run to the end, in English, on INPUT, which it cannot make shorter; 0 however
 * it ends, or -1 with *WHY. */
struct helper_result {
  int status;   /* of its exit; -1: it was killed */
  char *output; /* what it printed */
  char *said;   /* as helper_said */
};
extern int helper_run_on (const char *const *words, int input,
                          struct helper_result *r, char **why);
extern void helper_result_free (struct helper_result *r);

/* Start an NBD server on SOCKET, a name that is still free, and wait until it
 * serves its export, or until it ends.  It gets the socket by socket
 * activation, so WORDS do not say where to listen.  NULL with *WHY. */
extern struct helper *helper_serve (const char *const *words,
                                    const char *socket, char **why);
/* Start one whose standard output is *FD for us. */
extern struct helper *helper_pipe (const char *const *words, int *fd,
                                   char **why);

/* "qemu-nbd: what it has said", in one line, or how it was killed, or NULL: to
 * explain a failure of ours, when a connection or pipe to it has ended.  To be
 * freed.  Of any thread. */
extern char *helper_said (struct helper *h);
/* It has closed its standard output, and so ends by itself: 0 if it ends well,
 * so that this was all; or -1 with *WHY.  Of any thread. */
extern int helper_check_end (struct helper *h, char **why);
/* Wait for the end of one that ends by itself, and forget it: 0, or -1 with
 * *WHY. */
extern int helper_wait (struct helper *h, char **why);
/* Ask it to end (SIGTERM, then SIGKILL after a minute), wait, and forget it: 0
 * if it ended well, so all that it was to write is written; or -1 with *WHY,
 * which may be NULL if that is of no interest. */
extern int helper_end (struct helper *h, char **why);

/* ---- urls.c: what reads URLs ----
 *
 * http, https, ftp, ftps, ssh and sftp.  User and password of a URL are never
 * shown, nor is what follows a question mark; nbdkit has that among its words,
 * however, where ps shows it. */

/* By ranges: nbdkit curl or ssh.  The name of its socket, to be freed.  A
 * connection that breaks is made again some times, by nbdkit.  If errno is
 * ENOTSUP the server has no ranges, or does not say how long the file is, and
 * helper_url_in_order may still be able to read it; ENOENT: nbdkit is not
 * installed. */
extern struct helper *helper_url (const char *url, char **socket, char **why);
/* In order: curl.  Only helper_check_end, at the end of what comes from *FD,
 * tells whether that was all: a file that is not there is an empty one until
 * then. */
extern struct helper *helper_url_in_order (const char *url, int *fd,
                                           char **why);
/* How messages call it. */
extern char *helper_url_name (const char *url);

/* ---- formats.c: qemu ---- */

/* Read an image of some format with qemu-nbd: a file or device by its name, or
 * what an NBD server serves at a Unix socket (a name with a slash in front)
 * or URI. */
extern struct helper *helper_read_format (enum format f, const char *name,
                                          bool nbd, char **socket,
                                          char **why);
/* qemu-img create; OPTIONS as for its -o, or NULL. */
extern int helper_create (enum format f, const char *file, uint64_t size,
                          const char *options, char **why);
/* Write it with qemu-nbd.  Only helper_end tells whether all was written. */
extern struct helper *helper_write_format (enum format f, const char *file,
                                           bool compressed, char **socket,
                                           char **why);

/* ---- mount.c: nbdfuse ---- */

struct tool_endpoint;

/* Is it installed, and may we use FUSE?  If not, *WHY. */
extern bool helper_can_mount (char **why);
/* Let what the server has be a file with the name *FILE, to be freed, until
 * the helper ends.  NULL with *WHY. */
extern struct helper *helper_mount (const struct tool_endpoint *at,
                                    char **file, char **why);

#endif /* CONVERT_HELPER_H */
