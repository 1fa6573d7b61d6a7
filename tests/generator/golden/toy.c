/* SPDX-License-Identifier: MIT */
/* Drive the golden machine and print all that it does. */

#include "machine/machine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static unsigned taken, errors;
static uint64_t now = 1;
static struct nbdi_session session;

void
toy_cover (enum nbdi_state from, enum nbdi_event event, int to)
{
  if (to == NBDI_WAIT)
    return;
  taken++;
  if (from >= NBDI_NR_STATES || to >= NBDI_NR_STATES ||
      (event != NBDI_NO_EVENT && event >= NBDI_NR_EVENTS))
    printf ("  covered a state that is none\n");
}

unsigned
nbdi_error_count (void)
{
  return errors;
}

void
nbdi_option_result (struct nbdi_link *l, int value, int error)
{
  l->result = error ? -1 : value;
}

void
nbdi_error (int errnum, const char *fmt, ...)
{
  va_list args;

  errors++;
  va_start (args, fmt);
  printf ("  error %s: ", errnum == EPROTO ? "EPROTO" :
          errnum == EINVAL ? "EINVAL" : "of an unexpected number");
  vprintf (fmt, args);
  printf ("\n");
  va_end (args);
}

bool
nbdi_passed (uint64_t deadline)
{
  return deadline != 0 && deadline <= now;
}

uint64_t
nbdi_earlier (uint64_t a, uint64_t b)
{
  return a == 0 || (b != 0 && b < a) ? b : a;
}

void
nbdi_debug (const struct nbdi_trace *trace, const char *fmt, ...)
{
  va_list args;

  (void) trace;
  va_start (args, fmt);
  printf ("  -> ");
  vprintf (fmt, args);
  printf ("\n");
  va_end (args);
}

void
nbdi_lost (struct nbdi_link *l, int errnum, const char *call)
{
  (void) l;
  errors++;
  if (errnum == 0)
    printf ("  error: unexpected end\n");
  else
    printf ("  error: %s lost it\n", call);
}

static int
next_io (const char **script)
{
  switch (**script) {
  case '\0':
    return NBDI_IO_WAIT;
  case 'R':
    ++*script;
    return NBDI_IO_READY;
  case 'E':
    ++*script;
    return NBDI_IO_END;
  case 'L':
    ++*script;
    return NBDI_IO_LOST;
  default:
    ++*script;
    errors++;
    return NBDI_IO_FAILED;
  }
}

int
nbdi_io_recv (struct nbdi_link *l, size_t n)
{
  printf ("  recv %zu\n", n);
  return next_io (&l->in);
}

int
nbdi_io_fill (struct nbdi_link *l)
{
  printf ("  fill\n");
  return next_io (&l->in);
}

int
nbdi_io_send (struct nbdi_link *l)
{
  printf ("  send\n");
  return next_io (&l->out);
}

static void
show (const struct nbdi_link *l)
{
  printf ("  phase %#x direction %u %s, bodies %d, \"%s\", \"%s\"\n",
          nbdi_phase (l), nbdi_direction (l), nbdi_idle (l) ? "idle" : "busy",
          l->bodies, nbdi_state_text (l), nbdi_state_when (l));
}

static void
event (struct nbdi_link *l, const char *name, enum nbdi_event ev)
{
  printf (" event %s\n", name);
  printf ("  %s\n", nbdi_event (l, ev) ? "taken" : "ignored");
  show (l);
}

#define EVENT(l, name) event (l, #name, NBDI_EVENT_##name)

static void
run (struct nbdi_link *l, const char *in, const char *out)
{
  printf (" run, in \"%s\", out \"%s\"\n", in, out);
  l->in = in;
  l->out = out;
  nbdi_run (l);
  show (l);
}

static struct nbdi_link
toy (const char *title, int option)
{
  printf ("%s\n", title);
  session.trace.on = true;
  return (struct nbdi_link) {
    .session = &session, .lost_errno = EPIPE, .lost_sending = true, .size = 4,
    .option = option, .in = "", .out = "",
  };
}

static struct nbdi_link
talking (const char *title)
{
  struct nbdi_link l = toy (title, 1);

  session.trace.on = false;
  l.in = "R";
  nbdi_event (&l, NBDI_EVENT_OPEN);
  session.trace.on = true;
  show (&l);
  return l;
}

static void
bodies_run_once (void)
{
  struct nbdi_link l = toy ("A waiting body runs once; IO is tried again.", 1);

  show (&l);
  run (&l, "", "");
  run (&l, "", "");
  EVENT (&l, SPEAK);
  EVENT (&l, OPEN);
  run (&l, "", "");
  run (&l, "R", "");
}

