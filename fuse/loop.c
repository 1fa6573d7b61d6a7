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
#include <sys/signalfd.h>
#include <unistd.h>

#include "nbdfuse.h"

/* What precedes the payload of a write; it puts the payload on a page. */
#define HEADER 80
#define PAGE 4096
/* So many requests are taken from the kernel before others have a turn. */
#define BATCH 64
#define EVENTS 32

static struct fuse_session *session;
static struct buffer *current;
static int epoll = -1, signals = -1, detached = -1;
static bool starved;            /* no buffer: the device is not watched */
static bool ready;              /* the kernel has begun to use us */
static bool unmounted;          /* and it has ended */
/* Marks in epoll's data for what is no connection. */
static char device_mark, signal_mark, detached_mark;

struct buffer *
loop_take_buffer (void)
{
  struct buffer *taken = current;
  current = NULL;
  return taken;
}

static bool
find_buffer (void)
{
  if (current == NULL)
    current = buffer_get (PAGE + MAX_PAYLOAD);
  return current != NULL;
}

bool
loop_is_unmounted (void)
{
  return unmounted;
}

bool
loop_is_ending (void)
{
  return unmounted || leave_deadline () != 0;
}

void
loop_prepare (void)
{
  const sigset_t *ending = tool_ending_signals ();
  sigprocmask (SIG_BLOCK, ending, NULL);
  signals = signalfd (-1, ending, SFD_CLOEXEC | SFD_NONBLOCK);
  detached = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signals == -1 || detached == -1)
    tool_fail ("cannot watch for signals: %m");
  /* Before anybody can ask for something. */
  if (!find_buffer ())
    tool_fail ("no memory for requests");
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
say_gone (struct connection *connection)
{
  struct disk *disk = connection->disk;
  connection->gone = true;
  epoll_ctl (epoll, EPOLL_CTL_DEL, connection->fd, NULL);
  if (loop_is_ending ())
    return;
  if (disk_connection (disk, 0))
    tool_error ("%s: one connection has ended", disk->name);
  else
    tool_error ("%s: the server has gone, the file can only give errors",
                disk->name);
}

/* Send what waits, and watch for what the connection waits for. */
static void
refresh (struct connection *connection)
{
  struct nbd_handle *h = connection->h;
  unsigned direction = nbd_aio_get_direction (h);
  if (direction & LIBNBD_AIO_DIRECTION_WRITE) {
    nbd_aio_notify_write (h);
    direction = nbd_aio_get_direction (h);
  }
  if (nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1) {
    say_gone (connection);
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
refresh_touched (void)
{
  struct connection *connection;
  while ((connection = connection_touched ()) != NULL)
    if (!connection->gone)
      refresh (connection);
}

static void
notify (struct connection *connection, uint32_t events)
{
  if (connection->gone)
    return;
  connection_touch (connection);
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    nbd_aio_notify_read (connection->h);
  else if (nbd_aio_get_direction (connection->h)
           & LIBNBD_AIO_DIRECTION_WRITE)
    nbd_aio_notify_write (connection->h);
}

/* Take requests from the kernel and begin to serve them. */
static void
serve (void)
{
  int fd = fuse_session_fd (session);
  for (unsigned i = 0; i < BATCH && !unmounted; i++) {
    if (!find_buffer ()) {
      /* A write has taken the last one, and will give it back. */
      watch (EPOLL_CTL_MOD, fd, 0, &device_mark);
      starved = true;
      return;
    }
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
      pidfile_write ();
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
  if (!leave_signal (info.ssi_signo))
    return;
  debug ("ending because of signal %u", info.ssi_signo);
  if (unmounted)
    return;
  if (pthread_create (&thread, NULL, detach, NULL) == 0)
    pthread_detach (thread);
  else
    unmounted = true;
}

void
loop_turn (int64_t deadline_ms)
{
  struct epoll_event events[EVENTS];
  do
    refresh_touched ();
  while (completed_run ());
  if (starved && !unmounted && find_buffer ()) {
    starved = false;
    watch (EPOLL_CTL_MOD, fuse_session_fd (session), EPOLLIN, &device_mark);
  }
  int timeout = blocks_timeout ();
  if (deadline_ms) {
    int64_t left = deadline_ms - tool_now_ms ();
    if (timeout == -1 || left < timeout)
      timeout = left < 0 ? 0 : left;
  }
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

void
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

  while (!unmounted && !leave_is_late ())
    loop_turn (leave_deadline ());
  unmounted = true;
  if (epoll_ctl (epoll, EPOLL_CTL_DEL, fd, NULL) == -1)
    debug ("the device is gone");
}
