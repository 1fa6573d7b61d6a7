/* SPDX-License-Identifier: MIT */
/* A child that ends as soon as it is started is started again after longer
 * and longer pauses, until the reconnect timeout expires.  No zombie is
 * left. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

/* ms: the reconnect timeout, the first pause, and the longest pause, which is
 * an eighth of the timeout. */
#define PATIENCE 2400
#define FIRST 100
#define LONGEST (PATIENCE / 8)

#define MOST_PAUSES 64

struct pauses {
  unsigned nr;
  int64_t ms[MOST_PAUSES];
};

static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct pauses *p = opaque;

  (void) message;
  if (event != LIBNBD_EVENT_ATTEMPT_FAILED)
    return 0;
  CHECK (p->nr < MOST_PAUSES);
  p->ms[p->nr++] = value;
  return 0;
}

/* Each pause is 1.6 times the previous one, plus or minus a fifth, up to the
 * longest.  The reported values are rounded down. */
static void
check_pauses (const struct pauses *p)
{
  double pause = FIRST;

  CHECK (p->nr >= 3);
  for (unsigned i = 0; i < p->nr; i++, pause *= 1.6) {
    if (pause > LONGEST)
      pause = LONGEST;
    if (p->ms[i] < pause * 0.8 - 2 || p->ms[i] > pause * 1.2 + 1)
      FAIL ("pause %u is %d ms instead of about %.0f", i, (int) p->ms[i],
            pause);
  }
}

static off_t
size_of (const char *path)
{
  struct stat st;

  CHECK_INT (stat (path, &st), 0);
  return st.st_size;
}

typedef int connect_function (struct nbd_handle *h, char **argv);

static void
end_at_once (connect_function *connect, const char *server)
{
  char dir[] = "/tmp/causewayXXXXXX";
  char starts[64], ends[64], script[512], buf[8];
  char *argv[] = { (char *) "sh", (char *) "-c", script, NULL };
  struct pauses pauses = { .nr = 0 };
  nbd_event_callback callback = { .callback = on_event,
                                  .user_data = &pauses };
  struct nbd_handle *h = nbd_create ();

  CHECK (mkdtemp (dir) != NULL);
  snprintf (starts, sizeof starts, "%s/starts", dir);
  snprintf (ends, sizeof ends, "%s/ends", dir);
  snprintf (script, sizeof script,
            "printf x >>%s; [ ! -e %s ] || exit 3; exec %s", starts, ends,
            server);
  CHECK_OK (nbd_set_reconnect_timeout (h, PATIENCE));
  CHECK_OK (nbd_set_event_callback (h, callback));
  CHECK_OK (connect (h, argv));
  CHECK_DISK (h);
  CHECK_INT (mkdir (ends, 0700), 0);
  CHECK_INT (kill ((pid_t) nbd_get_subprocess_pid (h), SIGKILL), 0);
  CHECK_FAILS (nbd_pread (h, buf, sizeof buf, 0, 0), ENOTCONN,
               "could not be restored within 2.4 s");
  check_pauses (&pauses);
  /* The last child may not have ended before the timeout expired. */
  off_t again = size_of (starts) - 1;
  if (again != pauses.nr)
    CHECK_INT (again, pauses.nr + 1);
  nbd_close (h);
  check_no_children ();
  unlink (starts);
  rmdir (ends);
  rmdir (dir);
}

void
test (void)
{
  requires_program ("nbdkit");
  end_at_once (nbd_connect_command, "nbdkit --single pattern 65536");
  end_at_once (nbd_connect_systemd_socket_activation,
               "nbdkit --foreground pattern 65536");
}
