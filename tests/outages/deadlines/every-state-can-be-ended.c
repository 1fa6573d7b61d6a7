/* SPDX-License-Identifier: MIT */
/* In each state that waits, a handle ends when its time is over, when the
 * server was silent for too long, when its transport fails, when another
 * connection of the handle has died, and when the program disconnects while
 * another connection serves.  Each closure is called and freed once, and the
 * error says why.
 *
 * The test plays conversations that lead through all states, and ends each
 * conversation in each state that waits.  The linker redirects the library's
 * calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "conversations.h"
#include "drive/drive.h"
#include "wrap.h"

#define MINUTE_MS 60000

static int hours; /* how many hours have passed for the handle */

static void
be_patient (struct nbd_handle *h)
{
  CHECK_OK (nbd_set_connect_timeout (h, MINUTE_MS));
}

static void
want_progress (struct nbd_handle *h)
{
  CHECK_OK (nbd_set_stall_timeout (h, MINUTE_MS));
}

static void
pass_time (struct nbd_handle *h __attribute__ ((unused)))
{
  hours++;
}

static void
die (struct nbd_handle *h)
{
  nbdi_error (EPROTO, "another connection died");
  nbdi_hang_up (h);
  nbdi_publish (h);
}

static void
leave (struct nbd_handle *h)
{
  nbdi_event (&h->link, NBDI_EVENT_LEAVE);
  nbdi_publish (h);
}

static ssize_t
fail_transport (struct nbdi_channel *ch __attribute__ ((unused)),
                struct iovec *iov __attribute__ ((unused)),
                int n __attribute__ ((unused)))
{
  nbdi_error (EPROTO, "the transport failed");
  return NBDI_TRANSPORT_FAILED;
}

static void
break_transport (struct nbd_handle *h)
{
  static const struct nbdi_transport broken = {
    .name = "broken",
    .receive = fail_transport,
    .send = fail_transport,
  };

  h->link.channel.transport = &broken;
}

/* The ways to end a handle. */
static const struct way {
  const char *name;
  void (*prepare) (struct nbd_handle *h); /* or NULL */
  void (*end) (struct nbd_handle *h);
  const char *state, *error;
} ways[] = {
  { "time is over", be_patient, pass_time, "DEAD", "within 60 s: " },
  { "silence", want_progress, pass_time, "DEAD", "for 60 s" },
  { "broken", NULL, break_transport, "DEAD", "the transport failed" },
  { "the handle dies", NULL, die, "DEAD", "another connection died" },
  { "the program leaves", be_patient, leave, "CLOSED", NULL },
};
#define NR_WAYS (sizeof ways / sizeof ways[0])

static const struct way *way;
static bool ended[NBDI_NR_STATES];
#define FEW_STATES 20
static bool full; /* the socket is full for the next send */

/* A state without a deadline cannot end by time.  A state that awaits no
 * input or output, or uses its own calls for them, cannot end by a broken
 * transport. */
static bool
can_end (struct nbd_handle *h)
{
  const struct nbdi_link *l = &h->link;
  enum nbdi_state state = l->state[NBDI_REGION_MAIN];

  if (nbdi_link_in (l, NBDI_PHASE_CLOSED | NBDI_PHASE_DEAD))
    return false;
  if (way->end == pass_time)
    return nbdi_next_deadline (l) != 0;
  return way->end != break_transport
         || (l->channel.transport != NULL && nbdi_wanted_direction (l) != 0
             && state != NBDI_STATE_CONNECT_AWAIT
             && state != NBDI_STATE_NEWSTYLE_OPT_STARTTLS_HANDSHAKE
             && state != NBDI_STATE_NEWSTYLE_OPT_STARTTLS_HANDSHAKE_SEND);
}

/* Only a broken transport is tried in each state of a reply. */
static enum nbdi_state
present_state (struct nbd_handle *h)
{
  enum nbdi_state state = h->link.state[NBDI_REGION_MAIN];

  return way->end == break_transport && state == NBDI_STATE_TRANSMISSION
           ? h->link.state[NBDI_REGION_TRANSMISSION_REPLY]
           : state;
}

/* End the handle, unless it was already ended in this state. */
static bool
ends_now (void)
{
  enum nbdi_state state = present_state (talk.h);

  if (talk.dropped || ended[state] || !can_end (talk.h))
    return false;
  check_case ("%s: %s", way->name, nbdi_state_name (state));
  ended[state] = talk.dropped = true;
  way->end (talk.h);
  return true;
}

