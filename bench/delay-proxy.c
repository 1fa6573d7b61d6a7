/* SPDX-License-Identifier: MIT */
/* A slow network: a proxy that forwards all bytes between its clients and a
 * server's Unix socket, in both directions, each byte a fixed time after it
 * was received.  Nothing is lost, and the delay does not limit how many bytes
 * are in flight.
 *
 *   delay-proxy --to PATH [--listen PATH] [--delay MS]
 *
 * Without --listen it takes a free port of the loopback interface.  It prints
 * "ready", with the port if there is one.  SIGUSR1 resets the oldest
 * connection.  SIGTERM ends the proxy, which then prints how many connections
 * there were in all. */

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define PIECE_SIZE (64 * 1024)
/* The most bytes in flight in each direction; then the sender has to wait. */
#define QUEUE_LIMIT (64 * 1024 * 1024)
#define NS_PER_S INT64_C (1000000000)
#define NS_PER_MS INT64_C (1000000)

/* What one call received, and when it is to be forwarded. */
struct piece {
  struct piece *next;
  int64_t due;
  size_t size, sent; /* size 0: the end of the stream */
  char data[];
};

/* One direction of a connection. */
struct way {
  int from, to;
  struct piece *first, **last;
  size_t waiting;
  bool ended; /* the end was received */
  bool over;  /* the end was forwarded */
};

struct connection {
  struct connection *next;
  struct way there, back;
};

static const struct option options[] = {
  { "delay", required_argument, NULL, 'd' },
  { "listen", required_argument, NULL, 'l' },
  { "to", required_argument, NULL, 't' },
  { NULL, 0, NULL, 0 },
};

static const char *server_path;
static int64_t delay;
static int poller, timer, signals, listener;
static struct connection *connections; /* the newest first */
static unsigned accepted;

static int64_t
now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Edge-triggered, because each event makes us try everything. */
static void
watch (int fd)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };

  if (epoll_ctl (poller, EPOLL_CTL_ADD, fd, &event) == -1)
    die ("epoll_ctl: %s", strerror (errno));
}

static struct sockaddr_un
unix_address (const char *path)
{
  struct sockaddr_un addr = { .sun_family = AF_UNIX };

  if (strlen (path) >= sizeof addr.sun_path)
    die ("name too long: %s", path);
  strcpy (addr.sun_path, path);
  return addr;
}

static int
listen_unix (const char *path)
{
  struct sockaddr_un addr = unix_address (path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd == -1 || bind (fd, (struct sockaddr *) &addr, sizeof addr) == -1
      || listen (fd, SOMAXCONN) == -1)
    die ("%s: %s", path, strerror (errno));
  puts ("ready");
  return fd;
}

static int
listen_tcp (void)
{
  struct sockaddr_in addr = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t length = sizeof addr;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd == -1 || bind (fd, (struct sockaddr *) &addr, length) == -1
      || listen (fd, SOMAXCONN) == -1
      || getsockname (fd, (struct sockaddr *) &addr, &length) == -1)
    die ("listening: %s", strerror (errno));
  printf ("ready %d\n", ntohs (addr.sin_port));
  return fd;
}

/* Connect to the server; -1 if that fails. */
static int
reach_server (void)
{
  struct sockaddr_un addr = unix_address (server_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd != -1
      && connect (fd, (struct sockaddr *) &addr, sizeof addr) == -1) {
    close (fd);
    return -1;
  }
  return fd;
}

static void
way_init (struct way *w, int from, int to)
{
  *w = (struct way) { .from = from, .to = to };
  w->last = &w->first;
}

/* True if there was a client.  Without a server, its connection is closed. */
static bool
accept_one (void)
{
  int on = 1;
  int client = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

  if (client == -1)
    return false;
  accepted++;
  int server = reach_server ();
  if (server == -1) {
    close (client);
    return true;
  }
  /* This fails for a Unix socket, which does not need it. */
  setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct connection *c = allocate (sizeof *c);
  way_init (&c->there, client, server);
  way_init (&c->back, server, client);
  c->next = connections;
  connections = c;
  watch (client);
  watch (server);
  return true;
}

static bool
blocked (void)
{
  return errno == EAGAIN || errno == EINTR;
}

