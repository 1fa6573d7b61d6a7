/* SPDX-License-Identifier: MIT */

/* A buffer whose first bytes were consumed first moves the others to its
 * front, and grows only if that is not enough.  The test calls functions that
 * the library does not export. */

#include <string.h>

#include "base/base.h"
#include "check.h"

void
test (void)
{
  struct nbdi_bytes b = { 0 };

  CHECK_INT (nbdi_bytes_reserve (&b, 100), 0);
  size_t cap = b.cap;
  memset (b.buf, 'x', cap);
  memcpy (b.buf + 90, "0123456789", 10);
  b.pos = 90;
  b.end = cap;
  CHECK_INT (nbdi_bytes_reserve (&b, 50), 0);
  CHECK_INT (b.cap, cap);
  CHECK_INT (b.pos, 0);
  CHECK_INT (b.end, cap - 90);
  CHECK_BYTES (b.buf, 10, "0123456789", 10);

  b.pos = 1;
  CHECK_INT (nbdi_bytes_reserve (&b, cap), 0);
  CHECK (b.cap > cap);
  CHECK_INT (b.pos, 0);
  CHECK_BYTES (b.buf, 9, "123456789", 9);
  b.pos = b.end;
  nbdi_bytes_shrink (&b);
  CHECK (b.buf == NULL);
}