/* The library only asks whether it is connected, and does not wait. */
static bool
only_asks (void)
{
  return talk.h->link.state[NBDI_REGION_MAIN] == NBDI_STATE_CONNECT_CHECK;
}

/* The library or the program would wait: end the handle instead. */
WRAPPER (int, poll, (struct pollfd *fds, nfds_t n, int timeout))
{
  if (only_asks () || (!ends_now () && !talk.dropped))
    return __real_poll (fds, n, timeout);
  for (nfds_t i = 0; i < n; i++)
    fds[i].revents = way->end == break_transport ? fds[i].events : 0;
  return way->end == break_transport ? (int) n : 0;
}

WRAPPER (int, clock_gettime, (clockid_t clock, struct timespec *now))
{
  int r = __real_clock_gettime (clock, now);

  now->tv_sec += 3600 * hours;
  return r;
}

/* Every second attempt to send finds the socket full.  The other attempts
 * send less than a request. */
#define ROOM 20

static bool
is_full (int fd)
{
  if (fd == talk.s.fd)
    return false;
  full = talk.dropped || !full;
  if (full)
    errno = EAGAIN;
  return full;
}

WRAPPER (ssize_t, send, (int fd, const void *p, size_t n, int flags))
{
  if (is_full (fd))
    return -1;
  return __real_send (fd, p, n > ROOM && fd != talk.s.fd ? ROOM : n, flags);
}

WRAPPER (ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags))
{
  if (is_full (fd))
    return -1;
  return __real_send (fd, msg->msg_iov->iov_base,
                      msg->msg_iov->iov_len < ROOM ? msg->msg_iov->iov_len
                                                   : ROOM,
                      flags);
}

/* Connecting never succeeds at once, as with a slow kernel. */
WRAPPER (int, connect, (int fd, const struct sockaddr *addr, socklen_t len))
{
  int r = __real_connect (fd, addr, len);

  if (r == 0) {
    errno = EINPROGRESS;
    return -1;
  }
  return r;
}

/* Also called where the program chooses what to do next, and nobody polls. */
static void
rests (void)
{
  ends_now ();
}

static void
prepare (struct nbd_handle *h, const struct conversation *c)
{
  static struct calls log;

  CHECK_OK (nbd_set_debug_callback (h, debug (&log)));
  CHECK_OK (nbd_set_debug (h, true));
  if (way->prepare)
    way->prepare (h);
  if (c->prepare)
    c->prepare (h);
}

/* Play a conversation.  Returns whether it was ended in a state in which none
 * was ended before. */
static bool
hold (const struct conversation *c)
{
  struct nbd_handle *h = nbd_create ();

  if (h == NULL)
    FAIL ("%s", nbd_get_error ());
  talk = (struct talk) { .h = h, .listener = -1, .rests = rests };
  talk.s.fd = -1;
  full = false;
  begin_closures ();
  prepare (h, c);
  rests ();
  if (!c->connects && !talk.dropped)
    server_open (&talk.s, h);
  if (!talk.dropped || talk.s.fd != -1)
    c->hold (h);
  pump (h);
  if (talk.dropped) {
    /* The next attempt may have been due as well; and the first time that a
     * handle looks late, it gives the server more time. */
    for (int i = 0; i < 9; i++) {
      if (way->end == pass_time)
        pass_time (h);
      nbd_poll (h, 0);
    }
    CHECK_STATE (h, way->state);
    if (way->error != NULL)
      CHECK_FAILS (nbd_poll (h, 0), EINVAL, way->error);
  }
  nbd_close (h);
  check_closures ();
  server_close (&talk.s);
  if (talk.listener != -1)
    close (talk.listener);
  return talk.dropped;
}

/* Whether the conversation has a state in which this way can end it.  Without a
 * connect timeout, a handle that could not connect is in CREATED again. */
static bool
is_possible (const struct conversation *c)
{
  if (!tls_is_possible () && c->prepare == prepare_tls)
    return false;
  return way->prepare != want_progress || strcmp (c->state, "CREATED") != 0;
}

static int
count_ended (void)
{
  int n = 0;

  for (int i = 0; i < NBDI_NR_STATES; i++)
    n += ended[i];
  return n;
}

void
test (void)
{
  for (way = ways; way < ways + NR_WAYS; way++) {
    memset (ended, 0, sizeof ended);
    for (unsigned i = 0; i < nr_conversations; i++)
      if (is_possible (&conversations[i]))
        while (hold (&conversations[i]))
          ;
    check_case ("%s", way->name);
    CHECK (count_ended () > FEW_STATES);
  }
}
