/* SPDX-License-Identifier: MIT */

/* The same replies in the three reply styles. */

#ifndef STYLES_H
#define STYLES_H

#include "check.h"
#include "client.h"
#include "server.h"

#define FOR_EACH_STYLE(style, run)                   \
  do {                                               \
    static const char *const names[] = {             \
      "simple",                                      \
      "structured",                                  \
      "extended",                                    \
    };                                               \
    static int style; /* survives a failed row */    \
                                                     \
    for (style = SIMPLE; style <= EXTENDED; style++) \
      if (ROW (names[style]))                        \
        run (style);                                 \
  } while (0)

/* The reply of a command without data that succeeded. */
static inline void
say_success (struct server *s, enum style style, int cookie, int offset)
{
  if (style == SIMPLE)
    server_say (s, "simple 0 %d", cookie);
  else if (style == STRUCTURED)
    server_say (s, "chunk DONE NONE %d", cookie);
  else
    server_say (s, "xchunk DONE NONE %d %d", cookie, offset);
}

static inline void
say_error (struct server *s, enum style style, int cookie, int offset,
           const char *name)
{
  if (style == SIMPLE)
    server_say (s, "simple %s %d", name, cookie);
  else if (style == STRUCTURED)
    server_say (s, "chunk DONE ERROR %d u32 %s text \"\"", cookie, name);
  else
    server_say (s, "xchunk DONE ERROR %d %d u32 %s text \"\"", cookie, offset,
                name);
}

/* The reply to a read of len bytes of the test disk. */
static inline void
say_data (struct server *s, enum style style, int cookie, int offset, int len)
{
  if (style == SIMPLE)
    server_say (s, "simple 0 %d pattern %d %d", cookie, offset, len);
  else if (style == STRUCTURED)
    server_say (s, "chunk DONE OFFSET_DATA %d u64 %d pattern %d %d", cookie,
                offset, offset, len);
  else
    server_say (s, "xchunk DONE OFFSET_DATA %d %d u64 %d pattern %d %d",
                cookie, offset, offset, offset, len);
}

/* The length of a request's header. */
static inline size_t
request_size (enum style style)
{
  return style == EXTENDED ? 32 : 28;
}

#endif /* STYLES_H */
