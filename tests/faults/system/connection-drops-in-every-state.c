/* SPDX-License-Identifier: MIT */
/* The connection may be dropped in every state of the outline: calls that wait
 * for the server fail, the handle ends, and nothing hangs or leaks.
 *
 * The debug log tells which state is entered.  The connection is dropped in
 * each state of each conversation, in several ways.  The test fails if there
 * is a state of generator/states.outline in which it was never dropped.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap).
 *
 * Clients meet such drops if another client can end the server, as with
 * CVE-2013-7441, CVE-2017-7539, CVE-2017-9524 and CVE-2024-7409. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"
#include "conversations.h"
#include "wrap.h"

#define MAX_STATES 150
#define MAX_ENTRIES 2000

/* How often the connection is dropped in a state, per conversation and way. */
#define ENOUGH 2

/* The ways to drop a connection. */
static const struct way {
  const char *name;
  bool waits; /* drop only when the client waits */
  int how;    /* argument of shutdown */
  int errnum; /* errno of the client's system calls, or 0 */
} ways[] = {
  { "the server closes", false, SHUT_RDWR, 0 },
  { "the server resets", false, SHUT_RDWR, ECONNRESET },
  { "the server ends its stream", false, SHUT_WR, 0 },
  { "the server closes while it is waited for", true, SHUT_RDWR, 0 },
};
#define NR_WAYS (sizeof ways / sizeof ways[0])

/* Groups, and the words with which messages describe their work. */
static struct group {
  char path[64];
  char when[64];
} groups[40];
static unsigned nr_groups;

static struct state {
  char name[64];
  const char *when;
  char mark;               /* r, w, or - if it does not wait */
  bool ends;               /* the end of the stream is an event */
  unsigned drops[NR_WAYS]; /* in all conversations */
  unsigned drops_here;     /* in this conversation and way */
} states[MAX_STATES];
static unsigned nr_states;

static const struct way *way;
static unsigned entered, drops_at; /* 0: it is never dropped */
static unsigned short entries[MAX_ENTRIES];
static char death[600]; /* why the handle died, from the log */
static bool full;       /* the next call finds the socket full */

static struct state *
find_state (const char *name)
{
  for (unsigned i = 0; i < nr_states; i++)
    if (strcmp (states[i].name, name) == 0)
      return &states[i];
  return NULL;
}

/* Add a group.  Only its clause WHEN is used, which sub-groups inherit. */
static struct group *
add_group (const char *line)
{
  CHECK (nr_groups < 40);
  struct group *g = &groups[nr_groups++];

  CHECK_INT (sscanf (line, "%63s", g->path), 1);
  const char *dot = strrchr (g->path, '.');
  for (unsigned i = 1; dot != NULL && i < nr_groups - 1; i++)
    if (strncmp (groups[i].path, g->path, dot - g->path) == 0
        && groups[i].path[dot - g->path] == '\0')
      memcpy (g->when, groups[i].when, sizeof g->when);
  return g;
}

/* Read the outline.  States are in lines that begin with four spaces, below
 * the path of their group. */
static void
read_outline (void)
{
  const char *dir = getenv ("srcdir");
  char path[4096], line[1000], name[64], mark[8];
  struct group *g = NULL;

  snprintf (path, sizeof path, "%s/generator/states.outline",
            dir ? dir : ".");
  FILE *f = fopen (path, "r");
  if (f == NULL)
    FAIL ("%s: %m", path);
  while (fgets (line, sizeof line, f) != NULL) {
    if (strchr ("# \n", line[0]) == NULL)
      g = add_group (line);
    else if (g != NULL)
      sscanf (line, " WHEN (\"%63[^\"]", g->when);
    if (strncmp (line, "    ", 4) != 0 || line[4] == ' ')
      continue;
    CHECK_INT (sscanf (line, "%63s %7s", name, mark), 2);
    CHECK (nr_states < MAX_STATES);
    struct state *s = &states[nr_states++];
    bool root = strcmp (g->path, ".") == 0;
    int n = snprintf (s->name, sizeof s->name, "%s%s%s", root ? "" : g->path,
                      root ? "" : ".", name);
    CHECK (n < (int) sizeof s->name);
    s->when = g->when;
    s->mark = mark[0];
    s->ends = strstr (line, "END_OF_STREAM") != NULL;
  }
  fclose (f);
  CHECK (nr_states > 60);
}

/* The state that was entered last.  Of a connection this is the reader's
 * state. */
static struct state *present;
static const struct state *dropped_in;

