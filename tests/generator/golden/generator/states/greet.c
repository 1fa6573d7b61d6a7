/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

#define HELLO_SIZE(l) ((l)->size)

/* A comment may say NEXT (NOWHERE), and so may a string. */
static const char *const text = "return NEXT (NOWHERE);";

/* Exchange greetings.
 * Then one option.
 */
GROUP (GREET)
  PHASE (CONNECTING)
  AFTER (l->patience -> .LOST)
  SPEC ("Handshake")

/* Receive the greeting. */
STATE (START)
  IO (RECV, HELLO_SIZE (l))
  ON (END_OF_STREAM -> ^CLOSED)
  GOES_TO (CHOOSE)
{
  return NEXT (CHOOSE);
}

/* Choose the group for an option; 9 is none. */
STATE (CHOOSE)
  DISPATCHES (OPTION)
  GOES_TO (ASK)
{
  if (l->option == 0)
    return FAIL (EINVAL, "option %d: %s", l->option,
                 text);
  /* return NEXT (NOWHERE); */
  return l->option == 9 ? NEXT (
    ASK
  ) : DISPATCH (l->option);
}

/* The same with a state for what nobody serves. */
STATE (ASK)
  DISPATCHES (OPTION)
  GOES_TO (.CLOSED)
{
  return DISPATCH (l->option, .CLOSED);
}

/* The option is done. */
STATE (DONE)
  GOES_TO (^TALK)
{
  if (l->bodies > 100) {
    if (!l->careless)
      nbdi_error (EPROTO, "%d bodies", l->bodies);
    return l->size == 0 ? GONE : FAILED;
  }
  return NEXT (^TALK);
}
