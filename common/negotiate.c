/* SPDX-License-Identifier: MIT */
/* Options of the protocol, in opt mode.  Signals end the wait for the server,
 * and so does the connect timeout. */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "internal.h"

/* How an option ended. */
struct answer {
  const char *call; /* the blocking call, for messages */
  int error;        /* 0: the server agreed */
  char *why;        /* the library's error */
};

static int
take_answer (void *opaque, int *error)
{
  struct answer *a = opaque;
  a->error = *error;
  if (*error != 0 && nbd_get_error () != NULL)
    a->why = tool_format ("%s", nbd_get_error ());
  return 1;
}

static nbd_completion_callback
completion (struct answer *a)
{
  return (nbd_completion_callback) {
    .callback = take_answer,
    .user_data = a,
  };
}

/* Wait until the option has been answered.  BEGUN is the result of the call
 * that started it. */
static int
await (struct nbd_handle *h, int begun, struct answer *a)
{
  int64_t ends = tool_patience_ends (h);
  int r = begun;
  while (r != -1 && nbd_aio_is_connecting (h) == 1) {
    int64_t left = ends - tool_now_ms ();
    if (left <= 0) {
      tool_reword_error (tool_format ("%s: the server has not answered in "
                                      "time (%g s)",
                                      a->call,
                                      nbd_get_connect_timeout (h) / 1000.));
      errno = ETIMEDOUT;
      return -1;
    }
    r = tool_poll (h, left > INT_MAX ? -1 : left);
  }
  if (r != -1 && a->error == 0 && !tool_is_lost (h))
    return 0;
  tool_name_error (a->call);
  if (a->why != NULL)
    tool_reword_error (tool_format ("%s: %s", a->call,
                                    tool_without_call (a->why)));
  free (a->why);
  errno = a->error;
  return -1;
}

int
tool_opt_go (struct nbd_handle *h)
{
  struct answer a = { .call = "nbd_opt_go" };
  return await (h, nbd_aio_opt_go (h, completion (&a)), &a);
}

int
tool_opt_info (struct nbd_handle *h)
{
  struct answer a = { .call = "nbd_opt_info" };
  return await (h, nbd_aio_opt_info (h, completion (&a)), &a);
}

int
tool_opt_list (struct nbd_handle *h, nbd_list_callback list)
{
  struct answer a = { .call = "nbd_opt_list" };
  return await (h, nbd_aio_opt_list (h, list, completion (&a)), &a);
}

int
tool_opt_list_contexts (struct nbd_handle *h, nbd_context_callback context)
{
  struct answer a = { .call = "nbd_opt_list_meta_context_queries" };
  char *all[] = { NULL };
  int begun = nbd_aio_opt_list_meta_context_queries (h, all, context,
                                                     completion (&a));
  return await (h, begun, &a);
}
