/* SPDX-License-Identifier: MIT */
/* Memory for payloads.  Sizes are rounded up to one of four in each power of
 * two, so at most a fifth of it is not needed. */

#include "session/unsettled.h"

#define SMALLEST 512
#define LARGEST (UINT64_C (64) * 1024 * 1024)

/* The class of payloads with so many bytes, at least one, and their memory. */
static uint32_t
class_of (uint64_t count, uint64_t *memory)
{
  uint32_t class = 0;
  uint64_t size = SMALLEST;

  if (count > SMALLEST) {
    int log = 63 - __builtin_clzll (count - 1);
    uint32_t quarter = (count - 1) >> (log - 2) & 3;
    size = (uint64_t) (quarter + 5) << (log - 2);
    class = 1 + (uint32_t) (log - 9) * 4 + quarter;
  }
  *memory = sizeof (struct nbdi_copy) + size;
  return class;
}

/* The memory that a payload of so many bytes takes. */
uint64_t
nbdi_copy_memory (uint64_t count)
{
  uint64_t memory;

  class_of (count, &memory);
  return memory;
}

/* NULL without memory, and for more than any command has. */
struct nbdi_copy *
nbdi_new_copy (struct nbdi_copies *p, uint64_t count)
{
  uint64_t memory;
  uint32_t class = class_of (count, &memory);

  if (count > LARGEST)
    return NULL;
  struct nbdi_copy *copy = p->spare[class];
  if (copy != NULL) {
    p->spare[class] = copy->next;
    p->spared -= memory;
  }
  else {
    copy = malloc (memory);
    if (copy == NULL)
      return NULL;
    copy->class = class;
    copy->memory = memory;
  }
  copy->users = 1;
  p->used += memory;
  return copy;
}

/* One user less; the last one leaves the memory for reuse. */
void
nbdi_put_copy (struct nbdi_copies *p, struct nbdi_copy *copy)
{
  if (copy == NULL || --copy->users > 0)
    return;
  p->used -= copy->memory;
  p->spared += copy->memory;
  copy->next = p->spare[copy->class];
  p->spare[copy->class] = copy;
}

void
nbdi_trim_copies (struct nbdi_copies *p)
{
  for (size_t class = 0; p->spared > 0; class ++)
    while (p->spare[class] != NULL) {
      struct nbdi_copy *copy = p->spare[class];
      p->spare[class] = copy->next;
      p->spared -= copy->memory;
      free (copy);
    }
}
