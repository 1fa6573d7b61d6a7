/* SPDX-License-Identifier: MIT */

/* A forked copy of the process keeps the parent's old socket open.  This does
 * not wake the parent repeatedly after it has connected again.  The copy can
 * use the connection, as with any handle, and does not change what the
 * parent's descriptor shows. */

#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "returning.h"

static struct nbd_handle *h;
static struct returning r;
static struct calls calls = { .gives = 1 };

/* Fork.  The copy keeps only the client's end of the connection, runs `work`
 * and stays until let_go. */
static pid_t
fork_copy (void (*work) (void), int *copy)
{
  int ends[2];
  char c = 0;

  CHECK_OK (socketpair (AF_UNIX, SOCK_STREAM, 0, ends));
  pid_t pid = fork ();
  if (pid != 0) {
    close (ends[1]);
    *copy = ends[0];
    return pid;
  }
  close (ends[0]);
  close (r.s.fd);
  close (r.listener);
  work ();
  exit (write (ends[1], &c, 1) == 1 && read (ends[1], &c, 1) == 0 ? 0 : 1);
}

/* Wait until the copy has done its work. */
static void
await_work (int copy)
{
  char c;

  CHECK_INT (read (copy, &c, 1), 1);
}

static void
let_go (pid_t pid, int copy)
{
  int status;

  close (copy);
  CHECK_INT (waitpid (pid, &status, 0), pid);
  CHECK_INT (status, 0);
}

static void
do_nothing (void)
{
}

static void
copy_keeps_the_socket (void)
{
  int copy;

  h = nbd_create ();
  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  returning_connect (&r, h);
  nbd_aio_get_fd (h);
  pid_t pid = fork_copy (do_nothing, &copy);
  await_work (copy);
  returning_hang_up (&r);
  returning_again (&r, h);
  CHECK (!is_awake (h));
  let_go (pid, copy);
  nbd_close (h);
  returning_close (&r);
}

#define WRITES 16

/* More than the socket takes at once, so that writing has to be watched. */
static void
begin_to_write (void)
{
  static char buf[1 << 20];

  for (int i = 0; i < WRITES; i++)
    CHECK_OK (nbd_aio_pwrite (h, buf, sizeof buf, 0, completion (&calls), 0));
}

static void
write_all (void)
{
  begin_to_write ();
  while (calls.called < WRITES) {
    struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

    CHECK_INT (poll (&fd, 1, -1), 1);
    CHECK_OK (nbd_aio_notify_read (h));
  }
}

static void
serve_writes (void)
{
  uint64_t cookies[WRITES];

  r.s.waits = true;
  for (int i = 0; i < WRITES; i++)
    cookies[i] = server_request (&r.s, NULL);
  for (int i = 0; i < WRITES; i++)
    server_say (&r.s, "simple 0 %llu", (unsigned long long) cookies[i]);
}

static void
copy_changes_nothing_for_the_parent (void)
{
  int copy;

  h = nbd_create ();
  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  returning_connect (&r, h);
  nbd_aio_get_fd (h);
  pid_t pid = fork_copy (begin_to_write, &copy);
  await_work (copy);
  server_take (&r.s); /* now the socket can take more */
  CHECK (!is_awake (h));
  let_go (pid, copy);
  nbd_close (h);
  returning_close (&r);
}

static void
copy_goes_on_with_the_connection (void)
{
  int copy;

  h = nbd_create ();
  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  returning_connect (&r, h);
  nbd_aio_get_fd (h);
  pid_t pid = fork_copy (write_all, &copy);
  serve_writes ();
  await_work (copy);
  let_go (pid, copy);
  CHECK (!is_awake (h));
  returning_hang_up (&r);
  CHECK (is_awake (h));
  nbd_close (h);
  returning_close (&r);
}

/* The copy cannot open a descriptor of its own, and works without one. */
static void
write_without_descriptors (void)
{
  struct rlimit before, limit;

  CHECK_OK (getrlimit (RLIMIT_NOFILE, &before));
  limit = before;
  limit.rlim_cur = 3;
  CHECK_OK (setrlimit (RLIMIT_NOFILE, &limit));
  begin_to_write ();
  while (calls.called < WRITES)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_INT (calls.error, 0);
  CHECK_OK (setrlimit (RLIMIT_NOFILE, &before));
}

static void
copy_may_lack_descriptors (void)
{
  int copy;

  h = nbd_create ();
  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  returning_connect (&r, h);
  nbd_aio_get_fd (h);
  pid_t pid = fork_copy (write_without_descriptors, &copy);
  serve_writes ();
  await_work (copy);
  CHECK (!is_awake (h));
  let_go (pid, copy);
  nbd_close (h);
  returning_close (&r);
}

void
test (void)
{
  copy_may_lack_descriptors ();
  copy_keeps_the_socket ();
  copy_changes_nothing_for_the_parent ();
  copy_goes_on_with_the_connection ();
}
