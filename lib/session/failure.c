/* SPDX-License-Identifier: MIT */
/* What went wrong with a command. */

#include "session/session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Only the first error of a command is kept for the program. */
void
nbdi_fail_command (struct nbdi_session *s, struct nbdi_command *c, int error,
                   const char *fmt, ...)
{
  char *why;
  va_list args;

  if (c->error != 0 && !s->trace.on)
    return;
  va_start (args, fmt);
  if (vasprintf (&why, fmt, args) == -1)
    why = NULL;
  va_end (args);
  nbdi_debug (&s->trace, "%s: %s", nbdi_command_name (c->type),
              why ? why : "out of memory");
  if (c->error != 0)
    free (why);
  else {
    c->error = error;
    c->why = why;
  }
}

/* The server replied with an error, and perhaps with a text (`more`).  If it
 * shuts down, another run of it may carry out the command. */
void
nbdi_server_failed (struct nbdi_session *s, struct nbdi_command *c, int error,
                    uint32_t wire, const char *more)
{
  c->refused |= c->error == 0 && wire == NBD_ESHUTDOWN;
  if (!nbdi_has_range (c->type))
    nbdi_fail_command (s, c, error, "the server reported error %" PRIu32 "%s",
                       wire, more);
  else
    nbdi_fail_command (s, c, error,
                       "the server reported error %" PRIu32 " for %" PRIu64
                       " bytes at offset %" PRIu64 "%s",
                       wire, c->count, c->offset, more);
}