static void
dispatching (void)
{
  struct nbdi_link l = toy ("DISPATCH finds the group of an option.", 3);

  EVENT (&l, OPEN);
  run (&l, "R", "R");
  l = toy ("Without such a group it fails.", 4);
  l.in = "R";
  EVENT (&l, OPEN);
  l = toy ("A path for other values is taken instead.", 9);
  l.in = "R";
  EVENT (&l, OPEN);
}

static void
failing (void)
{
  struct nbdi_link l = toy ("FAIL leads to DEAD.", 0);

  l.in = "R";
  EVENT (&l, OPEN);
  run (&l, "R", "R");
  l = toy ("FAILED leads to DEAD.", 2);
  l.in = "R";
  l.bodies = 101;
  EVENT (&l, OPEN);
  l = toy ("IO that fails leads to DEAD.", 2);
  l.in = "F";
  EVENT (&l, OPEN);
  l = toy ("The end of the stream leads to its ON.", 2);
  l.in = "E";
  EVENT (&l, OPEN);
  l = talking ("Or to DEAD where there is none.");
  run (&l, "RE", "");
}

static void
regions (void)
{
  struct nbdi_link l = talking ("Regions run in order, each by itself.");

  run (&l, "RR", "");
  run (&l, "R", "");
  EVENT (&l, SPEAK);
  run (&l, "R", "R");
  EVENT (&l, SPEAK);
  run (&l, "", "R");
  EVENT (&l, NOTIFY_WRITE);
  EVENT (&l, NOTIFY_READ);
  EVENT (&l, LEAVE);
  run (&l, "R", "R");
  l = talking ("A region that fails ends the composite.");
  l.out = "F";
  EVENT (&l, SPEAK);
  EVENT (&l, LEAVE);
}

static void
wait_until (struct nbdi_link *l, uint64_t time)
{
  now = time;
  printf (" at %u, next deadline %u\n", (unsigned) now,
          (unsigned) nbdi_next_deadline (l));
  EVENT (l, AFTER);
}

static void
groups_lead_their_states (void)
{
  struct nbdi_link l = talking ("An event of the group holds for a state.");

  EVENT (&l, SPEAK);
  run (&l, "RR", "R");
  l = talking ("The event of the state itself goes before it.");
  EVENT (&l, LEAVE);
  EVENT (&l, LEAVE);
  l = talking ("A lost connection leads where the group says.");
  run (&l, "RL", "");
  l = talking ("So does an end that nobody expects.");
  run (&l, "RE", "");
  l = talking ("The end of the stream that is expected does not.");
  run (&l, "E", "");
  l = toy ("Without such a clause it leads to DEAD.", 2);
  l.in = "L";
  EVENT (&l, OPEN);
  l = talking ("A body that finds the connection gone leads there too.");
  l.deaf = true;
  run (&l, "RR", "");
  l = toy ("Without such a clause it fails.", 2);
  l.size = 0;
  l.in = "R";
  l.bodies = 101;
  EVENT (&l, OPEN);
}

static void
deadlines (void)
{
  struct nbdi_link l = toy ("A deadline that passed moves the machine.", 3);

  wait_until (&l, 10);
  EVENT (&l, OPEN);
  l.patience = 20;
  wait_until (&l, 19);
  wait_until (&l, 20);
  l = toy ("That of the state itself goes before the group's.", 3);
  EVENT (&l, OPEN);
  run (&l, "R", "");
  l.patience = 30;
  wait_until (&l, 30);
  l = talking ("Of all regions the earliest counts.");
  wait_until (&l, 40);
  l.silence = 50;
  wait_until (&l, 41);
  wait_until (&l, 51);
  l = toy ("That of a group further out counts as well.", 3);
  EVENT (&l, OPEN);
  run (&l, "R", "");
  l.patience = 70;
  l.lifetime = 60;
  wait_until (&l, 59);
  wait_until (&l, 60);
  l = talking ("It holds for all regions, and is taken once.");
  l.silence = 90;
  l.lifetime = 80;
  wait_until (&l, 80);
  l = toy ("A state that is UNLIMITED has none.", 2);
  l.lifetime = 110;
  l.patience = 100;
  EVENT (&l, OPEN);
  wait_until (&l, 100);
  wait_until (&l, 110);
}

/* A build with checks does not survive this. */
static int
fail_in_silence (void)
{
  struct nbdi_link l = toy ("FAILED without an error.", 2);

  l.in = "R";
  l.bodies = 101;
  l.careless = true;
  nbdi_event (&l, NBDI_EVENT_OPEN);
  return 0;
}

int
main (int argc, char *argv[])
{
  (void) argv;
  if (argc > 1)
    return fail_in_silence ();
  bodies_run_once ();
  dispatching ();
  failing ();
  regions ();
  groups_lead_their_states ();
  deadlines ();
  printf ("%u transitions\n", taken);
  return 0;
}
