/* SPDX-License-Identifier: MIT */
/* The event loop: the FUSE device, all disks, and signals. */
#include <config.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"
#include "device.h"
#include "disk.h"
#include "interrupt.h"
#include "loop.h"
#include "mount.h"
#include "options.h"
#include "outage.h"
#include "phase.h"
#include "status.h"

#define EVENTS 32

static int epoll_fd = -1, signal_fd = -1, detached_fd = -1;
/* The device is not watched, since there is no buffer for a request. */
static bool device_must_wait;
/* Marks in epoll's data, for descriptors that are not of a disk. */
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
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (epoll_fd == -1)
    tool_fail ("cannot watch file descriptors: %m");
  device_prepare ();
}

static void
watch (int operation, int fd, uint32_t events, void *mark)
{
  struct epoll_event event = { .events = events, .data.ptr = mark };
  if (epoll_ctl (epoll_fd, operation, fd, &event) == -1)
    tool_fail ("cannot watch a file descriptor: %m");
}

/* The handle of a disk is dead. */
static void
disk_ended (struct disk *disk)
{
  disk->gone = true;
  epoll_ctl (epoll_fd, EPOLL_CTL_DEL, disk->fd, NULL);
  if (phase_now () == SERVING)
    outage_was_the_end (disk);
}

/* Send what can be sent, and watch for the events that the handle waits
 * for. */
static void
refresh (struct disk *disk)
{
  struct nbd_handle *h = disk->h;
  unsigned direction = nbd_aio_get_direction (h);
  if (disk->lasting || (direction & LIBNBD_AIO_DIRECTION_WRITE)) {
    nbd_aio_notify_write (h);
    direction = nbd_aio_get_direction (h);
  }
  if (!disk_works (disk)) {
    disk_ended (disk);
    return;
  }
  if (direction == disk->watched)
    return;
  uint32_t events = 0;
  if (direction & LIBNBD_AIO_DIRECTION_READ)
    events |= EPOLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    events |= EPOLLOUT;
  watch (EPOLL_CTL_MOD, disk->fd, events, disk);
  disk->watched = direction;
}

static void
refresh_touched (void)
{
  struct disk *disk;
  while ((disk = disk_touched ()) != NULL)
    if (!disk->gone)
      refresh (disk);
}

static void
notify_disk (struct disk *disk, uint32_t events)
{
  if (disk->gone)
    return;
  disk_touch (disk);
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    nbd_aio_notify_read (disk->h);
  else if (nbd_aio_get_direction (disk->h) & LIBNBD_AIO_DIRECTION_WRITE)
    nbd_aio_notify_write (disk->h);
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

/* A separate thread unmounts, since unmounting may send requests to this
 * program and wait for the replies. */
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

/* The shorter one of two times; -1: for ever. */
static int
shorter (int one, int64_t other)
{
  if (one == -1 || (other >= 0 && other < one))
    return other;
  return one;
}

/* The time left until the deadline; -1 if that is 0, which means never. */
static int64_t
time_left (int64_t deadline_ms)
{
  if (deadline_ms == 0)
    return -1;
  int64_t left = deadline_ms - tool_now_ms ();
  return left < 0 ? 0 : left;
}

/* How long to wait for events; -1: for ever. */
static int
choose_timeout (int64_t until_ms)
{
  int timeout = shorter (blocks_timeout (), interrupt_timeout ());
  timeout = shorter (timeout, time_left (phase_deadline ()));
  return shorter (timeout, time_left (until_ms));
}

void
loop_turn (int64_t until_ms)
{
  struct epoll_event events[EVENTS];
  do
    refresh_touched ();
  while (completed_run ());
  retry_device ();
  int count = epoll_wait (epoll_fd, events, EVENTS,
                          choose_timeout (until_ms));
  for (int i = 0; i < count; i++) {
    void *mark = events[i].data.ptr;
    if (mark == &device_mark)
      serve_device ();
    else if (mark == &signal_mark)
      take_signal ();
    else if (mark == &detached_mark)
      phase_event (UNMOUNTED);
    else
      notify_disk (mark, events[i].events);
    completed_run ();
  }
  blocks_expire ();
  interrupt_look (request_cancel);
}

void
loop_run (struct fuse_session *session)
{
  device_open (session);
  watch (EPOLL_CTL_ADD, device_fd (), EPOLLIN, &device_mark);
  watch (EPOLL_CTL_ADD, signal_fd, EPOLLIN, &signal_mark);
  watch (EPOLL_CTL_ADD, detached_fd, EPOLLIN, &detached_mark);
  for (size_t i = 0; i < nr_disks; i++) {
    watch (EPOLL_CTL_ADD, disks[i].fd, EPOLLIN, &disks[i]);
    disks[i].watched = LIBNBD_AIO_DIRECTION_READ;
  }

  while (phase_now () < DRAINING) {
    loop_turn (0);
    if (phase_is_overdue ())
      phase_event (OVERDUE);
  }
  if (epoll_ctl (epoll_fd, EPOLL_CTL_DEL, device_fd (), NULL) == -1)
    debug ("the device is gone");
}
