/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

/* A chunk without a payload, which only ends a reply. */
GROUP (TRANSMISSION.REPLY.CHUNK.NONE)
  CHUNK (NBD_REPLY_TYPE_NONE)
  LENGTH (NBD_REPLY_TYPE_NONE, 0)
  SPEC ("Structured reply types")

/* Check that the chunk is the last of its reply. */
STATE (START)
  GOES_TO (^FINISH)
{
  struct nbdi_command *c = l->reply.command;

  if (unlikely ((l->reply.chunk.flags & NBD_REPLY_FLAG_DONE) == 0))
    nbdi_fail_command (s, c, EPROTO,
                       "reply chunk: an empty one that is not "
                       "the last is no answer to %s",
                       nbdi_command_name (c->type));
  return NEXT (^FINISH);
}
