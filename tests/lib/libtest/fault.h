/* SPDX-License-Identifier: MIT */

/* Fault tables: what goes wrong, what is sent, what the client makes of
 * it.  Each row runs twice, with the bytes at once and one by one; what
 * survives must still be usable, and everything is closed cleanly.
 *
 * A program that is linked with over-tls.c runs the same rows over TLS. */

#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "server.h"

/* A fault in the handshake. */
struct handshake_fault {
  const char *name;
  const char *sent; /* after the stage's own bytes */
  int errnum;       /* 0: success, or an error without errno */
  const char *text; /* in the message, or NULL */
  /* Afterwards; with " on close": once the server has closed behind its
   * bytes. */
  const char *state;
};

/* Where in the handshake the faults happen. */
struct handshake_stage {
  /* Settings of the handle, before it connects. */
  void (*prepare) (struct nbd_handle *h);
  /* What the server says first; NULL: nothing. */
  const char *greeting;
  /* The option that is issued in option mode, once it is Negotiating, with
   * the closures in handshake_calls; NULL: the handshake is automatic. */
  int (*option) (struct nbd_handle *h);
};

extern struct calls handshake_middle, handshake_done;

/* How connections are encrypted; NULL: they are not. */
struct fault_cipher {
  void (*prepare) (struct nbd_handle *h);
  /* Behind the greeting: what the client asks, and the TLS handshake. */
  void (*start) (struct server *s, struct nbd_handle *h);
  const char *closed; /* what a death "on close" says */
};

extern const struct fault_cipher *fault_cipher;

/* How a stage's greeting begins where the client can ask for options; only
 * such stages run with a cipher. */
#define FAULT_GREETING "NBDMAGIC IHAVEOPT u16 3"

extern void run_handshake_faults (const struct handshake_stage *stage,
                                  const struct handshake_fault *rows,
                                  size_t nr_rows);

/* A fault in transmission: of the reply to one command with cookie 1.
 * A read is of 4096 bytes at offset 4096, and so are the others. */
struct reply_fault {
  const char *name;
  enum fault_command {
    FAULT_READ,
    FAULT_READ_DF,
    FAULT_WRITE,
    FAULT_FLUSH,
    FAULT_STATUS,
    FAULT_STATUS_ONE,
    FAULT_STATUS_64,
    FAULT_STATUS_FILTER,
    FAULT_IDLE, /* no command at all */
  } command;
  const char *sent;
  int errnum; /* of the command, or of the handle's death */
  /* In the message of the handle's death, or in a debug message where only
   * the command fails; or NULL. */
  const char *text;
  const char *state; /* READY, DEAD or "DEAD on close" */
  int called;        /* times the chunk or extent callback ran */
};

#define ANY_CALLS (-1)

extern void run_reply_faults (enum style style, uint64_t export_size,
                              const struct reply_fault *rows, size_t nr_rows);

/* Chunks, written as structured replies: each row runs in that style, and
 * once more with its headers turned into extended ones. */
extern void run_chunk_faults (const struct reply_fault *rows, size_t nr_rows);

#define NR(rows) (sizeof (rows) / sizeof ((rows)[0]))

#endif /* FAULT_H */
