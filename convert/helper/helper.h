/* SPDX-License-Identifier: MIT */
/* Programs that work for us: nbdkit, qemu-nbd, qemu-img, curl.
 *
 * They are found in PATH; a message names the package of one that is missing.
 * Each runs without a terminal, with our signals ignored, in a process group
 * of its own, and dies with us (PR_SET_PDEATHSIG).  What it says on standard
 * error is kept, its last lines become part of our messages.  Sockets and the
 * like are in one temporary directory, which is removed at the end of the
 * program, however it ends. */
#ifndef CONVERT_HELPER_H
#define CONVERT_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "facts.h"

struct helper;

/* A name in the temporary directory, to be freed; the directory is made with
 * the first one.  Sockets' names are short enough for any address. */
extern char *helper_path (const char *name);

/* Is it in PATH? */
extern bool helper_exists (const char *program);

/* Run to the end; its standard output, to be freed, or NULL after setting *WHY
 * to "qemu-img: it said so", to be freed.  A signal to us ends it. */
extern char *helper_run (const char *const *words, char **why);

/* Start a server that will listen on SOCKET and wait until it does, or until
 * it ends.  NULL with *WHY. */
extern struct helper *helper_serve (const char *const *words,
                                    const char *socket, char **why);
/* Start one whose standard output is *FD for us. */
extern struct helper *helper_pipe (const char *const *words, int *fd,
                                   char **why);

/* What it has said, in one line, or NULL: to explain a failure of ours. */
extern char *helper_said (struct helper *h);
/* Wait for the end of one that ends by itself: 0, or -1 with *WHY. */
extern int helper_wait (struct helper *h, char **why);
/* Ask it to end (SIGTERM, then SIGKILL after a while), and wait: 0 if it
 * ended well. */
extern int helper_end (struct helper *h, char **why);

/* ---- servers.c: what is started, in words ---- */

/* Read a URL by ranges: nbdkit curl or ssh.  The name of its socket. */
extern struct helper *helper_url (const char *url, char **socket, char **why);
/* Read a URL in order: curl. */
extern struct helper *helper_url_in_order (const char *url, int *fd,
                                           char **why);
/* Read an image of some format with qemu-nbd: a file or device by its name, or
 * what an NBD server serves at a Unix socket or URI. */
extern struct helper *helper_read_format (enum format f, const char *name,
                                          bool nbd, char **socket,
                                          char **why);
/* qemu-img create; OPTIONS as for its -o, or NULL. */
extern int helper_create (enum format f, const char *file, uint64_t size,
                          const char *options, char **why);
/* Write it with qemu-nbd. */
extern struct helper *helper_write_format (enum format f, const char *file,
                                           bool compressed, char **socket,
                                           char **why);

#endif /* CONVERT_HELPER_H */
