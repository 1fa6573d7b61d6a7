/* SPDX-License-Identifier: MIT */
/* The event loop watches the descriptor of each connection.
 *
 * The events that it watches for follow the library's direction, and are
 * changed only when the direction has changed.  While the handle connects,
 * its descriptor may be replaced by another one, even with the same number,
 * so the descriptor is not watched during a step of the library then. */

#include <stdlib.h>
#include <string.h>

#include "glue.h"

static bool
is_alive (struct nbd_handle *h)
{
  return h != NULL && nbd_aio_is_created (h) != 1
         && nbd_aio_is_closed (h) != 1 && nbd_aio_is_dead (h) != 1;
}

/* Remember why the connection ended, for calls that ask later. */
static void
remember_error (struct handle *handle)
{
  const char *message = nbd_get_error ();

  free (handle->message);
  handle->message = strdup (message != NULL ? message : "unknown error");
  handle->errnum = nbd_get_errno ();
}

/* Deliver one event, as libnbd(3) asks for. */
static void
notify (struct handle *handle, int status, int events)
{
  unsigned direction = nbd_aio_get_direction (handle->h);
  int r = 0;

  if (status < 0)
    events = UV_READABLE | UV_WRITABLE;
  if ((events & UV_READABLE) && (direction & LIBNBD_AIO_DIRECTION_READ))
    r = nbd_aio_notify_read (handle->h);
  else if ((events & UV_WRITABLE) && (direction & LIBNBD_AIO_DIRECTION_WRITE))
    r = nbd_aio_notify_write (handle->h);
  if (r == -1)
    remember_error (handle);
}

static void
on_event (uv_poll_t *watcher, int status, int events)
{
  struct handle *handle = watcher->data;
  struct instance *instance = handle->instance;
  napi_env env = instance->env;
  napi_handle_scope scope;
  napi_callback_scope callback_scope;
  napi_value state;

  if (napi_open_handle_scope (env, &scope) != napi_ok)
    return;
  if (napi_get_reference_value (env, handle->state, &state) == napi_ok
      && state != NULL
      && napi_open_callback_scope (env, state, instance->context,
                                   &callback_scope)
           == napi_ok) {
    if (nbd_aio_is_connecting (handle->h) == 1) {
      uv_poll_stop (watcher);
      handle->events = 0;
    }
    notify (handle, status, events);
    nbdn_watch (handle);
    nbdn_deliver (handle);
    /* Continuations of promises run here, and may close the handle. */
    napi_close_callback_scope (env, callback_scope);
  }
  else
    nbdn_unwatch (handle); /* the handle will be collected */
  napi_close_handle_scope (env, scope);
}

static void
on_closed (uv_handle_t *watcher)
{
  struct instance *instance = watcher->data;

  free (watcher);
  if (--instance->watchers == 0 && instance->hook != NULL) {
    napi_async_cleanup_hook_handle hook = instance->hook;
    instance->hook = NULL;
    napi_remove_async_cleanup_hook (hook);
  }
  nbdn_drop_user (instance);
}

void
nbdn_unwatch (struct handle *handle)
{
  if (handle->watcher == NULL)
    return;
  uv_poll_stop (handle->watcher);
  handle->watcher->data = handle->instance;
  uv_close ((uv_handle_t *) handle->watcher, on_closed);
  handle->watcher = NULL;
  handle->fd = -1;
  handle->events = 0;
}

static bool
make_watcher (struct handle *handle, int fd)
{
  struct instance *instance = handle->instance;
  uv_poll_t *watcher = malloc (sizeof *watcher);

  if (watcher == NULL || uv_poll_init (instance->loop, watcher, fd) != 0) {
    free (watcher);
    return false;
  }
  instance->users++;
  instance->watchers++;
  watcher->data = handle;
  handle->watcher = watcher;
  handle->fd = fd;
  handle->events = 0;
  return true;
}

static int
wanted_events (struct handle *handle)
{
  unsigned direction = nbd_aio_get_direction (handle->h);
  int events = 0;

  if (direction & LIBNBD_AIO_DIRECTION_READ)
    events |= UV_READABLE;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    events |= UV_WRITABLE;
  return events;
}

/* Let the event loop wait for what the library waits for.  This is called
 * whenever the handle was used. */
void
nbdn_watch (struct handle *handle)
{
  if (!is_alive (handle->h)) {
    nbdn_unwatch (handle);
    handle->keeps_alive = false;
    nbdn_balance (handle);
    return;
  }

  int events = wanted_events (handle);
  if (handle->watcher == NULL || nbd_aio_is_connecting (handle->h) == 1) {
    int fd = nbd_aio_get_fd (handle->h);
    if (fd != handle->fd)
      nbdn_unwatch (handle);
    if (fd == -1 || (handle->watcher == NULL && !make_watcher (handle, fd)))
      return;
    nbdn_balance (handle);
  }
  if (events == handle->events)
    return;
  handle->events = events;
  if (events == 0)
    uv_poll_stop (handle->watcher);
  else
    uv_poll_start (handle->watcher, events, on_event);
}
