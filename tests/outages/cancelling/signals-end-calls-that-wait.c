/* SPDX-License-Identifier: MIT */

/* With an interrupt callback, a signal can end a call that waits for a reply
 * or for a connection, or in nbd_poll.  An established connection stays. */

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

struct interrupt {
  int asked;
  int answers_no; /* how many times it answers no first */
  int tells;      /* a pipe to write to when it answers yes, or 0 */
};

static int
on_interrupt (void *opaque)
{
  struct interrupt *interrupt = opaque;

  if (++interrupt->asked <= interrupt->answers_no)
    return 0;
  if (interrupt->tells > 0)
    CHECK_INT (write (interrupt->tells, "", 1), 1);
  return 1;
}

static void
on_alarm (int number __attribute__ ((unused)))
{
}

/* Send signals periodically, because a signal may arrive before the call
 * waits. */
static void
alarms (unsigned ms)
{
  struct itimerval timer = { { 0, ms * 1000 }, { 0, ms * 1000 } };

  CHECK_INT (setitimer (ITIMER_REAL, &timer, NULL), 0);
}

static struct nbd_handle *
handle (struct interrupt *interrupt)
{
  struct nbd_handle *h = nbd_create ();
  nbd_interrupt_callback callback = { .callback = on_interrupt,
                                      .user_data = interrupt };

  CHECK_OK (nbd_set_interrupt_callback (h, callback));
  return h;
}

static void
commands_end (void)
{
  struct interrupt interrupt = { .answers_no = 2 };
  struct nbd_handle *h = handle (&interrupt);
  struct server s;
  char buf[4];

  server_connect (&s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  alarms (10);
  CHECK_FAILS (nbd_pread (h, buf, 4, 0, 0), EINTR,
               "nbd_pread: read: command failed: the call was interrupted");
  CHECK_FAILS (nbd_poll (h, -1), EINTR, "nbd_poll: the call was interrupted");
  alarms (0);
  CHECK (interrupt.asked >= 4);

  /* The late reply is discarded, and the next command is served. */
  uint64_t late = server_request (&s, NULL);
  server_say (&s, "simple 0 %d \"late\"", (int) late);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  CHECK_INT (server_request (&s, NULL), read);
  server_say (&s, "simple 0 %d \"abcd\"", (int) read);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  CHECK_BYTES (buf, 4, "abcd", 4);
  nbd_close (h);
  server_close (&s);
}

static void
connecting_ends (void)
{
  struct interrupt interrupt = { .asked = 0 };
  struct nbd_handle *h = handle (&interrupt);
  int fds[2];

  CHECK_INT (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), 0);
  alarms (10);
  CHECK_FAILS (nbd_connect_socket (h, fds[0]), EINTR,
               "nbd_connect_socket: the call was interrupted");
  CHECK_STATE (h, "DEAD");
  alarms (0);
  CHECK_INT (interrupt.asked, 1);
  nbd_close (h);
  close (fds[1]);
}

/* Threads that sleep while another thread drives the handle also call the
 * interrupt callback. */
static void
sleepers_end (void)
{
  struct interrupt interrupt = { .answers_no = 3 };
  struct nbd_handle *h = handle (&interrupt);
  struct server s;
  struct blocking b[2];
  int ended = 0, fds[2];
  char byte;

  CHECK_INT (pipe (fds), 0);
  interrupt.tells = fds[1];
  server_connect (&s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  s.waits = true;
  for (int i = 0; i < 2; i++) {
    b[i] = (struct blocking) { .h = h, .call = blocking_pread, .number = i };
    blocking_start (&b[i]);
  }
  uint64_t cookies[] = { server_request (&s, NULL),
                         server_request (&s, NULL) };
  CHECK_INT (read (fds[0], &byte, 1), 1);
  for (int i = 0; i < 2; i++)
    server_say (&s, "simple 0 %d \"abcd\"", (int) cookies[i]);
  for (int i = 0; i < 2; i++) {
    blocking_join (&b[i]);
    if (b[i].result == -1) {
      CHECK_INT (b[i].errnum, EINTR);
      ended++;
    }
  }
  CHECK_INT (ended, 1);
  close (fds[0]);
  close (fds[1]);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  struct sigaction action = { .sa_handler = on_alarm,
                              .sa_flags = SA_RESTART };

  CHECK_INT (sigaction (SIGALRM, &action, NULL), 0);
  commands_end ();
  connecting_ends ();
  sleepers_end ();
}
