/* SPDX-License-Identifier: MIT */

/* What tests with real child processes share. */

#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include <libnbd.h>

/* The size of the disk that nbdkit serves in these tests.  Its pattern plugin
 * stores in each 8 bytes their own offset, big endian. */
#define DISK_SIZE 65536

/* Arguments of nbdkit for serving on standard input and output, and on a
 * socket that it is given. */
extern char *nbdkit_command[];
extern char *nbdkit_activated[];

/* A listening socket on the loopback address of a family, with a port that the
 * kernel chooses.  Skips the test if the family has no loopback address. */
extern int tcp_listener (int family, uint16_t *port);

/* Start nbdkit on a listening socket, and close the socket in this process. */
extern pid_t serve_listener (int listener);

/* Start nbdkit on one end of a socket pair.  Returns the other end. */
extern int serve_socket_pair (pid_t *pid);

/* End such a server and reap it. */
extern void stop_server (pid_t pid);

/* Check size and data of the disk to which the handle is connected.  Returns
 * NULL if they are right, or what is wrong.  Does not need standard error. */
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
