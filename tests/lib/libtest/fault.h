/* SPDX-License-Identifier: MIT */

/* Fault tables: what goes wrong, what is sent, and how the client reacts.
 * Each row runs twice, with the bytes at once and one by one.  After a fault
 * in transmission that the handle survives, another command must succeed.
 * Everything must be closed cleanly.
 *
 * A program that is linked with tables-over-tls.c runs the same rows over
 * TLS. */

#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "server.h"

/* A fault in the handshake. */
struct handshake_fault {
  const char *name;
  const char *sent; /* sent after the stage's own bytes */
  int errnum;       /* 0: success, or an error without errno */
  const char *text; /* part of the message, or NULL */
  /* The state afterwards.  With " on close": after the server has closed the
   * connection behind its bytes. */
  const char *state;
};

/* Where in the handshake the faults happen. */
struct handshake_stage {
  /* Settings of the handle, before it connects. */
  void (*prepare) (struct nbd_handle *h);
  /* What the server sends first; NULL: nothing. */
  const char *greeting;
  /* Issues the option in option mode, in state Negotiating, with the closures
   * in handshake_calls.  NULL: the handshake is automatic. */
  int (*option) (struct nbd_handle *h);
};

extern struct calls handshake_middle, handshake_done;

/* How connections are encrypted; NULL: they are not. */
struct fault_cipher {
  void (*prepare) (struct nbd_handle *h);
  /* Called after the greeting: the client's STARTTLS, and the TLS
   * handshake. */
  void (*start) (struct server *s, struct nbd_handle *h);
  const char *closed; /* message of a death "on close" */
};

extern const struct fault_cipher *fault_cipher;

/* The beginning of a stage's greeting if the client can send options.  Only
 * such stages run with a cipher. */
#define FAULT_GREETING "NBDMAGIC IHAVEOPT u16 3"

extern void run_handshake_faults (const struct handshake_stage *stage,
                                  const struct handshake_fault *rows,
                                  size_t nr_rows);

/* A fault in transmission, in the reply to one command with cookie 1.  All
 * commands have offset 4096 and length 4096. */
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
  int errnum; /* errno of the command, or of the handle's death */
  /* Part of the message of the handle's death, or of a debug message if only
   * the command fails; or NULL. */
  const char *text;
  const char *state; /* READY, DEAD or "DEAD on close" */
  int called;        /* calls of the chunk or extent callback */
};

#define ANY_CALLS (-1)

extern void run_reply_faults (enum style style, uint64_t export_size,
                              const struct reply_fault *rows, size_t nr_rows);

/* Run rows of chunks, written as structured replies: once in that style, and
 * once in the extended style, with their headers converted. */
extern void run_chunk_faults (const struct reply_fault *rows, size_t nr_rows);

#define NR(rows) (sizeof (rows) / sizeof ((rows)[0]))

#endif /* FAULT_H */
