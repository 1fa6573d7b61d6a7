/* SPDX-License-Identifier: MIT */
/* What the parts of the helpers have in common. */
#ifndef CONVERT_HELPER_INTERNAL_H
#define CONVERT_HELPER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "helper/helper.h"

/* ---- spawn.c ---- */

/* What the child gets for its standard descriptors; -1: nothing. */
struct spawn {
  const char *const *words;
  int input, output, messages;
  int listening;   /* a socket by socket activation, or -1 */
  bool in_english; /* is what it says, whatever the user speaks */
  bool tidies_up;  /* so it is asked to end if we are killed, not killed */
  bool keeps_size; /* of files: it cannot make them shorter */
};

/* With nothing but these words. */
static inline struct spawn
spawn_words (const char *const *words)
{
  return (struct spawn) {
    .words = words, .input = -1, .output = -1, .messages = -1, .listening = -1
  };
}

/* The program's path, to be freed, or NULL.  What only administrators have in
 * PATH is found, too. */
extern char *spawn_find (const char *program);
/* Its process, or -1 with errno.  The child dies with the thread that calls
 * this, so that has to be the main one. */
extern pid_t spawn_child (const struct spawn *s, const char *path);

/* ---- keep-size.c ---- */

/* From now on this process, and what it runs, cannot shorten what it has open;
 * -1 with errno.  It is async-signal-safe. */
extern int spawn_keep_sizes (void);

/* ---- helper.c ---- */

/* Start a program; what it says on standard error is kept.  NULL with *WHY. */
extern struct helper *helper_start (struct spawn s, char **why);
/* The same, with a standard output that is read from *FD. */
extern struct helper *helper_start_with_pipe (struct spawn s, int *fd,
                                              char **why);
/* From now on, show dots in its messages in place of this. */
extern void helper_hide (struct helper *h, const char *secret);
/* "curl is needed to PURPOSE; it is in the package curl", to be freed. */
extern char *helper_missing (const char *program, const char *purpose);
/* A new name for a socket in the temporary directory, to be freed. */
extern char *helper_socket (void);

/* ---- serve.c ---- */

/* helper_serve, for one that may say secrets; they can be NULL. */
extern struct helper *helper_serve_hiding (const char *const *words,
                                           const char *socket_name,
                                           const char *const *secrets,
                                           size_t count, char **why);

/* ---- formats.c ---- */

/* The name of a file as qemu takes it for no more than that; to be freed. */
extern char *helper_file_word (const char *file);

/* ---- messages.c: what a helper writes to standard error ---- */

struct messages;

/* Take what comes from FD, which is then closed, for ever: a helper never
 * waits for us.  NULL with errno. */
extern struct messages *messages_begin (int fd);
/* No more comes, or nothing of interest. */
extern void messages_end (struct messages *m);
extern void messages_free (struct messages *m);
/* From now on three dots are shown in its place. */
extern void messages_hide (struct messages *m, const char *secret);
/* The last lines as one, without PROGRAM in front; NULL: there are none. */
extern char *messages_text (struct messages *m, const char *program);

/* ---- tmpdir.c ---- */

/* A name in the directory, to be freed; the directory is made with the first
 * one. */
extern char *tmpdir_path (const char *name);
/* Remove the directory with all that is in it. */
extern void tmpdir_remove (void);

/* ---- url.c ---- */

/* The parts of a URL, decoded unless said otherwise; NULL: not there. */
struct url {
  char *scheme; /* in small letters */
  char *user, *password;
  char *host; /* without the brackets of IPv6 */
  char *port;
  char *path;  /* begins with a slash */
  char *query; /* as written, with the question mark */
  char *plain; /* the URL as written, but without user and password */
  char *shown; /* the same without the query: for messages */
};

/* -1 with *WHY, which does not have secrets in it. */
extern int url_split (const char *text, struct url *u, char **why);
extern void url_free (struct url *u);

#endif /* CONVERT_HELPER_INTERNAL_H */
