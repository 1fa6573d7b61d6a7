/* SPDX-License-Identifier: MIT */
/* Debug messages of a handle. */

#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void
nbdi_debug (const struct nbdi_trace *trace, const char *fmt, ...)
{
  CLEANUP_FREE char *msg = NULL;
  va_list args;
  int saved_errno = errno;

  if (likely (!trace->on))
    return;
  nbdi_hold ();
  va_start (args, fmt);
  int r = vasprintf (&msg, fmt, args);
  va_end (args);
  if (r == -1)
    msg = NULL;
  else if (trace->callback.callback)
    NBDI_CALLBACK (trace->callback.callback (trace->callback.user_data,
                                             nbdi_context (), msg));
  else
    fprintf (stderr, "libnbd: debug: %s: %s: %s\n",
             trace->name ? trace->name : "?", nbdi_context (), msg);
  errno = saved_errno;
}
