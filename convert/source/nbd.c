/* SPDX-License-Identifier: MIT */
/* Exports of NBD servers as inputs.
 *
 * One thread drives the handle, so that a read only waits for its own reply
 * or a stop.  The reply to an abandoned read may arrive as long as the handle
 * is open.  So the library never gets the buffer of a reader, and a request
 * is freed when nobody refers to it. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pool.h"
#include "source/internal.h"
#include "threads.h"
#include "tool.h"

/* The longest request. */
#define PIECE (UINT64_C (4) << 20)

struct request {
  struct request *next;
  struct nbd_input *on; /* NULL: abandoned */
  atomic_uint users;    /* references by the reader, the thread and the
                           library */
  unsigned char *buffer;
  uint64_t offset, length; /* aligned to blocks */
  int64_t cookie;
  int error;
  char *why;
  bool completed; /* the library is done with it */
  bool done;      /* the reader may take the result */
};

struct nbd_input {
  struct input in;
  struct nbd_handle *h;
  uint64_t minimum, maximum;
  pthread_t thread;
  int wake_fd, poll_fd; /* wakes the thread if something is queued; epoll of
                           this and the stops */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct request *queue, **queue_end;
  bool ending;               /* input_free was called */
  bool left;                 /* the thread has stopped */
  struct request *in_flight; /* only used by the thread */
};

/* ---- requests ---- */

static void
drop (struct request *r)
{
  if (atomic_fetch_sub (&r->users, 1) > 1)
    return;
  free (r->buffer);
  free (r->why);
  free (r);
}

/* A request for the whole blocks around the range.  The last block may be
 * shorter.  Returns NULL with errno. */
static struct request *
new_request (struct nbd_input *n, uint64_t offset, uint64_t length)
{
  struct request *r = tool_alloc (sizeof *r);
  uint64_t end = offset + length + n->minimum - 1;

  r->on = n;
  r->users = 2;
  r->offset = offset - offset % n->minimum;
  r->length = MIN (end - end % n->minimum, n->in.size) - r->offset;
  r->buffer = malloc (r->length);
  if (r->buffer != NULL)
    return r;
  free (r);
  return NULL;
}

/* ---- the thread ---- */

/* The library calls these two.  After input_free another thread may call
 * them. */
static int
completed (void *opaque, int *error)
{
  struct request *r = opaque;

  r->error = *error;
  r->completed = true;
  /* A command that failed is not retired here, because the library tells the
   * reason only when it is retired. */
  return *error == 0 || r->on == NULL;
}

static void
forget (void *opaque)
{
  drop (opaque);
}

static void
tell (struct nbd_input *n, struct request *r)
{
  pthread_mutex_lock (&n->lock);
  r->done = true;
  pthread_cond_broadcast (&n->changed);
  pthread_mutex_unlock (&n->lock);
  drop (r);
}

static void
fail (struct request *r, int error)
{
  r->error = error != 0 ? error : EIO;
  r->why = tool_format ("%s", tool_nbd_error ());
}

static void
issue (struct nbd_input *n, struct request *r)
{
  nbd_completion_callback done = {
    .callback = completed,
    .user_data = r,
    .free = forget,
  };

  atomic_fetch_add (&r->users, 1);
  r->cookie = nbd_aio_pread (n->h, r->buffer, r->length, r->offset, done, 0);
  if (r->cookie == -1) {
    fail (r, nbd_get_errno ());
    tell (n, r);
    return;
  }
  r->next = n->in_flight;
  n->in_flight = r;
}

static void
issue_queued (struct nbd_input *n)
{
  struct request *r, *next;

  pthread_mutex_lock (&n->lock);
  r = n->queue;
  n->queue = NULL;
  n->queue_end = &n->queue;
  pthread_mutex_unlock (&n->lock);
  for (; r != NULL; r = next) {
    next = r->next;
    issue (n, r);
  }
}

/* Pass the results to the readers.  With ALL, the handle has failed, and so
 * have all requests. */
static void
tell_completed (struct nbd_input *n, bool all)
{
  struct request **at = &n->in_flight, *r;

  while ((r = *at) != NULL) {
    if (!r->completed && !all) {
      at = &r->next;
      continue;
    }
    *at = r->next;
    if (!r->completed) {
      fail (r, nbd_get_errno ());
      r->on = NULL;
    }
    else if (r->error != 0
             && nbd_aio_command_completed (n->h, r->cookie) == -1)
      fail (r, r->error);
    tell (n, r);
  }
}

/* Wait until something happens.  If nothing is in flight, the handle is not
 * polled. */
static void
turn (struct nbd_input *n)
{
  struct pollfd p = { .fd = n->poll_fd, .events = POLLIN };
  uint64_t count;
  int r = 0;

  if (n->in_flight == NULL)
    poll (&p, 1, -1);
  else
    r = nbd_poll2 (n->h, n->poll_fd, -1);
  tell_completed (n, r == -1 && nbd_get_errno () != EINTR);
  if (read (n->wake_fd, &count, sizeof count) == -1)
    return;
}

/* Abandon the queue and the requests in flight.  Only the library still
 * refers to those in flight. */
