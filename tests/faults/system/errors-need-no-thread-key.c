/* SPDX-License-Identifier: MIT */
/* A program may have used up all keys of thread-specific data.  The library
 * then uses no key, because any key would belong to other code, and still
 * reports its errors.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <pthread.h>

#include "check.h"
#include "client.h"
#include "wrap.h"

static unsigned asked;

WRAPPER (int, pthread_key_create,
         (pthread_key_t *key __attribute__ ((unused)), void (*destroy) (void *)
          __attribute__ ((unused))))
{
  asked++;
  return EAGAIN;
}

WRAPPER (int, pthread_setspecific,
         (pthread_key_t key, const void *value __attribute__ ((unused))))
{
  FAIL ("key %u is set", key);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_FAILS (nbd_get_size (h), ENOTCONN, "nbd_get_size: ");
  CHECK_INT (asked, 1);
  nbd_close (h);
}
