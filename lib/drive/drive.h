/* SPDX-License-Identifier: MIT */
/* The layer that drives a handle's machine: threads, sleeping, waiting.
 * Only the generated wrappers take the handle's lock; all functions named
 * nbdi_ and all state bodies run with it held. */

#ifndef NBDI_DRIVE_H
#define NBDI_DRIVE_H

#include "machine/machine.h"

#include <poll.h>
#include <stdatomic.h>

struct nbdi_sleep;

/* Which thread drives, and which threads wait for the seat. */
struct nbdi_seat {
  bool taken;
  pthread_t owner; /* while it is taken */
  short events;    /* what the owner polls for in its sleep, else 0 */
  int wake_fd;     /* ends its sleep; -1: there is none */
  struct nbdi_waiter *first, **last;
  void (*thread_ends) (struct nbdi_sleep *s); /* the thread was cancelled */
};

/* See descriptor.c; -1 = there is none yet. */
struct nbdi_descriptor {
  int epoll, timer;
  pid_t owner;  /* the process that made them */
  uint64_t due; /* when the timer expires; 0: never */
};

/* Which connection got the last commands, and how many in a row. */
struct nbdi_turn {
  struct nbdi_link *link;
  unsigned nr;
};

struct nbd_handle {
  uint32_t magic;
  pthread_mutex_t lock;
  _Atomic uint32_t published; /* see publish.c */
  bool write_shown;           /* WRITE was shown, and no notify_write came */
  _Atomic uintptr_t private_data;
  struct nbdi_session session;
  struct nbdi_link link;
  struct nbdi_seat seat;
  struct nbdi_descriptor descriptor;
  struct nbdi_turn turn;
};

/* The links of a handle form a circular list, which begins with the link
 * inside the handle. */
#define NBDI_MAX_LINKS 16
#define NBDI_EACH_LINK(h, l)                                             \
  for (struct nbdi_link *l = (struct nbdi_link *) &(h)->link; l != NULL; \
       l = nbdi_next_link (h, l))

static inline struct nbdi_link *
nbdi_next_link (const struct nbd_handle *h, struct nbdi_link *l)
{
  return likely (l->next == &h->link) ? NULL : l->next;
}

/* phase.c: the phase of the handle as a whole.  Once it was connected, it
 * stays so while links come and go. */
extern unsigned nbdi_phase_of_links (const struct nbd_handle *h);
extern void nbdi_share_fate (struct nbd_handle *h);

static inline unsigned
nbdi_handle_phase (const struct nbd_handle *h)
{
  unsigned phase = nbdi_phase (&h->link);

  return likely (!h->session.lasting) || phase == NBDI_PHASE_CONNECTED
           ? phase
           : nbdi_phase_of_links (h);
}

static inline bool
nbdi_phase_in (const struct nbd_handle *h, unsigned phases)
{
  return (nbdi_handle_phase (h) & phases) != 0;
}

/* What both sides agreed upon. */
static inline const struct nbdi_agreement *
nbdi_agreed (const struct nbd_handle *h)
{
  return h->session.promised ? &h->session.agreed : &h->link.agreed;
}

/* publish.c: what queries read without the lock.  Phase, readiness and
 * direction are in one word, so that they are consistent. */
#define NBDI_PUBLISHED_PHASE 0x00ffu
#define NBDI_PUBLISHED_READY 0x0100u
#define NBDI_PUBLISHED_DIRECTION_SHIFT 12
extern void nbdi_publish (struct nbd_handle *h);
extern unsigned nbdi_wanted_direction (const struct nbdi_link *l);
extern bool nbdi_link_can_go_on (const struct nbdi_link *l);
extern bool nbdi_can_go_on (const struct nbd_handle *h);
extern unsigned nbdi_shown_direction (const struct nbd_handle *h);

/* fatal.c: errors for calls in the wrong phase, and why the handle died. */
extern int nbdi_check_phase (struct nbd_handle *h, unsigned phases);
extern int nbdi_not_now (struct nbd_handle *h, int errnum, const char *what);
extern void nbdi_add_child_end (struct nbd_handle *h);
extern void nbdi_await_child_end (struct nbd_handle *h);
extern void nbdi_fatal_error (struct nbd_handle *h);

/* sleep.c: sleeping in poll(2), or in the queue for the seat. */
struct nbdi_sleep {
  struct nbd_handle *h;
  bool unlocked;      /* others may use the handle meanwhile */
  bool stays;         /* the thread must not be cancelled here */
  struct pollfd *fds; /* or NULL: until the waiter is woken */
  unsigned nr_fds;
  int timeout_ms;
  struct nbdi_waiter *waiter; /* while another thread drives, or NULL */
  const struct timespec *end;
};
extern int nbdi_sleep (struct nbdi_sleep *s);

/* serve.c: running the machine of a link.  How often one call may read a
 * socket that always has more data: a fast server must not starve the
 * program's other handles. */
#define NBDI_MAX_RECEIVES 8
extern void nbdi_serve (struct nbd_handle *h, struct nbdi_link *l,
                        unsigned receives, unsigned limit);