static void
drop (struct state *s)
{
  talk.dropped = true;
  dropped_in = s;
  s->drops[way - ways]++;
  s->drops_here++;
  if (talk.listener != -1) {
    close (talk.listener);
    talk.listener = -1;
  }
  if (talk.s.fd != -1)
    shutdown (talk.s.fd, way->how);
}

static bool
is_due (void)
{
  return drops_at != 0 && entered >= drops_at && !talk.dropped;
}

/* Called by the log, while the machine runs. */
static int
log_line (void *opaque __attribute__ ((unused)),
          const char *context __attribute__ ((unused)), const char *text)
{
  static const char dies[] = "the handle is dead: ";

  if (strncmp (text, dies, sizeof dies - 1) == 0)
    snprintf (death, sizeof death, "%s", text + sizeof dies - 1);
  if (strncmp (text, "state ", 6) != 0)
    return 0;
  struct state *s = find_state (text + 6);
  /* TRANSMISSION is a state too, which has no line of its own. */
  if (s == NULL && strcmp (text + 6, "TRANSMISSION") != 0)
    FAIL ("%s is not in the outline", text + 6);
  if (s == NULL)
    return 0;
  present = s;
  if (entered < MAX_ENTRIES)
    entries[entered] = s - states;
  entered++;
  if (!way->waits && is_due ())
    drop (s);
  return 0;
}

/* The client waits to receive (r) or to send (w). */
static void
waits_for (char mark)
{
  if (way->waits && is_due () && present != NULL && present->mark == mark)
    drop (present);
}

static void
rests (void)
{
  waits_for ('r');
}

static bool
is_dropped (int fd)
{
  return talk.dropped && way->errnum != 0 && fd != talk.s.fd;
}

/* Every second attempt to send finds the socket full.  The others take less
 * than a request. */
#define ROOM 20

static bool
is_full (int fd)
{
  if (fd == talk.s.fd || talk.dropped)
    return false;
  full = !full;
  return full;
}

#define FAIL_IF(condition, error) \
  if (condition) {                \
    errno = (error);              \
    return -1;                    \
  }

WRAPPER (ssize_t, recv, (int fd, void *p, size_t n, int flags))
{
  FAIL_IF (is_dropped (fd), way->errnum);
  return __real_recv (fd, p, n, flags);
}

WRAPPER (ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags))
{
  FAIL_IF (is_dropped (fd), way->errnum);
  return __real_recvmsg (fd, msg, flags);
}

WRAPPER (ssize_t, send, (int fd, const void *p, size_t n, int flags))
{
  FAIL_IF (is_dropped (fd), way->errnum);
  FAIL_IF (is_full (fd), EAGAIN);
  if (n > ROOM && fd != talk.s.fd)
    n = ROOM;
  return __real_send (fd, p, n, flags);
}

static ssize_t
send_first (int fd, const struct iovec *iov, int flags)
{
  return __real_send (fd, iov->iov_base,
                      iov->iov_len < ROOM ? iov->iov_len : ROOM, flags);
}

WRAPPER (ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags))
{
  FAIL_IF (is_dropped (fd), way->errnum);
  FAIL_IF (is_full (fd), EAGAIN);
  return send_first (fd, msg->msg_iov, flags);
}

WRAPPER (int, poll, (struct pollfd *fds, nfds_t n, int timeout))
{
  waits_for ('w');
  return __real_poll (fds, n, timeout);
}

/* The kernel may always complete a connection later. */
WRAPPER (int, connect, (int fd, const struct sockaddr *addr, socklen_t len))
{
  int r = __real_connect (fd, addr, len);

  FAIL_IF (r == 0, EINPROGRESS);
  return r;
}

static bool
begins (const char *text, const char *start)
{
  return strncmp (text, start, strlen (start)) == 0;
}

static bool
has_no_connection (const struct state *s)
{
  return strcmp (s->name, "START") == 0 || strcmp (s->name, "CLOSED") == 0
         || strcmp (s->name, "DEAD") == 0;
}

/* Only a handle that stays connected enters these states, and it does not end
 * there: see tests/outages/matrix. */
static bool
comes_back (const struct state *s)
{
  return begins (s->name, "RECONNECT.") || strcmp (s->name, "STALLED") == 0
         || strcmp (s->name, "GIVE_UP") == 0
         || strcmp (s->name, "TRANSMISSION.ISSUE.STAND_BY") == 0
         || strcmp (s->name, "TRANSMISSION.ISSUE.JOURNAL") == 0;
}

