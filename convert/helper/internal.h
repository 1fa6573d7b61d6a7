/* SPDX-License-Identifier: MIT */
/* What the files of the helpers share. */
#ifndef CONVERT_HELPER_INTERNAL_H
#define CONVERT_HELPER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "helper/helper.h"

/* ---- spawn.c ---- */

/* How a program is started.  The three standard descriptors may be -1: then
 * they are /dev/null. */
struct spawn {
  const char *const *words;
  int input, output, messages;
  int listening;   /* a socket for socket activation, or -1 */
  bool in_english; /* its messages are in English, whatever the user's
                      language */
  bool tidies_up;  /* if we are killed, it gets SIGTERM rather than SIGKILL */
  bool keeps_size; /* it cannot make files shorter */
};

/* Nothing but these words. */
static inline struct spawn
spawn_words (const char *const *words)
{
  return (struct spawn) {
    .words = words, .input = -1, .output = -1, .messages = -1, .listening = -1
  };
}

/* The path of the program, to be freed, or NULL.  Directories of system
 * administration are searched, too. */
extern char *spawn_find (const char *program);
/* Start the program.  Returns its process number, or -1 with errno.  It dies
 * with the thread that calls this, so that must be the main thread. */
extern pid_t spawn_child (const struct spawn *s, const char *path);

/* ---- keep-size.c ---- */

/* Take from this process, and from what it executes, the ability to make open
 * files shorter.  Returns -1 with errno.  Async-signal-safe. */
extern int spawn_keep_sizes (void);

/* ---- helper.c ---- */

/* Start a program and collect its standard error.  Returns NULL with *WHY. */
extern struct helper *helper_start (struct spawn s, char **why);
/* The same, and read the program's standard output from *FD. */
extern struct helper *helper_start_with_pipe (struct spawn s, int *fd,
                                              char **why);
/* From now on, messages of the helper show dots in place of this text. */
extern void helper_hide (struct helper *h, const char *secret);
/* "curl is needed to PURPOSE; it is in the package curl", to be freed. */
extern char *helper_missing (const char *program, const char *purpose);
/* A new path for a socket in the temporary directory, to be freed. */
extern char *helper_socket (void);

/* ---- serve.c ---- */

/* The same as helper_serve, for a helper whose messages may contain secrets.
 * Secrets may be NULL. */
extern struct helper *helper_serve_hiding (const char *const *words,
                                           const char *socket_name,
                                           const char *const *secrets,
                                           size_t count, char **why);

/* ---- formats.c ---- */

/* The name of a file so that qemu does not take it for a protocol; to be
 * freed. */
extern char *helper_file_word (const char *file);

/* ---- messages.c: what a helper writes to standard error ---- */

struct messages;

/* Read everything that comes from FD, so that the helper never waits for us.
 * FD is closed by messages_free.  Returns NULL with errno. */
extern struct messages *messages_begin (int fd);
/* Stop reading: the helper has ended. */
extern void messages_end (struct messages *m);
extern void messages_free (struct messages *m);
/* From now on three dots are shown in place of this text. */
extern void messages_hide (struct messages *m, const char *secret);
/* The last lines as one line, without PROGRAM in front, to be freed; NULL if
 * there are none. */
extern char *messages_text (struct messages *m, const char *program);

/* ---- tmpdir.c ---- */

/* The path of a file in the directory, to be freed.  The first call makes the
 * directory. */
extern char *tmpdir_path (const char *name);
/* Remove the directory and the files in it. */
extern void tmpdir_remove (void);

/* ---- url.c ---- */

/* The parts of a URL, decoded if not said otherwise.  Parts that are missing
 * are NULL. */
struct url {
  char *scheme; /* in lower case */
  char *user, *password;
  char *host; /* without the brackets of an IPv6 address */
  char *port;
  char *path;  /* begins with a slash */
  char *query; /* as written, with its question mark */
  char *plain; /* the URL as written, without user and password */
  char *shown; /* PLAIN without the query: for messages */
};

/* Returns 0, or -1 with *WHY, which contains no secrets. */
extern int url_split (const char *text, struct url *u, char **why);
extern void url_free (struct url *u);

#endif /* CONVERT_HELPER_INTERNAL_H */
