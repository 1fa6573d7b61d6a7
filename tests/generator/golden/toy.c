/* SPDX-License-Identifier: MIT */
/* Drive the golden machine and print all that it does. */

#include "internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static unsigned taken, errors;
static uint64_t now = 1;

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
nbdi_option_result (struct nbd_handle *h, int value, int error)
{
  h->result = error ? -1 : value;
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
nbdi_debug_state (struct nbd_handle *h, const char *state)
{
  (void) h;
  printf ("  -> %s\n", state);
}

void
nbdi_unexpected_end (struct nbd_handle *h)
{
  (void) h;
  errors++;
  printf ("  error: unexpected end\n");
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
    errors++;
    return NBDI_IO_LOST;
  default:
    ++*script;
    errors++;
    return NBDI_IO_FAILED;
  }
}

int
nbdi_io_recv (struct nbd_handle *h, size_t n)
{
  printf ("  recv %zu\n", n);
  return next_io (&h->in);
}

int
nbdi_io_boundary (struct nbd_handle *h, size_t n)
{
  printf ("  boundary %zu\n", n);
  return next_io (&h->in);
}

int
nbdi_io_fill (struct nbd_handle *h)
{
  printf ("  fill\n");
  return next_io (&h->in);
}

int
nbdi_io_send (struct nbd_handle *h)
{
  printf ("  send\n");
  return next_io (&h->out);
}

static void
show (const struct nbd_handle *h)
{
  printf ("  phase %#x direction %u %s, bodies %d, \"%s\", \"%s\"\n",
          nbdi_phase (h), nbdi_direction (h), nbdi_idle (h) ? "idle" : "busy",
          h->bodies, nbdi_state_text (h), nbdi_state_when (h));
}

static void
event (struct nbd_handle *h, const char *name, enum nbdi_event ev)
{
  printf (" event %s\n", name);
  printf ("  %s\n", nbdi_event (h, ev) ? "taken" : "ignored");
  show (h);
}

#define EVENT(h, name) event (h, #name, NBDI_EVENT_##name)

static void
run (struct nbd_handle *h, const char *in, const char *out)
{
  printf (" run, in \"%s\", out \"%s\"\n", in, out);
  h->in = in;
  h->out = out;
  nbdi_run (h);
  show (h);
}

static struct nbd_handle
toy (const char *title, int option)
{
  printf ("%s\n", title);
  return (struct nbd_handle) {
    .debug = true, .size = 4, .option = option, .in = "", .out = "",
  };
}

static struct nbd_handle
talking (const char *title)
{
  struct nbd_handle h = toy (title, 1);

  h.debug = false;
  h.in = "R";
  nbdi_event (&h, NBDI_EVENT_OPEN);
  h.debug = true;
  show (&h);
  return h;
}

static void
bodies_run_once (void)
{
  struct nbd_handle h = toy ("A waiting body runs once; IO is tried again.", 1);

  show (&h);
  run (&h, "", "");
  run (&h, "", "");
  EVENT (&h, SPEAK);
  EVENT (&h, OPEN);
  run (&h, "", "");
  run (&h, "R", "");
}

static void
dispatching (void)
{
  struct nbd_handle h = toy ("DISPATCH finds the group of an option.", 3);

  EVENT (&h, OPEN);
  run (&h, "R", "R");
  h = toy ("Without such a group it fails.", 4);
  h.in = "R";
  EVENT (&h, OPEN);
  h = toy ("A path for other values is taken instead.", 9);
  h.in = "R";
  EVENT (&h, OPEN);
}

static void
failing (void)
{
  struct nbd_handle h = toy ("FAIL leads to DEAD.", 0);

  h.in = "R";
  EVENT (&h, OPEN);
  run (&h, "R", "R");
  h = toy ("FAILED leads to DEAD.", 2);
  h.in = "R";
  h.bodies = 101;
  EVENT (&h, OPEN);
  h = toy ("IO that fails leads to DEAD.", 2);
  h.in = "F";
  EVENT (&h, OPEN);
  h = toy ("The end of the stream leads to its ON.", 2);
  h.in = "E";
  EVENT (&h, OPEN);
  h = talking ("Or to DEAD where there is none.");
  run (&h, "RE", "");
}

static void
regions (void)
{
  struct nbd_handle h = talking ("Regions run in order, each by itself.");

  run (&h, "RR", "");
  run (&h, "R", "");
  EVENT (&h, SPEAK);
  run (&h, "R", "R");
  EVENT (&h, SPEAK);
  run (&h, "", "R");
  EVENT (&h, NOTIFY_WRITE);
  EVENT (&h, NOTIFY_READ);
  EVENT (&h, LEAVE);
  run (&h, "R", "R");
  h = talking ("A region that fails ends the composite.");
  h.out = "F";
  EVENT (&h, SPEAK);
  EVENT (&h, LEAVE);
}

static void
wait_until (struct nbd_handle *h, uint64_t time)
{
  now = time;
  printf (" at %u, next deadline %u\n", (unsigned) now,
          (unsigned) nbdi_next_deadline (h));
  EVENT (h, AFTER);
}

static void
groups_lead_their_states (void)
{
  struct nbd_handle h = talking ("An event of the group holds for a state.");

  EVENT (&h, SPEAK);
  run (&h, "RR", "R");
  h = talking ("The event of the state itself goes before it.");
  EVENT (&h, LEAVE);
  h = talking ("A lost connection leads where the group says.");
  run (&h, "RL", "");
  h = talking ("So does an end that nobody expects.");
  run (&h, "RE", "");
  h = talking ("The end of the stream that is expected does not.");
  run (&h, "E", "");
  h = toy ("Without such a clause it leads to DEAD.", 2);
  h.in = "L";
  EVENT (&h, OPEN);
}

static void
deadlines (void)
{
  struct nbd_handle h = toy ("A deadline that passed moves the machine.", 3);

  wait_until (&h, 10);
  EVENT (&h, OPEN);
  h.patience = 20;
  wait_until (&h, 19);
  wait_until (&h, 20);
  h = toy ("That of the state itself goes before the group's.", 3);
  EVENT (&h, OPEN);
  run (&h, "R", "");
  h.patience = 30;
  wait_until (&h, 30);
  h = talking ("Of all regions the earliest counts.");
  wait_until (&h, 40);
  h.silence = 50;
  wait_until (&h, 41);
  wait_until (&h, 51);
}

/* A build with checks does not survive this. */
static int
fail_in_silence (void)
{
  struct nbd_handle h = toy ("FAILED without an error.", 2);

  h.in = "R";
  h.bodies = 101;
  h.careless = true;
  nbdi_event (&h, NBDI_EVENT_OPEN);
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
