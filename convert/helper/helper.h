/* SPDX-License-Identifier: MIT */
/* Helpers: programs that work for us.  They are nbdkit, qemu-nbd, qemu-img,
 * curl, e2fsprogs and nbdfuse.
 *
 * Programs are looked up in PATH and then in the directories of system
 * administration.  If one is missing, a message names its package.
 *
 * Each helper runs without a terminal, so that signals from our terminal do
 * not reach it, and in a process group of its own.  It dies with us
 * (PR_SET_PDEATHSIG), even if we are killed.  The last lines that it writes
 * to standard error become part of our messages.  Sockets and other files are
 * in one temporary directory, which is removed at the end of the program,
 * also after errors and signals.
 *
 * Only the main thread starts, waits for and ends helpers: a helper dies with
 * the thread that started it.  Helpers that still run at the end of the
 * program are ended then. */
#ifndef CONVERT_HELPER_H
#define CONVERT_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "facts.h"

struct helper;

/* The path of a file in the temporary directory, to be freed.  The first call
 * makes the directory.  The path is short enough for the address of a
 * socket. */
extern char *helper_path (const char *name);

/* Whether the program is installed. */
extern bool helper_exists (const char *program);

/* Run a program until it ends.  Returns its standard output, to be freed, or
 * NULL with *WHY, such as "qemu-img: its messages", to be freed.  A signal to
 * us ends the helper and this program. */
extern char *helper_run (const char *const *words, char **why);
/* Run a program until it ends, in English, with INPUT as standard input.  It
 * cannot make files shorter.  Returns 0 however the program ends, or -1 with
 * *WHY if it cannot be started. */
struct helper_result {
  int status;   /* exit status; -1: it was killed */
  char *output; /* its standard output */
  char *said;   /* the same as helper_said */
};
extern int helper_run_on (const char *const *words, int input,
                          struct helper_result *r, char **why);
extern void helper_result_free (struct helper_result *r);

/* Start an NBD server that listens on SOCKET, a name that must not exist yet,
 * and wait until it serves its export.  The server gets the socket by socket
 * activation, so WORDS do not say where to listen.  Returns NULL with *WHY if
 * it cannot serve. */
extern struct helper *helper_serve (const char *const *words,
                                    const char *socket, char **why);
/* Start a program whose standard output is read from *FD.  Returns NULL with
 * *WHY. */
extern struct helper *helper_pipe (const char *const *words, int *fd,
                                   char **why);

/* The messages of a helper as one line, "qemu-nbd: its messages", or how it
 * was killed; NULL if nothing is known.  This explains a failure of ours,
 * after a connection or pipe to the helper has ended.  To be freed.  Any
 * thread may call this. */
extern char *helper_said (struct helper *h);
/* Check how a helper ends that has closed its standard output.  Returns 0 if
 * it succeeded, so that its output is complete, or -1 with *WHY.  Any thread
 * may call this. */
extern int helper_check_end (struct helper *h, char **why);
/* Wait for a helper that ends by itself, and free it.  Returns 0, or -1 with
 * *WHY. */
extern int helper_wait (struct helper *h, char **why);
/* Ask a helper to end with SIGTERM (with SIGKILL after a minute), wait for
 * it, and free it.  Returns 0 if it ended well, so that it has written all
 * its data, or -1 with *WHY.  WHY may be NULL. */
extern int helper_end (struct helper *h, char **why);

/* ---- urls.c: helpers that read URLs ----
 *
 * They read http, https, ftp, ftps, ssh and sftp.  Messages never show the
 * user and password of a URL, nor its query.  But nbdkit gets the query as an
 * argument, which ps shows. */

/* Read a URL by ranges, with nbdkit and its plugins curl or ssh. *SOCKET is
 * the path of its socket, to be freed.  nbdkit repeats a request a few times
 * if a connection breaks.  Returns NULL with *WHY and errno.  ENOTSUP: the
 * server does not support ranges or does not say the length, so
 * helper_url_in_order may still succeed.  ENOENT: nbdkit is not installed. */
extern struct helper *helper_url (const char *url, char **socket, char **why);
/* Read a URL in order, with curl.  Call helper_check_end at the end of *FD:
 * only this tells whether the data was complete.  A file that does not exist
 * looks empty until then. */
extern struct helper *helper_url_in_order (const char *url, int *fd,
                                           char **why);
/* The name of a URL in messages, without secrets; to be freed. */
extern char *helper_url_name (const char *url);

/* ---- formats.c: qemu ---- */

/* Read an image with qemu-nbd.  NAME is a file or device, or with NBD a
 * server: the path of a Unix socket, which begins with a slash, or a URI.
 * *SOCKET is the path of the helper's socket, to be freed.  Returns NULL with
 * *WHY. */
extern struct helper *helper_read_format (enum format f, const char *name,
                                          bool nbd, char **socket,
                                          char **why);
/* Run qemu-img create.  OPTIONS are those of its -o, or NULL.  Returns 0, or
 * -1 with *WHY. */
extern int helper_create (enum format f, const char *file, uint64_t size,
                          const char *options, char **why);
/* Write an image with qemu-nbd.  Only helper_end tells whether all data was
 * written.  Returns NULL with *WHY. */
extern struct helper *helper_write_format (enum format f, const char *file,
                                           bool compressed, char **socket,
                                           char **why);

/* ---- mount.c: nbdfuse ---- */

struct tool_endpoint;

/* Whether nbdfuse is installed and we may use FUSE; if not, *WHY says why. */
extern bool helper_can_mount (char **why);
/* Mount an export as the file *FILE, whose name is to be freed, until the
 * helper ends.  Returns NULL with *WHY. */
extern struct helper *helper_mount (const struct tool_endpoint *at,
                                    char **file, char **why);

#endif /* CONVERT_HELPER_H */
