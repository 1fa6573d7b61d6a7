/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <errno.h>

#define HELLO_SIZE(h) ((h)->size)

/* A comment may say NEXT (NOWHERE), and so may a string. */
static const char *const text = "return NEXT (NOWHERE);";

/* Exchange greetings.
 * Then one option.
 */
GROUP (GREET)
  PHASE (CONNECTING)
  AFTER (h->patience -> .LOST)
  SPEC ("Handshake")

/* Receive the greeting. */
STATE (START)
  IO (RECV, HELLO_SIZE (h))
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
  if (h->option == 0)
    return FAIL (EINVAL, "option %d: %s", h->option,
                 text);
  /* return NEXT (NOWHERE); */
  return h->option == 9 ? NEXT (
    ASK
  ) : DISPATCH (h->option);
}

/* The same with a state for what nobody serves. */
STATE (ASK)
  DISPATCHES (OPTION)
  GOES_TO (.CLOSED)
{
  return DISPATCH (h->option, .CLOSED);
}

/* The option is done. */
STATE (DONE)
  GOES_TO (^TALK)
{
  if (h->bodies > 100) {
    if (!h->careless)
      nbdi_error (EPROTO, "%d bodies", h->bodies);
    return FAILED;
  }
  return NEXT (^TALK);
}
