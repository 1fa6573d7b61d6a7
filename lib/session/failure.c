/* SPDX-License-Identifier: MIT */
/* What went wrong with a command. */

#include "session/session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* For messages. */
const char *
nbdi_command_name (uint16_t type)
{
  switch (type) {
  case NBD_CMD_READ: return "read";
  case NBD_CMD_WRITE: return "write";
  case NBD_CMD_DISC: return "disconnect";
  case NBD_CMD_FLUSH: return "flush";
  case NBD_CMD_TRIM: return "trim";
  case NBD_CMD_CACHE: return "cache";
  case NBD_CMD_WRITE_ZEROES: return "write-zeroes";
  case NBD_CMD_BLOCK_STATUS: return "block-status";
  default: return "unknown command";
  }
}

/* The first error wins, and is what the program is told of. */
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

/* The server said that the command failed, and perhaps more. */
void
nbdi_server_failed (struct nbdi_session *s, struct nbdi_command *c, int error,
                    uint32_t wire, const char *more)
{
  if (c->type == NBD_CMD_FLUSH)
    nbdi_fail_command (s, c, error, "the server reported error %" PRIu32 "%s",
                       wire, more);
  else
    nbdi_fail_command (s, c, error, "the server reported error %" PRIu32
                       " for %" PRIu64 " bytes at offset %" PRIu64 "%s",
                       wire, c->count, c->offset, more);
}
