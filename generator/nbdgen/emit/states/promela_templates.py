# SPDX-License-Identifier: MIT
"""The Promela of the model, with holes that promela.py fills."""

from __future__ import annotations

from string import Template

MODEL = Template(
    """\
/* The state machine of a handle, with a hostile server. */

#define N $commands  /* commands */
#define NONE N  /* no command */
#define PAUSES $pauses
#define ROUNDS $rounds

/* The states of a command. */
#define UNUSED 0
#define QUEUED 1
#define SENT 2
#define ENDED 3

$states

$variables

byte command[N];
byte ended[N];  /* how often */
byte issued;
byte current = NONE;  /* the command of the reply that is being read */
bool gone;  /* the server has closed the connection, and there is no other */
byte left;  /* messages that it sent before */
byte pauses;  /* deadlines that have passed */
byte rounds;  /* of cycles of states since then */

#define READS ($reads)
#define WRITES ($writes)
#define QUIET ($quiet)
#define POLLED ($polled)
#define FINAL ($final)
#define ISSUING ($issuing)
#define TIMED ($timed)
#define TIMERS ($timers)
#define RETRY $retry;

#define ISSUE command[issued] = QUEUED; issued++

/* The server names any command that was sent, or none. */
#define FIND \\
  current = NONE; \\
  if \\
$find
  :: true \\
  fi

/* While a reply is read, its command must not end. */
#define USE assert (current == NONE || command[current] == SENT)

/* A reply ends its command, which must not have ended before. */
#define ANSWER \\
  if \\
  :: current != NONE -> \\
    assert (command[current] == SENT); \\
    command[current] = ENDED; \\
    ended[current]++ \\
  :: else \\
  fi

/* Commands that have not ended end with the connection. */
#define END_ONE(c) \\
  if \\
  :: command[c] == QUEUED || command[c] == SENT -> \\
    command[c] = ENDED; \\
    ended[c]++ \\
  :: else \\
  fi
#define END $end

/* Commands that were sent wait for another connection. */
#define BACK_ONE(c) \\
  if \\
  :: command[c] == SENT -> command[c] = QUEUED \\
  :: else \\
  fi
#define TAKE_BACK $back

/* Requests leave in order. */
#define SEND_ONE(c) \\
  if \\
  :: command[c] == QUEUED -> command[c] = SENT \\
  :: else \\
  fi
#define SEND_SOME \\
  if \\
$send
  :: true \\
  fi

$events
/* Each command that was issued has ended once, and no other has. */
#define SETTLED \\
  ($settled)

/* Once the server is gone, all commands end, whatever it did before. */
ltl commands_end { [] (gone -> <> SETTLED) }

active proctype handle ()
{
  do
  :: QUIET && FINAL -> break
  :: atomic {
    QUIET && !FINAL ->
    /* If the program only polls, there must be something to poll for. */
    assert (!POLLED || READS || WRITES || TIMERS);
    if
    :: READS -> event_NOTIFY_READ ()
    :: WRITES -> event_NOTIFY_WRITE ()
$deadlines    :: TIMERS && issued < N -> ISSUE  /* during an outage */
    :: !gone && POLLED -> gone = true; left = 0; RETRY
    :: !gone && POLLED -> gone = true; left = 2; RETRY
$program
    fi
    }
$steps
  od;
  assert (SETTLED)
}
"""
)
