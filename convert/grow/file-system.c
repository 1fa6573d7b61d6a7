/* SPDX-License-Identifier: MIT */
/* File systems that grow with their partition. */
#include <config.h>

#include "disk/table.h"
#include "grow/file-system.h"

int
file_system_look (struct disk *d, uint64_t start, uint64_t length,
                  struct file_system *f, char **why)
{
  (void) d;
  (void) start;
  (void) length;
  (void) why;
  *f = (struct file_system) { 0 };
  return 0;
}

int
file_system_can_grow (bool served, char **why)
{
  (void) served;
  return table_fault (why, "this nbdconvert cannot grow file systems");
}

int
file_system_grow (int fd, uint64_t start, uint64_t length, char **why)
{
  (void) fd;
  (void) start;
  (void) length;
  return table_fault (why, "this nbdconvert cannot grow file systems");
}

int
file_system_grow_served (const struct tool_endpoint *at, uint64_t start,
                         uint64_t length, char **why)
{
  (void) at;
  return file_system_grow (-1, start, length, why);
}