static void
leave (struct nbd_input *n)
{
  struct request *r, *next;

  pthread_mutex_lock (&n->lock);
  n->left = true;
  *n->queue_end = n->in_flight;
  for (r = n->queue; r != NULL; r = next) {
    next = r->next;
    r->on = NULL;
    drop (r);
  }
  n->queue = n->in_flight = NULL;
  pthread_cond_broadcast (&n->changed);
  pthread_mutex_unlock (&n->lock);
}

static bool
goes_on (struct nbd_input *n)
{
  pthread_mutex_lock (&n->lock);
  bool on = !n->ending;
  pthread_mutex_unlock (&n->lock);
  return on && !n->in.stopped && tool_signal == 0;
}

static void *
drive (void *opaque)
{
  struct nbd_input *n = opaque;

  while (goes_on (n)) {
    issue_queued (n);
    turn (n);
  }
  leave (n);
  return NULL;
}

static void
wake (struct nbd_input *n)
{
  uint64_t one = 1;

  /* If this fails, WAKE_FD is readable already. */
  if (write (n->wake_fd, &one, sizeof one) == -1)
    return;
}

/* ---- readers ---- */

/* Queue a request and wait for its reply.  Returns 0, or -1 with errno and
 * maybe *WHY. */
static int
wait_for (struct nbd_input *n, struct request *r, char **why)
{
  pthread_mutex_lock (&n->lock);
  bool queued = !n->left;
  if (queued) {
    bool first = n->queue == NULL;
    *n->queue_end = r;
    n->queue_end = &r->next;
    if (first)
      wake (n);
  }
  while (!r->done && !n->left)
    pthread_cond_wait (&n->changed, &n->lock);
  int error = r->done ? r->error : ECANCELED;
  if (r->done) {
    *why = r->why;
    r->why = NULL;
  }
  pthread_mutex_unlock (&n->lock);
  if (!queued)
    drop (r);
  errno = error;
  return error == 0 ? 0 : -1;
}

static ssize_t
read_export (struct input *in, void *buffer, size_t length, uint64_t offset,
             char **why)
{
  struct nbd_input *n = (struct nbd_input *) in;
  size_t got = 0;

  while (got < length) {
    uint64_t at = offset + got, room = n->maximum - at % n->minimum;
    uint64_t part = MIN (length - got, room);
    struct request *r = new_request (n, at, part);
    if (r == NULL)
      return -1;
    int result = wait_for (n, r, why), error = errno;
    if (result == 0)
      memcpy ((char *) buffer + got, r->buffer + (at - r->offset), part);
    drop (r);
    errno = error;
    if (result == -1)
      return -1;
    got += part;
  }
  return got;
}

/* ---- begin and end ---- */

static struct nbd_input *running; /* whose thread uses the handle; or NULL */

static void
end_thread (struct nbd_input *n)
{
  pthread_mutex_lock (&n->lock);
  n->ending = true;
  pthread_mutex_unlock (&n->lock);
  wake (n);
  pthread_join (n->thread, NULL);
  running = NULL;
}

/* At the end of the program all handles are closed, so nothing may use one
 * then.  If the thread itself ends the program, it does nothing else. */
static void
end_running (void)
{
  if (running != NULL && !pthread_equal (running->thread, pthread_self ()))
    end_thread (running);
}

static void
ends_before_handles (struct nbd_input *n)
{
  static bool begun;

  if (!begun)
    tool_at_end (end_running);
  begun = true;
  running = n;
}

static void
free_export (struct input *in)
{
  struct nbd_input *n = (struct nbd_input *) in;

  end_thread (n);
  pthread_cond_destroy (&n->changed);
  pthread_mutex_destroy (&n->lock);
  close (n->poll_fd);
  close (n->wake_fd);
  input_done (in);
}

static const struct input_ops ops = {
  .read = read_export,
  .free = free_export,
};

static int
watch (struct nbd_input *n, int fd)
{
  struct epoll_event e = { .events = EPOLLIN };
  return epoll_ctl (n->poll_fd, EPOLL_CTL_ADD, fd, &e);
}

static int
begin (struct nbd_input *n)
{
  n->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  n->poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (n->wake_fd == -1 || n->poll_fd == -1 || watch (n, n->wake_fd) == -1
      || watch (n, n->in.stop_fd) == -1
      || (tool_signal_fd () != -1 && watch (n, tool_signal_fd ()) == -1))
    return errno;
  return thread_start (&n->thread, drive, n);
}

struct input *
input_from_nbd (struct nbd_handle *h, const char *name)
{
  struct nbd_input *n = input_new (sizeof *n, &ops, name, -1);

  if (n == NULL)
    return NULL;
  struct tool_export export = tool_export_of (h);
  if (export.size == -1) {
    input_done (&n->in);
    errno = nbd_get_errno ();
    return NULL;
  }
  n->h = h;
  n->in.size = export.size;
  n->minimum = export.minimum;
  n->maximum = MIN (export.maximum, MAX (PIECE, export.minimum));
  n->maximum -= n->maximum % n->minimum;
  n->queue_end = &n->queue;
  pthread_mutex_init (&n->lock, NULL);
  pthread_cond_init (&n->changed, NULL);
  int error = begin (n);
  if (error == 0) {
    ends_before_handles (n);
    return &n->in;
  }
  if (n->wake_fd > 0)
    close (n->wake_fd);
  if (n->poll_fd > 0)
    close (n->poll_fd);
  input_done (&n->in);
  errno = error;
  return NULL;
}
