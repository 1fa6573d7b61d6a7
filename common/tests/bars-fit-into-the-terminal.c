/* SPDX-License-Identifier: MIT */
/* However narrow a terminal is, the line of a bar does not wrap.  Parts on the
 * right are left out first. */
#include <string.h>

#include "check.h"
#include "tool.h"

static const char *const fields[] = {
  " 1.5 GiB",
  ", 30 MiB/s",
  ", 1:20",
  NULL,
};

/* How many columns a line in UTF-8 takes. */
static int
width (const char *line)
{
  int n = 0;
  for (; *line != '\0'; line++)
    n += (*line & 0xc0) != 0x80;
  return n;
}

static int
count_fields (const char *line)
{
  int n = 0;
  while (fields[n] != NULL && strstr (line, fields[n]) != NULL)
    n++;
  for (int i = n; fields[i] != NULL; i++)
    CHECK (strstr (line, fields[i]) == NULL);
  return n;
}

static void
check_line (int columns, const char *wanted)
{
  char line[TOOL_BAR_MAX];
  check_case ("%d columns", columns);
  tool_bar_line (line, columns, 50, 0, fields);
  CHECK_STRING (line, wanted);
}

void
test (void)
{
  char line[TOOL_BAR_MAX];
  int fields_before = 0, width_before = 0;
  for (int columns = 0; columns <= 300; columns++)
    for (int percent = 0; percent <= 100; percent += 10) {
      check_case ("%d columns, %d%%", columns, percent);
      tool_bar_line (line, columns, percent, columns, fields);
      int most = columns > 1 ? columns - 1 : 1;
      CHECK (width (line) >= 1 && width (line) <= most);
      CHECK (width (line) >= width_before);
      CHECK (count_fields (line) >= fields_before);
      width_before = width (line);
      fields_before = count_fields (line);
    }
  CHECK_INT (fields_before, 3);

  check_line (0, "▝");
  check_line (1, "▝");
  check_line (2, "▝");
  check_line (5, " 50%");
  check_line (7, "▝  50%");
  check_line (19, "▝  50%");
  check_line (20, "▝  50% [*****-----]");
  check_line (27, "▝  50% [********---------]");
  check_line (28, "▝  50% [*****-----] 1.5 GiB");
  check_line (300, "▝  50% [********************--------------------]"
                   " 1.5 GiB, 30 MiB/s, 1:20");
}
