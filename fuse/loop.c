/* SPDX-License-Identifier: MIT */
/* The event loop: the FUSE device, all connections, and signals. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "nbdfuse.h"

/* What precedes the payload of a write; it puts the payload on a page. */
#define HEADER 80
#define PAGE 4096
/* So many requests are taken from the kernel before others have a turn. */
#define BATCH 64
#define EVENTS 32
/* How long the end may take: after a signal, or when unmounted. */
#define HURRY_MS 5000
#define PATIENCE_MS 30000
/* Who sends two signals in a row, such as timeout(1), means one. */
#define SAME_SIGNAL_MS 500

static struct fuse_session *session;
static struct buffer *current;
static int epoll = -1, signals = -1, detached = -1;
static bool ready;              /* the kernel has begun to use us */
static bool unmounted;          /* and it has ended */
static bool leaving;            /* a signal came */
static bool lost;               /* a last flush failed, or was given up */
static int64_t deadline_ms, signal_ms;
/* Marks in epoll's data for what is no connection. */
static char device_mark, signal_mark, detached_mark;

struct buffer *
loop_take_buffer (void)
{
  struct buffer *taken = current;
  current = NULL;
  return taken;
}

void
loop_block_signals (void)
{
  sigset_t set;
  struct sigaction hangup;
  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGQUIT);
  sigaddset (&set, SIGTERM);
  /* nohup means that we should stay. */
  if (sigaction (SIGHUP, NULL, &hangup) == -1
      || hangup.sa_handler != SIG_IGN)
    sigaddset (&set, SIGHUP);
  signal (SIGPIPE, SIG_IGN);
  sigprocmask (SIG_BLOCK, &set, NULL);
  signals = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  detached = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signals == -1 || detached == -1)
    tool_fail ("cannot watch for signals: %m");
}

static void
watch (int operation, int fd, uint32_t events, void *mark)
{
  struct epoll_event event = { .events = events, .data.ptr = mark };
  if (epoll_ctl (epoll, operation, fd, &event) == -1)
    tool_fail ("cannot watch a file descriptor: %m");
}

/* A connection that has ended; the others go on. */
static void
say_gone (struct disk *disk, struct connection *connection)
{
  connection->gone = true;
  epoll_ctl (epoll, EPOLL_CTL_DEL, connection->fd, NULL);
  if (leaving || unmounted)
    return;
  if (disk_connection (disk, 0))
    tool_error ("%s: one connection has ended", disk->name);
  else
    tool_error ("%s: the server has gone, the file can only give errors",
                disk->name);
}

/* Send what waits, and watch for what the connection waits for. */
static void
refresh (struct disk *disk, struct connection *connection)
{
  struct nbd_handle *h = connection->h;
  unsigned direction = nbd_aio_get_direction (h);
  if (direction & LIBNBD_AIO_DIRECTION_WRITE) {
    nbd_aio_notify_write (h);
    direction = nbd_aio_get_direction (h);
  }
  if (nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1) {
    say_gone (disk, connection);
    return;
  }
  if (direction == connection->watched)
    return;
  uint32_t events = 0;
  if (direction & LIBNBD_AIO_DIRECTION_READ)
    events |= EPOLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    events |= EPOLLOUT;
  watch (EPOLL_CTL_MOD, connection->fd, events, connection);
  connection->watched = direction;
}

static void
refresh_all (void)
{
  for (size_t i = 0; i < nr_disks; i++)
    for (unsigned j = 0; j < disks[i].nr_connections; j++)
      if (!disks[i].connections[j].gone)
        refresh (&disks[i], &disks[i].connections[j]);
}

static void
notify (struct connection *connection, uint32_t events)
{
  if (connection->gone)
    return;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    nbd_aio_notify_read (connection->h);
  else if (nbd_aio_get_direction (connection->h)
           & LIBNBD_AIO_DIRECTION_WRITE)
    nbd_aio_notify_write (connection->h);
}

/* Programs wait for the file to appear, so it is written when all is ready.
 * It may be a fifo. */
static void
write_pidfile (void)
{
  if (options.pidfile == NULL)
    return;
  FILE *file = fopen (options.pidfile, "we");
  bool good = file && fprintf (file, "%d\n", (int) getpid ()) > 0;
  if (file)
    good = fclose (file) == 0 && good;
  if (!good)
    tool_error ("--pidfile %s: %m", options.pidfile);
}

/* Take requests from the kernel and begin to serve them. */
static void
serve (void)
{
  int fd = fuse_session_fd (session);
  for (unsigned i = 0; i < BATCH && !unmounted; i++) {
    if (current == NULL)
      current = buffer_get (PAGE + MAX_PAYLOAD);
    if (current == NULL)
      return;
    char *start = current->data + PAGE - HEADER;
    ssize_t size = read (fd, start, HEADER + MAX_PAYLOAD);
    if (size == -1) {
      /* ENOENT: who asked was interrupted before we were. */
      if (errno == ENOENT || errno == EINTR)
        continue;
      if (errno != EAGAIN) {
        if (errno != ENODEV)
          tool_error ("%s: reading a request: %m", options.mountpoint);
        unmounted = true;
      }
      return;
    }
    struct fuse_buf buffer = { .mem = start, .size = size };
    fuse_session_process_buf (session, &buffer);
    if (!ready) {
      ready = true;
      mount_tune ();
      write_pidfile ();
    }
    if (fuse_session_exited (session))
      unmounted = true;
  }
}

