/* SPDX-License-Identifier: MIT */
/* What has to be done at a certain time although no socket is ready:
 * deadlines of the machine and of commands, and the end of ghosts. */

#include "drive/drive.h"

#include <errno.h>
#include <poll.h>

/* How often to ask whether a server's process has ended, while a command
 * waits for that. */
#define LOOK_PAUSE UINT64_C (20000000)

/* Who looks so long after a deadline was probably stopped. */
#define LATE UINT64_C (100000000)

/* When the next command that a ghost holds may be released. */
static uint64_t
next_release (struct nbd_handle *h)
{
  const struct nbdi_session *s = &h->session;

  if (s->cmds.waiting.nr == 0 || s->ghosts.nr == 0)
    return 0;
  return nbdi_earlier (s->ghosts.next_expiry, nbdi_now () + LOOK_PAUSE);
}

/* When something is due next; 0: never. */
uint64_t
nbdi_next_due (struct nbd_handle *h)
{
  uint64_t due;

  if (!h->session.lasting)
    return 0;
  due = nbdi_earlier (h->session.cmds.next_expiry, next_release (h));
  NBDI_EACH_LINK (h, l)
  due = nbdi_earlier (due, nbdi_next_deadline (l));
  return due;
}

/* How long poll(2) may sleep, in milliseconds (-1: for ever): until `due`
 * if that is not 0, for `timeout_ms`, and until `end` if there is one. */
int
nbdi_sleep_ms (uint64_t due, int timeout_ms, const struct timespec *end)
{
  int left = timeout_ms < 0 ? -1 : nbdi_time_left (end);

  if (due == 0)
    return left;
  /* A deadline is never further away than an int of milliseconds, the type
   * of the settings. */
  uint64_t now = nbdi_now ();
  uint64_t ms = due <= now ? 0 : (due - now + 999999) / 1000000;
  return left < 0 || ms < (unsigned) left ? (int) ms : left;
}

/* End the commands of a list whose timeout has passed. */
static void
expire_list (struct nbd_handle *h, struct nbdi_list *list, uint64_t now)
{
  struct nbdi_command *c, *next;

  for (c = list->first; c != NULL; c = next) {
    next = c->next;
    if (c->expires == 0 || c->internal)
      continue;
    if (c->expires <= now
        && nbdi_end_command (h, c, ETIMEDOUT,
                             "no reply within the %g s that a command may "
                             "take",
                             (double) h->session.settings.command_timeout
                               / 1000)
             == 0)
      continue;
    /* Without memory, try again later. */
    if (c->expires <= now)
      c->expires = now + LOOK_PAUSE;
    h->session.cmds.next_expiry = nbdi_earlier (h->session.cmds.next_expiry,
                                                c->expires);
  }
}

static void
expire_commands (struct nbd_handle *h)
{
  struct nbdi_commands *cmds = &h->session.cmds;
  uint64_t now = nbdi_now ();

  if (!nbdi_passed (cmds->next_expiry))
    return;
  cmds->next_expiry = 0;
  NBDI_EACH_LINK (h, l)
  {
    expire_list (h, &l->lane.sent, now);
    expire_list (h, &l->lane.queue, now);
  }
  expire_list (h, &cmds->waiting, now);
  expire_list (h, &cmds->settling, now);
}

/* The program may not have driven the handle for so long, for instance
 * because it was in a callback.  So see whether data has arrived; the next
 * round reads it.  If the program was stopped, the server may have been
 * stopped with it, and is given the time once more. */
static void
look_before_silence (struct nbdi_link *l)
{
  uint64_t ends = nbdi_silence_ends (l);

  if (!nbdi_passed (ends))
    return;
  struct pollfd fd = { .fd = l->channel.sock, .events = POLLIN };
  if (poll (&fd, 1, 0) > 0)
    nbdi_begin_silence (&l->channel);
  else if (!l->channel.excused && nbdi_passed (ends + LATE)) {
    nbdi_begin_silence (&l->channel);
    l->channel.excused = true;
  }
}

/* Do what is due. */
void
nbdi_do_due (struct nbd_handle *h)
{
  struct nbdi_session *s = &h->session;

  if (!s->lasting)
    return;
  expire_commands (h);
  NBDI_EACH_LINK (h, l)
  {
    look_before_silence (l);
    nbdi_event (l, NBDI_EVENT_AFTER);
  }
  if (s->cmds.waiting.nr > 0 && s->ghosts.nr > 0)
    nbdi_lay_ghosts (&s->ghosts, nbdi_now ());
}
