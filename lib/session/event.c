/* SPDX-License-Identifier: MIT */
/* Call the event callback of the program, for news of connections. */

#include "session/session.h"

#include <stdarg.h>
#include <stdio.h>

void
nbdi_tell (struct nbdi_session *s, unsigned event, int64_t value,
           const char *fmt, ...)
{
  char *text;
  va_list args;

  if (!s->trace.on && s->event.callback == NULL)
    return;
  va_start (args, fmt);
  if (vasprintf (&text, fmt, args) == -1)
    text = NULL;
  va_end (args);
  const char *shown = text ? text : nbdi_dots;
  nbdi_debug (&s->trace, "%s", shown);
  if (s->event.callback) {
    s->nr_events++;
    NBDI_CALLBACK (s->event.callback (s->event.user_data, event, shown,
                                      value));
  }
  free (text);
}
