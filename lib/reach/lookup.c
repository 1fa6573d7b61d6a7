/* SPDX-License-Identifier: MIT */
/* Looking up a name.  A resolver that cannot be reached, as in most network
 * outages, takes long to fail, and a program must not wait for that.  So
 * when a name is looked up again, a thread of its own asks.  If the answer
 * is not needed any more when it comes, the thread frees the record;
 * otherwise the handle does. */

#include "reach/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum state { ASKING, ANSWERED, FORGOTTEN };

struct nbdi_lookup {
  _Atomic int state; /* enum state */
  char *host, *port;
  struct nbdi_answer answer;
};

static void
free_lookup (struct nbdi_lookup *l)
{
  nbdi_free_answer (&l->answer);
  free (l->host);
  free (l->port);
  free (l);
}

static void *
ask (void *opaque)
{
  struct nbdi_lookup *l = opaque;

  nbdi_look_up (l->host, l->port, &l->answer);
  if (atomic_exchange (&l->state, ANSWERED) == FORGOTTEN)
    free_lookup (l);
  return NULL;
}

/* Signals are for the program's threads. */
static bool
start_thread (struct nbdi_lookup *l)
{
  pthread_attr_t attr;
  pthread_t thread;
  sigset_t all, old;

  if (pthread_attr_init (&attr) != 0)
    return false;
  pthread_attr_setdetachstate (&attr, PTHREAD_CREATE_DETACHED);
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  int r = pthread_create (&thread, &attr, ask, l);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  pthread_attr_destroy (&attr);
  return r == 0;
}

void
nbdi_look_up (const char *host, const char *port, struct nbdi_answer *answer)
{
  const struct addrinfo hints = {
    .ai_family = AF_UNSPEC,
    .ai_socktype = SOCK_STREAM,
  };

  answer->list = NULL;
  answer->error = getaddrinfo (host, port, &hints, &answer->list);
  answer->errnum = answer->error == EAI_SYSTEM ? errno : 0;
  if (answer->error != 0)
    answer->list = NULL;
}

void
nbdi_free_answer (struct nbdi_answer *answer)
{
  if (answer->list != NULL)
    freeaddrinfo (answer->list);
  answer->list = NULL;
}

bool
nbdi_is_numeric (const char *host)
{
  struct in_addr a;

  return strchr (host, ':') != NULL || inet_pton (AF_INET, host, &a) == 1;
}

struct nbdi_lookup *
nbdi_begin_lookup (const char *host, const char *port)
{
  struct nbdi_lookup *l = calloc (1, sizeof *l);

  if (l == NULL)
    return NULL;
  l->host = strdup (host);
  l->port = strdup (port);
  if (l->host != NULL && l->port != NULL && start_thread (l))
    return l;
  free_lookup (l);
  return NULL;
}

const struct nbdi_answer *
nbdi_answer_of (const struct nbdi_lookup *l)
{
  return l != NULL && l->state == ANSWERED ? &l->answer : NULL;
}

void
nbdi_forget_lookup (struct nbdi_lookup *l)
{
  if (l != NULL && atomic_exchange (&l->state, FORGOTTEN) == ANSWERED)
    free_lookup (l);
}