/* Receive what is there.  False if the connection was lost. */
static bool
way_receive (struct way *w, int64_t time)
{
  while (!w->ended && w->waiting < QUEUE_LIMIT) {
    struct piece *p = malloc (sizeof *p + PIECE_SIZE);
    if (p == NULL)
      die ("out of memory");
    ssize_t n = recv (w->from, p->data, PIECE_SIZE, MSG_DONTWAIT);
    if (n == -1) {
      free (p);
      return blocked ();
    }
    p->next = NULL;
    p->due = time + delay;
    p->size = n;
    p->sent = 0;
    *w->last = p;
    w->last = &p->next;
    w->waiting += n;
    w->ended = n == 0;
  }
  return true;
}

static void
way_drop_first (struct way *w)
{
  struct piece *p = w->first;

  w->waiting -= p->size;
  w->first = p->next;
  if (w->first == NULL)
    w->last = &w->first;
  free (p);
}

/* Forward what is due.  False if the connection was lost. */
static bool
way_send (struct way *w, int64_t time)
{
  while (w->first != NULL && w->first->due <= time) {
    struct piece *p = w->first;
    if (p->size == 0) {
      shutdown (w->to, SHUT_WR);
      w->over = true;
    }
    while (p->sent < p->size) {
      ssize_t n = send (w->to, p->data + p->sent, p->size - p->sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n == -1)
        return blocked ();
      p->sent += n;
    }
    way_drop_first (w);
  }
  return true;
}

/* Sending first makes space for receiving; without a delay, what was received
 * is due at once. */
static bool
way_work (struct way *w, int64_t time)
{
  return way_send (w, time) && way_receive (w, time) && way_send (w, time);
}

/* False if nothing more can be forwarded. */
static bool
connection_work (struct connection *c, int64_t time)
{
  return way_work (&c->there, time) && way_work (&c->back, time)
         && !(c->there.over && c->back.over);
}

static void
connection_end (struct connection **where)
{
  struct connection *c = *where;

  *where = c->next;
  while (c->there.first != NULL)
    way_drop_first (&c->there);
  while (c->back.first != NULL)
    way_drop_first (&c->back);
  close (c->there.from);
  close (c->back.from);
  free (c);
}

/* Forward everything that is due, and set the timer for the next piece.  A
 * piece that is due and still here waits for its socket. */
static void
work (void)
{
  int64_t next = 0, time = now ();

  for (struct connection **where = &connections; *where != NULL;) {
    struct connection *c = *where;
    if (!connection_work (c, time)) {
      connection_end (where);
      continue;
    }
    for (int i = 0; i < 2; i++) {
      struct piece *p = i == 0 ? c->there.first : c->back.first;
      if (p != NULL && p->due > time && (next == 0 || p->due < next))
        next = p->due;
    }
    where = &c->next;
  }
  struct itimerspec spec = {
    .it_value.tv_sec = next / NS_PER_S,
    .it_value.tv_nsec = next % NS_PER_S,
  };
  timerfd_settime (timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void
reset_oldest (void)
{
  struct linger now_and_hard = { .l_onoff = 1 };
  struct connection **where = &connections;

  if (connections == NULL)
    return;
  while ((*where)->next != NULL)
    where = &(*where)->next;
  setsockopt ((*where)->there.from, SOL_SOCKET, SO_LINGER, &now_and_hard,
              sizeof now_and_hard);
  connection_end (where);
}

static void
obey_signals (void)
{
  struct signalfd_siginfo info;

  while (read (signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGUSR1)
      reset_oldest ();
    else {
      printf ("%u\n", accepted);
      exit (EXIT_SUCCESS);
    }
  }
}

static void
prepare (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGUSR1);
  sigprocmask (SIG_BLOCK, &set, NULL);
  signals = signalfd (-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  poller = epoll_create1 (EPOLL_CLOEXEC);
  if (signals == -1 || timer == -1 || poller == -1)
    die ("no descriptors: %s", strerror (errno));
  watch (signals);
  watch (timer);
}

int
main (int argc, char *argv[])
{
  const char *path = NULL;
  int c;

  while ((c = getopt_long (argc, argv, "", options, NULL)) != -1) {
    switch (c) {
    case 'd': delay = parse_number (optarg, "delay") * NS_PER_MS; break;
    case 'l': path = optarg; break;
    case 't': server_path = optarg; break;
    default: exit (EXIT_FAILURE);
    }
  }
  if (server_path == NULL)
    die ("--to is needed");
  prepare ();
  listener = path != NULL ? listen_unix (path) : listen_tcp ();
  watch (listener);
  fflush (stdout);
  for (;;) {
    struct epoll_event event;
    epoll_wait (poller, &event, 1, -1);
    obey_signals ();
    while (accept_one ())
      ;
    work ();
  }
}
