/* SPDX-License-Identifier: MIT */

/* One play of a transcript: the handle, the server, and what happened. */

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
  bool issuing, refused; /* in the call, and what became of it */
};

/* The words of a line that begins with !: a name, numbers, then strings. */
struct call {
  char name[64];
  uint64_t number[3];
  size_t nr_numbers;
  char *strings[8]; /* with NULL at the end */
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
  size_t taken;  /* events that the transcript expected */
  uint8_t stale; /* what fills a buffer before a read */
  bool astray;   /* a byte was changed: anything may come */
};

#define PLAY_FAIL(p, ...) check_fail ((p)->t->path, (p)->line, __VA_ARGS__)

/* actions.c: the lines that begin with ! and with set. */
extern void play_set (struct play *p, const char *text);
extern void play_action (struct play *p, const char *text);
extern struct command *play_find (struct play *p, int64_t cookie);

/* options.c, which is generated: begin an option; -2 if it is none. */
extern int play_option (struct play *p, struct command *c, struct call *call);
extern int64_t play_command (struct play *p, struct command *c,
                             struct call *call);

/* record.c: the closures of a command; they write the log. */
extern void play_event (struct play *p, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern nbd_completion_callback record_completion (struct command *c);
extern nbd_chunk_callback record_chunk (struct command *c);
extern nbd_extent_callback record_extent (struct command *c);
extern nbd_extent64_callback record_extent64 (struct command *c);
extern nbd_list_callback record_list (struct command *c);
extern nbd_context_callback record_context (struct command *c);

/* expect.c: the lines that begin with =>. */
extern void play_expect (struct play *p, const char *text);

/* How the server's bytes are delivered. */
struct delivery {
  bool bytewise; /* each byte alone */
  size_t cut;    /* close after so many bytes */
  bool unseen;   /* the client sees bytes and end at once */
  bool lost;     /* its socket fails instead of closing */
  size_t mute;   /* it cannot send after so many bytes */
  size_t change; /* change this byte */
  uint8_t flip;  /* these bits of it */
};

/* For cut, mute and change. */
#define NEVER SIZE_MAX
#define WHOLE .cut = NEVER, .mute = NEVER, .change = NEVER

/* play.c: play the transcript once.  Returns how many server bytes it
 * has; *log, if not NULL, gets the events, to be freed. */
extern size_t play_transcript (const struct transcript *t,
                               struct delivery delivery, char **log);

#endif /* PLAY_H */
