/* SPDX-License-Identifier: MIT */

/* Blocking calls in threads of their own, while the test's own thread
 * plays the server. */

#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>

#include <libnbd.h>

struct server;

struct blocking {
  struct nbd_handle *h;
  /* What the thread does.  Its result and error are kept. */
  int (*call) (struct blocking *b);
  int number; /* for the call to use */
  char buf[64];
  uint32_t flags;

  pthread_t thread;
  int result;
  int errnum;
  char error[512];
};

extern void blocking_start (struct blocking *b);
extern void blocking_join (struct blocking *b);

/* Cancel the thread in its call, and wait for its end. */
extern void blocking_cancel (struct blocking *b);

/* Calls for threads: they read 4 bytes at offset 4 * number, and so on. */
extern int blocking_pread (struct blocking *b);
extern int blocking_flush (struct blocking *b);
extern int blocking_poll (struct blocking *b);
extern int blocking_shutdown (struct blocking *b);

/* Writes the first LARGE_WRITE bytes of the test disk, which is more than a
 * socket takes at once. */
#define LARGE_WRITE (1 << 20)
extern int blocking_write (struct blocking *b);

/* Start a thread that reads, so that it drives the handle and waits for the
 * reply to the first request.  Then start a thread that writes, which hangs:
 * the server has received little more than the header of its request. */
extern void start_reader_and_writer (struct server *s,
                                     struct blocking *reader,
                                     struct blocking *writer);

#endif /* THREAD_H */