/* Check the message of a handle that died because the server was gone. */
static void
check_death (const struct state *s)
{
  /* The handle may have died before, because it requires TLS. */
  if (has_no_connection (s) || strstr (death, "policy forbids") != NULL)
    return;
  if (strstr (death, "closed the connection") == NULL
      && strstr (death, "closing the connection") == NULL
      && !begins (death, "TLS: "))
    FAIL ("the message is: %s", death);
  /* Messages are for people and do not have the names of states. */
  for (unsigned i = 1; i < nr_groups; i++)
    if (strstr (death, groups[i].path) != NULL)
      FAIL ("the message names a state: %s", death);
  /* The message says what the client waited for, except where TLS, connecting
   * or issuing gives another reason. */
  if (!way->waits || s->ends || begins (death, "TLS: ")
      || begins (s->name, "CONNECT.")
      || begins (s->name, "TRANSMISSION.ISSUE."))
    return;
  CHECK (s->when[0] != '\0');
  CHECK_CONTAINS (death, s->when);
}

/* The client notices that the connection was dropped, at the latest when it
 * needs the connection. */
static void
check_end (struct nbd_handle *h, const struct conversation *c)
{
  pump (h);
  if (nbd_aio_is_negotiating (h)) {
    nbd_aio_opt_abort (h);
    pump (h);
  }
  const char *state = state_name (h);
  if (!talk.dropped) {
    CHECK_STRING (state, c->state);
    return;
  }
  if (strcmp (state, "CLOSED") != 0 && strcmp (state, "DEAD") != 0
      && strcmp (state, "CREATED") != 0)
    FAIL ("nobody noticed: %s", nbd_connection_state (h));
  if (strcmp (state, "DEAD") == 0)
    check_death (dropped_in);
}

static void
hold (const struct conversation *c)
{
  struct nbd_handle *h = nbd_create ();
  static const nbd_debug_callback logger = { .callback = log_line };

  if (h == NULL)
    FAIL ("%s", nbd_get_error ());
  talk = (struct talk) { .h = h, .listener = -1, .rests = rests };
  talk.s.fd = -1;
  entered = 0;
  present = NULL;
  full = false;
  death[0] = '\0';
  begin_closures ();
  CHECK_OK (nbd_set_debug_callback (h, logger));
  CHECK_OK (nbd_set_debug (h, true));
  if (c->prepare)
    c->prepare (h);
  if (!c->connects)
    server_open (&talk.s, h);
  c->hold (h);
  check_end (h, c);
  nbd_close (h);
  check_closures ();
  server_close (&talk.s);
  if (talk.listener != -1)
    close (talk.listener);
}

/* Drop the connection in each state that the conversation enters. */
static void
sweep (const struct conversation *c)
{
  unsigned short before[MAX_ENTRIES];

  for (unsigned i = 0; i < nr_states; i++)
    states[i].drops_here = 0;
  drops_at = 0;
  check_case ("%s", c->name);
  hold (c);
  unsigned n = entered;
  CHECK (n > 3 && n <= MAX_ENTRIES);
  memcpy (before, entries, n * sizeof before[0]);
  for (drops_at = 1; drops_at <= n; drops_at++) {
    const struct state *s = &states[before[drops_at - 1]];

    if (s->drops_here >= ENOUGH || (way->waits && s->mark == '-'))
      continue;
    check_case ("%s, %s in %s", c->name, way->name, s->name);
    hold (c);
  }
}

/* ISSUE.SHUT_WRITE waits only for the end of a TLS session. */
static bool
needs_tls (const char *state)
{
  return strstr (state, "HANDSHAKE") != NULL
         || strstr (state, "OPT_STARTTLS") != NULL
         || strstr (state, "ISSUE.SHUT_WRITE") != NULL;
}

static void
check_coverage (void)
{
  unsigned missed = 0;

  check_case (NULL);
  for (unsigned i = 0; i < nr_states; i++)
    for (unsigned w = 0; w < NR_WAYS; w++) {
      const struct state *s = &states[i];

      if (s->drops[w] > 0 || has_no_connection (s) || comes_back (s)
          || (ways[w].waits && s->mark == '-'))
        continue;
      if (!tls_is_possible () && needs_tls (s->name))
        continue;
      fprintf (stderr, "%s: never: %s\n", s->name, ways[w].name);
      missed++;
    }
  if (missed > 0)
    FAIL ("%u cases are in no conversation", missed);
}

void
test (void)
{
  watchdog (170); /* on a busy machine */
  read_outline ();
  for (way = ways; way < ways + NR_WAYS; way++)
    for (unsigned i = 0; i < nr_conversations; i++)
      if (tls_is_possible () || conversations[i].prepare != prepare_tls)
        sweep (&conversations[i]);
  check_coverage ();
}