/* Unmounting may need answers from us, so a thread of its own does it. */
static void *
detach (void *opaque)
{
  (void) opaque;
  mount_detach ();
  eventfd_write (detached, 1);
  return NULL;
}

static void
take_signal (void)
{
  struct signalfd_siginfo info;
  pthread_t thread;
  if (read (signals, &info, sizeof info) != sizeof info)
    return;
  if (leaving) {
    /* Who sends another has lost patience. */
    if (tool_now_ms () >= signal_ms + SAME_SIGNAL_MS)
      deadline_ms = tool_now_ms ();
    return;
  }
  debug ("ending because of signal %u", info.ssi_signo);
  leaving = true;
  signal_ms = tool_now_ms ();
  deadline_ms = signal_ms + HURRY_MS;
  if (unmounted)
    return;
  if (pthread_create (&thread, NULL, detach, NULL) == 0)
    pthread_detach (thread);
  else
    unmounted = true;
}

static void
turn (void)
{
  struct epoll_event events[EVENTS];
  do
    refresh_all ();
  while (completed_run ());
  int timeout = blocks_timeout ();
  if (deadline_ms && (timeout == -1 || timeout > 100))
    timeout = 100;
  int count = epoll_wait (epoll, events, EVENTS, timeout);
  for (int i = 0; i < count; i++) {
    void *mark = events[i].data.ptr;
    if (mark == &device_mark)
      serve ();
    else if (mark == &signal_mark)
      take_signal ();
    else if (mark == &detached_mark)
      unmounted = true;
    else
      notify (mark, events[i].events);
    completed_run ();
  }
  blocks_expire ();
}

static void
flush_done (struct command *command)
{
  if (command->error) {
    tool_error ("%s: flushing at the end failed, what was written last may "
                "be lost: %s", command->disk->name,
                strerror (command->error));
    lost = disk_connection (command->disk, 0) != NULL;
  }
  free (command);
}

/* As when any file system is unmounted, what was written shall be on stable
 * storage. */
static void
flush_all (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    if (disk->read_only || !disk->can_flush || !disk->dirty)
      continue;
    struct command *command = tool_alloc (sizeof *command);
    *command = (struct command) {
      .disk = disk, .operation = FLUSH, .done = flush_done,
    };
    command_start (command);
  }
}

/* Until nothing is in flight.  What a server leaves unanswered for too long
 * is given up. */
static void
drain (void)
{
  while (commands_in_flight > 0 && tool_now_ms () < deadline_ms)
    turn ();
  if (commands_in_flight == 0 || lost)
    return;
  tool_error ("the server does not answer, giving up: what was written last "
              "may be lost");
  lost = true;
}

bool
loop_run (struct fuse_session *mounted)
{
  session = mounted;
  int fd = fuse_session_fd (session);
  epoll = epoll_create1 (EPOLL_CLOEXEC);
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  watch (EPOLL_CTL_ADD, fd, EPOLLIN, &device_mark);
  watch (EPOLL_CTL_ADD, signals, EPOLLIN, &signal_mark);
  watch (EPOLL_CTL_ADD, detached, EPOLLIN, &detached_mark);
  for (size_t i = 0; i < nr_disks; i++)
    for (unsigned j = 0; j < disks[i].nr_connections; j++) {
      struct connection *connection = &disks[i].connections[j];
      watch (EPOLL_CTL_ADD, connection->fd, EPOLLIN, connection);
      connection->watched = LIBNBD_AIO_DIRECTION_READ;
    }

  while (!unmounted && (!leaving || tool_now_ms () < deadline_ms))
    turn ();
  if (epoll_ctl (epoll, EPOLL_CTL_DEL, fd, NULL) == -1)
    debug ("the device is gone");
  if (deadline_ms == 0)
    deadline_ms = tool_now_ms () + PATIENCE_MS;
  drain ();
  if (!lost)
    flush_all ();
  drain ();
  return !lost;
}

/* The pid file descriptor of the server that was started, or -1. */
static int server = -1;
static volatile sig_atomic_t killed;

/* Time is up, or a signal came, which means what it means in take_signal. */
static void
kill_server (int number)
{
  int64_t now = tool_now_ms ();
  if (number != SIGALRM && !leaving) {
    leaving = true;
    signal_ms = now;
    alarm (HURRY_MS / 1000);
    return;
  }
  if (number != SIGALRM && now < signal_ms + SAME_SIGNAL_MS)
    return;
  killed = true;
  pidfd_send_signal (server, SIGKILL, NULL, 0);
}

/* A server that was started ends when its connection closes, which is waited
 * for; but not for ever. */
bool
loop_end_server (void)
{
  static const int numbers[] = { SIGALRM, SIGINT, SIGQUIT, SIGTERM };
  struct nbd_handle *h = disks[0].connections[0].h;
  int64_t pid = nbd_get_subprocess_pid (h);
  if (pid <= 0 || (server = pidfd_open (pid, 0)) == -1)
    return true;
  sigset_t set;
  sigemptyset (&set);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct sigaction action = { .sa_handler = kill_server };
    sigaction (numbers[i], &action, NULL);
    sigaddset (&set, numbers[i]);
  }
  int64_t left = (deadline_ms - tool_now_ms () + 999) / 1000;
  if (left > 0)
    alarm (left);
  else
    kill_server (SIGALRM);
  sigprocmask (SIG_UNBLOCK, &set, NULL);
  tool_close_all ();
  sigprocmask (SIG_BLOCK, &set, NULL);
  if (killed && !lost)
    tool_error ("the server did not end, it was killed");
  return !killed;
}
