/* SPDX-License-Identifier: MIT */
/* The event loop: the FUSE device, all connections, and signals. */
#include <config.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"
#include "device.h"
#include "disk.h"
#include "loop.h"
#include "mount.h"
#include "options.h"
#include "phase.h"
#include "status.h"

#define EVENTS 32

static int epoll_fd = -1, signal_fd = -1, detached_fd = -1;
/* There is no buffer, so the device is not watched. */
static bool device_must_wait;
/* Marks in epoll's data for what is no connection. */
static char device_mark, signal_mark, detached_mark;

void
loop_prepare (void)
{
  const sigset_t *ending = tool_ending_signals ();
  sigprocmask (SIG_BLOCK, ending, NULL);
  signal_fd = signalfd (-1, ending, SFD_CLOEXEC | SFD_NONBLOCK);
  detached_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signal_fd == -1 || detached_fd == -1)
    tool_fail ("cannot watch for signals: %m");
  device_prepare ();
}

static void
watch (int operation, int fd, uint32_t events, void *mark)
{
  struct epoll_event event = { .events = events, .data.ptr = mark };
  if (epoll_ctl (epoll_fd, operation, fd, &event) == -1)
    tool_fail ("cannot watch a file descriptor: %m");
}

/* A connection has ended; the others go on. */
static void
connection_ended (struct connection *connection)
{
  struct disk *disk = connection->disk;
  connection->ended = true;
  epoll_ctl (epoll_fd, EPOLL_CTL_DEL, connection->fd, NULL);
  if (phase_now () != SERVING)
    return;
  if (disk_connection (disk, 0))
    tool_error ("%s: one connection has ended", disk->name);
  else if (!disk->gone) {
    disk->gone = true;
    tool_error ("%s: the server has gone, the file can only give errors",
                disk->name);
  }
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
  if (!connection_works (connection)) {
    connection_ended (connection);
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
    if (!connection->ended)
      refresh (connection);
}

static void
notify (struct connection *connection, uint32_t events)
{
  if (connection->ended)
    return;
  connection_touch (connection);
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    nbd_aio_notify_read (connection->h);
  else if (nbd_aio_get_direction (connection->h) & LIBNBD_AIO_DIRECTION_WRITE)
    nbd_aio_notify_write (connection->h);
}

static void
serve_device (void)
{
  if (device_serve ())
    return;
  watch (EPOLL_CTL_MOD, device_fd (), 0, &device_mark);
  device_must_wait = true;
}

static void
retry_device (void)
{
  if (!device_must_wait || phase_now () >= DRAINING || !device_has_buffer ())
    return;
  device_must_wait = false;
  watch (EPOLL_CTL_MOD, device_fd (), EPOLLIN, &device_mark);
}

/* Unmounting may need answers from us, so a thread of its own does it. */
static void *
detach (void *opaque)
{
  (void) opaque;
  mount_detach ();
  eventfd_write (detached_fd, 1);
  return NULL;
}

static void
take_signal (void)
{
  struct signalfd_siginfo info;
  pthread_t thread;
  if (read (signal_fd, &info, sizeof info) != sizeof info)
    return;
  if (!phase_signal (info.ssi_signo))
    return;
  debug ("ending because of signal %u", info.ssi_signo);
  if (phase_now () != LEAVING)
    return;
  if (pthread_create (&thread, NULL, detach, NULL) == 0)
    pthread_detach (thread);
  else
    phase_event (UNMOUNTED);
}

/* How long to wait for events; -1: for ever. */
static int
choose_timeout (void)
{
  int timeout = blocks_timeout ();
  if (phase_deadline ()) {
    int64_t left = phase_deadline () - tool_now_ms ();
    if (timeout == -1 || left < timeout)
      timeout = left < 0 ? 0 : left;
  }
  return timeout;
}

void
loop_turn (void)
{
  struct epoll_event events[EVENTS];
  do
    refresh_touched ();
  while (completed_run ());
  retry_device ();
  int count = epoll_wait (epoll_fd, events, EVENTS, choose_timeout ());
  for (int i = 0; i < count; i++) {
    void *mark = events[i].data.ptr;
    if (mark == &device_mark)
      serve_device ();
    else if (mark == &signal_mark)
      take_signal ();
    else if (mark == &detached_mark)
      phase_event (UNMOUNTED);
    else
      notify (mark, events[i].events);
    completed_run ();
  }
  blocks_expire ();
}

void
loop_run (struct fuse_session *session)
{
  device_open (session);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  watch (EPOLL_CTL_ADD, device_fd (), EPOLLIN, &device_mark);
  watch (EPOLL_CTL_ADD, signal_fd, EPOLLIN, &signal_mark);
  watch (EPOLL_CTL_ADD, detached_fd, EPOLLIN, &detached_mark);
  for (size_t i = 0; i < nr_disks; i++)
    for (unsigned j = 0; j < disks[i].nr_connections; j++) {
      struct connection *connection = &disks[i].connections[j];
      watch (EPOLL_CTL_ADD, connection->fd, EPOLLIN, connection);
      connection->watched = LIBNBD_AIO_DIRECTION_READ;
    }

  while (phase_now () < DRAINING) {
    loop_turn ();
    if (phase_is_overdue ())
      phase_event (OVERDUE);
  }
  if (epoll_ctl (epoll_fd, EPOLL_CTL_DEL, device_fd (), NULL) == -1)
    debug ("the device is gone");
}
