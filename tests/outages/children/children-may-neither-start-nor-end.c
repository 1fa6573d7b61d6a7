/* SPDX-License-Identifier: MIT */
/* A child that cannot be started again is tried again later.  A handle can
 * die while its child does not end, because the reconnect timeout expires or
 * because the system does not let the library wait for the child. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "check.h"
#include "process.h"

static const char *state; /* in which no descriptor can be opened */
static struct rlimit limit;
static unsigned failed;

/* Called by the library when the state machine enters a state. */
static int
log_line (void *opaque __attribute__ ((unused)),
          const char *context __attribute__ ((unused)), const char *text)
{
  struct rlimit now = limit;

  if (strncmp (text, "state ", 6) != 0)
    return 0;
  if (state != NULL && strcmp (text + 6, state) == 0)
    now.rlim_cur = 0;
  CHECK_INT (setrlimit (RLIMIT_NOFILE, &now), 0);
  return 0;
}

static int
on_event (void *opaque __attribute__ ((unused)), unsigned event,
          const char *message, int64_t value __attribute__ ((unused)))
{
  if (event == LIBNBD_EVENT_ATTEMPT_FAILED) {
    CHECK_CONTAINS (message, strerror (EMFILE));
    state = NULL;
    failed++;
  }
  return 0;
}

static struct nbd_handle *
handle (int reconnect, char **server)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_INT (getrlimit (RLIMIT_NOFILE, &limit), 0);
  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = log_line,
                                       }));
  CHECK_OK (nbd_set_debug (h, true));
  CHECK_OK (nbd_set_event_callback (h, (nbd_event_callback) {
                                         .callback = on_event,
                                       }));
  CHECK_OK (nbd_set_reconnect_timeout (h, reconnect));
  CHECK_OK (nbd_connect_command (h, server));
  return h;
}

static void
kill_child (struct nbd_handle *h)
{
  pid_t pid = (pid_t) CHECK_OK (nbd_get_subprocess_pid (h));
  siginfo_t info;

  CHECK_INT (kill (pid, SIGKILL), 0);
  CHECK_INT (waitid (P_PID, pid, &info, WEXITED | WNOWAIT), 0);
}

static void
does_not_start (void)
{
  struct nbd_handle *h = handle (-1, nbdkit_command);

  CHECK_DISK (h);
  state = "RECONNECT.ATTEMPT";
  kill_child (h);
  CHECK_DISK (h);
  CHECK_INT (failed, 1);
  nbd_close (h);
  check_no_children ();
}

/* An oldstyle server that closes the connection after its handshake, and then
 * becomes a program that ignores SIGTERM. */
static char *hangs_up[] = {
  (char *) "sh",
  (char *) "-c",
  (char *) "trap '' TERM;"
           "printf NBDMAGIC'\\000\\000\\102\\002\\201\\206\\022\\123';"
           "printf '\\000\\000\\000\\000\\000\\020\\000\\000';"
           "printf '\\000\\000\\000\\001'; head -c 124 /dev/zero;"
           "exec sleep 1000 </dev/null >/dev/null",
  NULL,
};

static void
does_not_end (int reconnect, const char *error)
{
  struct nbd_handle *h = handle (reconnect, hangs_up);
  char buf[4];

  CHECK_FAILS (nbd_pread (h, buf, 4, 0, 0), ENOTCONN, error);
  CHECK_STATE (h, "DEAD");
  CHECK_INT (setrlimit (RLIMIT_NOFILE, &limit), 0);
  kill_child (h);
  nbd_close (h);
  check_no_children ();
}

static void *
do_nothing (void *arg)
{
  return arg;
}

/* Once the process has had threads, the library polls a descriptor. */
static void
cannot_be_awaited (void)
{
  pthread_t thread;

  CHECK_INT (pthread_create (&thread, NULL, do_nothing, NULL), 0);
  CHECK_INT (pthread_join (thread, NULL), 0);
  state = "RECONNECT.REAP";
  does_not_end (-1, "poll: ");
}

void
test (void)
{
  requires_program ("nbdkit");
  does_not_start ();
  does_not_end (200, "could not be restored within 0.2 s");
  cannot_be_awaited ();
}
