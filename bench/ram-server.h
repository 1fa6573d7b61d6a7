/* SPDX-License-Identifier: MIT */
/* One connection of the RAM server. */

#ifndef BENCH_RAM_SERVER_H
#define BENCH_RAM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "wire.h"

#define MAX_PAYLOAD (2 * 1024 * 1024)

/* Replies that one call may send: two iovecs each, IOV_MAX is 1024. */
#define BATCH_REPLIES 256

/* Send when this much is prepared, so that the client can work on the first
 * half of a long batch while we prepare the second. */
#define BATCH_BYTES (128 * 1024)

#define RECEIVE_BUFFER (128 * 1024)

struct ram_export {
  uint64_t size;
  bool structured; /* agree to structured replies */
  bool store;      /* keep what is written */
  char *data;
};

union reply {
  struct simple_reply simple;
  struct data_chunk data;
  struct error_chunk error;
};

struct tls;

struct connection {
  int fd;
  struct tls *tls; /* NULL: not encrypted */
  const struct ram_export *export;
  bool structured;        /* the client asked for them */
  size_t start, end;      /* received and not yet used */
  unsigned replies, iovs; /* prepared and not yet sent */
  size_t waiting;         /* bytes in them */
  union reply reply[BATCH_REPLIES];
  struct iovec iov[2 * BATCH_REPLIES];
  char in[RECEIVE_BUFFER];
};

/* Either ram-tls.c or ram-tls-none.c is built.  tls_receive and tls_send
 * block; they return what recv would return, and whether all was sent. */
void tls_load_keys (const char *file);
bool tls_available (void);
bool tls_accept (struct connection *c);
ssize_t tls_receive (struct connection *c, void *buf, size_t n);
bool tls_send (struct connection *c, const struct iovec *iov, unsigned n);
void tls_end (struct connection *c);

void connection_init (struct connection *c, int fd,
                      const struct ram_export *e);
bool receive (struct connection *c, size_t n);
bool send_now (struct connection *c, const void *buf, size_t n);
bool negotiate (struct connection *c);
void transmit (struct connection *c);

#endif /* BENCH_RAM_SERVER_H */
