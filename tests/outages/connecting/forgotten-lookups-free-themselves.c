/* SPDX-License-Identifier: MIT */

/* A lookup whose result is not needed any more frees the result when it
 * comes.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <netdb.h>
#include <semaphore.h>

#include "check.h"
#include "reach/reach.h"
#include "wrap.h"

static sem_t may_answer, freed;

WRAPPER (int, getaddrinfo,
         (const char *host, const char *port, const struct addrinfo *hints,
          struct addrinfo **list))
{
  (void) host;
  while (sem_wait (&may_answer) == -1)
    ;
  return __real_getaddrinfo ("127.0.0.1", port, hints, list);
}

WRAPPER (void, freeaddrinfo, (struct addrinfo * list))
{
  __real_freeaddrinfo (list);
  sem_post (&freed);
}

void
test (void)
{
  CHECK_OK (sem_init (&may_answer, 0, 0));
  CHECK_OK (sem_init (&freed, 0, 0));
  struct nbdi_lookup *l = nbdi_begin_lookup ("nbd.example", "10809");
  CHECK (l != NULL);
  CHECK (nbdi_answer_of (l) == NULL);
  nbdi_forget_lookup (l);
  CHECK_OK (sem_post (&may_answer));
  while (sem_wait (&freed) == -1)
    ;
}
