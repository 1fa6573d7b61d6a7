/* SPDX-License-Identifier: MIT */

/* What the tests with real child processes share. */

#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include <libnbd.h>

/* Size of the disk that nbdkit serves in these tests: its pattern plugin,
 * where each 8 bytes are their own offset, big endian. */
#define DISK_SIZE 65536

/* Arguments of nbdkit on standard input and output, and on a socket that
 * it is given. */
extern char *nbdkit_command[];
extern char *nbdkit_activated[];

/* A listening socket on the loopback of a family, on a port that the
 * kernel picked.  Skips the test where the family has no loopback. */
extern int tcp_listener (int family, uint16_t *port);

/* Start nbdkit on a listening socket, which is closed here. */
extern pid_t serve_listener (int listener);

/* Start nbdkit on one end of a socket pair; the other is returned. */
extern int serve_socket_pair (pid_t *pid);

/* End such a server and reap it. */
extern void stop_server (pid_t pid);

/* The handle is connected to the disk: check its size and its data.
 * NULL when all is well, else what is wrong.  Needs no standard error. */
extern const char *wrong_disk (struct nbd_handle *h);

#define CHECK_DISK(h)                   \
  do {                                  \
    const char *wrong = wrong_disk (h); \
    if (wrong != NULL)                  \
      FAIL ("%s", wrong);               \
  } while (0)

/* Fail unless this process has no children left. */
extern void check_no_children (void);

#endif /* PROCESS_H */
