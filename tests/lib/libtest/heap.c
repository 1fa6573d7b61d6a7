/* SPDX-License-Identifier: MIT */
/* Ask glibc, since 2.33, how much memory is in use.  AddressSanitizer has its
 * own malloc, which does not tell. */
#include <config.h>

#include "heap.h"

#if defined HAVE_MALLINFO2 && !defined __SANITIZE_ADDRESS__
#include <malloc.h>

const int heap_is_known = 1;

size_t
heap_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}
#else
const int heap_is_known = 0;

size_t
heap_in_use (void)
{
  return 0;
}
#endif
