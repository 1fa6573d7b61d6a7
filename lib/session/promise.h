/* SPDX-License-Identifier: MIT */
/* What a server says of an export, and agrees to, during the handshake. */

#ifndef NBDI_PROMISE_H
#define NBDI_PROMISE_H

#include <stdbool.h>
#include <stdint.h>

/* A metadata context that the server selected. */
struct nbdi_context {
  uint32_t id;
  char *name;
};

/* What the server said of the export. */
struct nbdi_export {
  uint64_t size;
  char *name;                    /* canonical name, or NULL */
  char *description;             /* or NULL */
  struct nbdi_context *contexts; /* that were selected */
  uint32_t nr_contexts;
  uint32_t minimum, preferred, maximum; /* block sizes, 0 = not told */
  uint16_t flags;                       /* transmission flags, cleaned */
  bool asked;                           /* an INFO or GO was sent */
  bool known;                           /* size and flags are valid */
  bool contexts_asked;                  /* a SET_META_CONTEXT was sent */
  bool contexts_valid;                  /* they were set; there may be none */
};

/* What both sides agreed upon for the connection. */
struct nbdi_agreement {
  const char *protocol;     /* NULL until the greeting was read */
  uint16_t handshake_flags; /* the server's */
  uint16_t client_flags;    /* those of them that we agreed to */
  bool tls;
  bool structured_replies;
  bool extended_headers;
};

#endif /* NBDI_PROMISE_H */
