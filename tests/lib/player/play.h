/* SPDX-License-Identifier: MIT */

/* Playing a transcript once: the handle, the server, and what happened. */

#ifndef PLAY_H
#define PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libnbd.h>

#include "client.h"
#include "server.h"
#include "transcript.h"

#define MAX_COMMANDS 64
#define MAX_EVENTS 512

struct play;

/* A command or an option that the transcript issued. */
struct command {
  struct play *play;
  int64_t cookie; /* 0: an option */
  bool is_read;
  uint8_t *buf;
  size_t count;
  uint64_t offset;
  bool has_middle; /* has a second closure */
  int completed, completion_freed;
  int middle_freed;
  int error; /* given to the completion */
  bool retired;
  bool issuing, refused; /* during the call, and its result */
};

/* The words of a line that begins with !: a name, numbers and strings. */
struct call {
  char name[64];
  uint64_t number[3];
  size_t nr_numbers;
  char *strings[8]; /* ends with NULL */
  size_t nr_strings;
};

struct play {
  const struct transcript *t;
  int line;
  struct nbd_handle *h;
  struct server s;
  int64_t last_cookie;
  struct command commands[MAX_COMMANDS];
  size_t nr_commands;
  char *events[MAX_EVENTS];
  size_t nr_events;
  size_t taken;  /* events that the transcript has expected so far */
  uint8_t stale; /* what fills a buffer before a read */
  bool astray;   /* the rest of the transcript does not hold */
};

#define PLAY_FAIL(p, ...) check_fail ((p)->t->path, (p)->line, __VA_ARGS__)

/* actions.c: carry out the lines that begin with ! and with set. */
extern void play_set (struct play *p, const char *text);
extern void play_action (struct play *p, const char *text);
extern struct command *play_find (struct play *p, int64_t cookie);

/* options.c, which is generated: begin an option or a command.  Returns -2 if
 * the call is none. */
extern int play_option (struct play *p, struct command *c, struct call *call);
extern int64_t play_command (struct play *p, struct command *c,
                             struct call *call);

/* record.c: the closures of a command, which write the log. */
extern void play_event (struct play *p, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern nbd_completion_callback record_completion (struct command *c);
extern nbd_chunk_callback record_chunk (struct command *c);
extern nbd_extent_callback record_extent (struct command *c);
extern nbd_extent64_callback record_extent64 (struct command *c);
extern nbd_list_callback record_list (struct command *c);
extern nbd_context_callback record_context (struct command *c);

/* expect.c: check the lines that begin with =>. */
extern void play_expect (struct play *p, const char *text);

/* How the server's bytes are delivered. */
struct delivery {
  bool bytewise; /* each byte alone */
  size_t cut;    /* close after so many server bytes */
  bool unseen;   /* the client gets bytes and end at once */
  bool lost;     /* the socket fails instead of the close */
  size_t mute;   /* the client cannot send after so many */
  size_t change; /* number of the byte to change */
  uint8_t flip;  /* its bits to change */
};

/* For cut, mute and change. */
#define NEVER SIZE_MAX
#define WHOLE .cut = NEVER, .mute = NEVER, .change = NEVER

/* play.c: play the transcript once.  Returns the number of its server bytes.
 * If log is not NULL, *log gets the events; the caller frees it. */
extern size_t play_transcript (const struct transcript *t,
                               struct delivery delivery, char **log);

#endif /* PLAY_H */