extern void nbdi_serve_all (struct nbd_handle *h, unsigned limit);
extern void nbdi_flush (struct nbd_handle *h);
extern void nbdi_writable (struct nbdi_link *l);
extern bool nbdi_has_to_send (const struct nbdi_link *l);

/* round.c: one sleep, and acting on its result. */
extern int nbdi_drive_result (struct nbd_handle *h, unsigned phase_before);
extern int nbdi_wait_once (struct nbd_handle *h, int fd, int timeout_ms,
                           const struct timespec *end, unsigned limit);

/* drive.c: moving the machine. */
typedef bool nbdi_condition (const struct nbd_handle *h, void *opaque);
extern int nbdi_drive_until (struct nbd_handle *h, nbdi_condition *done,
                             void *opaque);
extern int nbdi_poll_once (struct nbd_handle *h, int fd, int timeout_ms,
                           const struct timespec *end);
extern int nbdi_descriptor_event (struct nbd_handle *h, unsigned phase);
extern int nbdi_send_held_back (struct nbd_handle *h);
extern int nbdi_read_event (struct nbd_handle *h, unsigned phase);
extern int nbdi_write_event (struct nbd_handle *h, unsigned phase);
extern void nbdi_hang_up (struct nbd_handle *h);

static inline bool
nbdi_seat_is_others (const struct nbd_handle *h)
{
  return h->seat.taken && !pthread_equal (h->seat.owner, pthread_self ());
}

/* wake.c */
extern void nbdi_nudge_driver (struct nbd_handle *h);
extern int nbdi_wake_descriptor (struct nbd_handle *h);
extern void nbdi_was_woken (struct nbd_handle *h, short revents);

/* seat.c: who drives. */
extern void nbdi_sit_down (struct nbd_handle *h);
extern void nbdi_take_seat (struct nbd_handle *h);
extern int nbdi_take_seat_until (struct nbd_handle *h,
                                 const struct timespec *end, bool stays);
extern void nbdi_leave_seat (struct nbd_handle *h);
extern void nbdi_offer_seat (struct nbd_handle *h);
extern void nbdi_leave_queue (struct nbd_handle *h, struct nbdi_waiter *w);
extern void nbdi_end_watch (struct nbd_handle *h, struct nbdi_waiter *w);
extern int nbdi_wait_for_driver (struct nbd_handle *h, struct nbdi_waiter *w,
                                 bool is_unsent, const struct timespec *end);

/* links.c: several connections. */
extern void nbdi_open_link (struct nbd_handle *h);
extern void nbdi_close_link (struct nbdi_link *l);
extern void nbdi_free_link (struct nbdi_link *l);

/* timers.c, descriptor.c, cancel.c: for handles that stay connected or have
 * deadlines. */
extern uint64_t nbdi_next_due (struct nbd_handle *h);
extern int nbdi_sleep_ms (uint64_t due, int timeout_ms,
                          const struct timespec *end);
extern void nbdi_do_due (struct nbd_handle *h);
extern int nbdi_one_descriptor (struct nbd_handle *h);
extern void nbdi_update_descriptor (struct nbd_handle *h);
extern void nbdi_close_descriptor (struct nbd_handle *h);
extern bool nbdi_is_drained (struct nbd_handle *h);
extern int nbdi_end_command (struct nbd_handle *h, struct nbdi_command *c,
                             int error, const char *fmt, ...)
  NBDI_PRINTF (4, 5);
extern bool nbdi_cancel_blocking (struct nbd_handle *h);
extern bool nbdi_cancel_cookie (struct nbd_handle *h, uint64_t cookie);

/* interrupt.c: the interrupt callback, asked while a call waits. */
extern bool nbdi_is_interrupted (struct nbd_handle *h);
extern const struct timespec *nbdi_next_question (const struct nbd_handle *h,
                                                  struct timespec *then);
extern void nbdi_interrupted_error (void);
extern void nbdi_interrupt_command (struct nbd_handle *h,
                                    struct nbdi_command *c);

/* wait.c: waiting in blocking calls. */
extern int nbdi_wait_command (struct nbd_handle *h, int64_t cookie);
extern int nbdi_wait_option (struct nbd_handle *h);
extern int nbdi_wait_connected (struct nbd_handle *h);
extern void nbdi_thread_ends (struct nbdi_sleep *s);

/* issue.c, begin.c, result.c: the beginning and the end of commands. */
extern void nbdi_begin_command (struct nbd_handle *h, struct nbdi_command *c);
extern bool nbdi_strict (const struct nbd_handle *h, uint32_t flag);
extern int64_t nbdi_queue (struct nbd_handle *h, struct nbdi_command *init,
                           nbd_completion_callback *completion);
extern int64_t nbdi_issue (struct nbd_handle *h, uint16_t type,
                           uint64_t count, uint64_t offset,
                           nbd_completion_callback *completion,
                           uint32_t flags);
extern int nbdi_result_of_command (struct nbd_handle *h,
                                   struct nbdi_command *c);

#endif /* NBDI_DRIVE_H */
