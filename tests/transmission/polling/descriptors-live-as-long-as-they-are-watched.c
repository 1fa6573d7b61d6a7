/* SPDX-License-Identifier: MIT */

/* When a connection ends while another thread still polls its socket, the
 * descriptor stays open until that thread has finished, so that its number is
 * not reused.  A forked copy of the handle closes its own descriptor.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"
#include "wrap.h"

#define SIZE (8 << 20)

static __thread bool watches;
static sem_t watching, ended;
static int watched;
static char *payload;

WRAPPER (int, poll, (struct pollfd *fds, nfds_t n, int timeout))
{
  if (watches) {
    watches = false;
    watched = fds[0].fd;
    sem_post (&watching);
    while (sem_wait (&ended) == -1)
      ;
  }
  return __real_poll (fds, n, timeout);
}

static int
write_all (struct blocking *b)
{
  watches = true;
  return nbd_pwrite (b->h, payload, SIZE, 0, 0);
}

static bool
is_open (int fd)
{
  return fcntl (fd, F_GETFD) != -1;
}

/* LeakSanitizer calls this.  The copy lacks the other threads, so what only
 * they refer to is no leak. */
extern int __lsan_is_turned_off (void);
static bool is_copy;

int
__lsan_is_turned_off (void)
{
  return is_copy;
}

static void
close_in_child (struct nbd_handle *h)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0) {
    is_copy = true;
    nbd_close (h);
    exit (is_open (watched) ? 1 : 0);
  }
  CHECK_INT (waitpid (pid, &status, 0), pid);
  CHECK_INT (status, 0);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();
  struct blocking reader = { .h = h, .call = blocking_pread };
  struct blocking writer = { .h = h, .call = write_all };

  payload = calloc (1, SIZE);
  sem_init (&watching, 0, 0);
  sem_init (&ended, 0, 0);
  server_connect (&s, h, SIMPLE, SIZE, FLAGS_ALL);
  s.waits = true;
  blocking_start (&reader);
  server_request (&s, NULL);
  blocking_start (&writer);
  while (sem_wait (&watching) == -1)
    ;
  server_close (&s);
  blocking_join (&reader);
  CHECK_INT (reader.result, -1);
  CHECK (is_open (watched));
  close_in_child (h);
  CHECK (is_open (watched));
  sem_post (&ended);
  blocking_join (&writer);
  CHECK_INT (writer.result, -1);
  CHECK (!is_open (watched));
  nbd_close (h);
  free (payload);
}
