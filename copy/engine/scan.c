/* SPDX-License-Identifier: MIT */
/* Whether memory is all zeroes.  In most data one of the first bytes is not
 * zero, so these are checked before vector instructions are used. */
#include <config.h>

#include <stdbool.h>
#include <string.h>

#include "engine/scan.h"

static bool
words_are_zero (const unsigned char *p, size_t n)
{
  for (; n >= 32; p += 32, n -= 32) {
    uint64_t w[4];
    memcpy (w, p, sizeof w);
    if ((w[0] | w[1] | w[2] | w[3]) != 0)
      return false;
  }
  unsigned char rest = 0;
  while (n > 0)
    rest |= p[--n];
  return rest == 0;
}

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>

__attribute__ ((target ("avx2"))) static bool
avx2_is_zero (const unsigned char *p, size_t n)
{
  for (; n >= 256; p += 256, n -= 256) {
    const __m256i *v = (const __m256i *) p;
    __m256i a = _mm256_or_si256 (_mm256_loadu_si256 (v),
                                 _mm256_loadu_si256 (v + 1));
    __m256i b = _mm256_or_si256 (_mm256_loadu_si256 (v + 2),
                                 _mm256_loadu_si256 (v + 3));
    __m256i c = _mm256_or_si256 (_mm256_loadu_si256 (v + 4),
                                 _mm256_loadu_si256 (v + 5));
    __m256i d = _mm256_or_si256 (_mm256_loadu_si256 (v + 6),
                                 _mm256_loadu_si256 (v + 7));
    a = _mm256_or_si256 (_mm256_or_si256 (a, b), _mm256_or_si256 (c, d));
    if (!_mm256_testz_si256 (a, a))
      return false;
  }
  return words_are_zero (p, n);
}

static bool
has_vectors (void)
{
  return __builtin_cpu_supports ("avx2");
}
#else
static bool
avx2_is_zero (const unsigned char *p, size_t n)
{
  return words_are_zero (p, n);
}

static bool
has_vectors (void)
{
  return false;
}
#endif

bool
is_zero (const void *buffer, size_t length)
{
  const unsigned char *p = buffer;
  size_t first = length < 16 ? length : 16;

  for (size_t i = 0; i < first; i++)
    if (p[i] != 0)
      return false;
  if (has_vectors ())
    return avx2_is_zero (p + first, length - first);
  return words_are_zero (p + first, length - first);
}
