/* SPDX-License-Identifier: MIT */

/* A transcript: its lines as steps.  tests/wire/README.md describes the
 * notation. */

#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <stddef.h>

#include "bytes.h"

enum step_kind {
  STEP_SET,           /* set ...: before connecting */
  STEP_HANDSHAKE,     /* handshake STYLE SIZE FLAGS */
  STEP_SERVER,        /* S: bytes */
  STEP_SERVER_CLOSES, /* S: close */
  STEP_CLIENT,        /* C: bytes */
  STEP_ACTION,        /* ! call arguments */
  STEP_EXPECT,        /* => what must hold */
};

struct step {
  enum step_kind kind;
  int line;
  char *text;         /* the line after its mark */
  struct bytes bytes; /* of S: and C: lines */
};

struct transcript {
  const char *path;
  struct step *steps;
  size_t nr_steps;
};

/* Both end the program, with file:line, if the transcript is wrong. */
extern void transcript_read (struct transcript *t, const char *path);
extern void transcript_free (struct transcript *t);

#endif /* TRANSCRIPT_H */
