/* SPDX-License-Identifier: MIT */
/* What the command-line tools share.
 *
 * A tool describes itself and its options in one table, takes its options
 * with tool_next_option, its server with tool_take_endpoint, and leaves with
 * tool_fail or by returning from main.  Whichever way it ends, also by a
 * signal, what it opened through tool_create is closed: other servers are
 * told so, those which were started end and their sockets are removed. */
#ifndef TOOL_H
#define TOOL_H

#include <assert.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <libnbd.h>

/* Disks are as large as they are: see CW_LARGE_FILES. */
static_assert (sizeof (off_t) >= 8, "compile with LARGE_CPPFLAGS");

/* ---- options.c: description of a tool, its options and its help ---- */

/* One option.  All spellings share a row; the first long name is the one
 * that help shows. */
struct tool_option {
  int id;               /* the short option's letter, or >= 256 */
  const char *names;    /* long names with spaces between, or "" */
  const char *argument; /* NULL: none; "N"; "[CONTEXT]": optional */
  const char *help;     /* NULL: not shown in the help */
};

enum {
  TOOL_HELP = 256, /* the rows below use these */
  TOOL_VERSION,
  TOOL_COLOR,
  TOOL_NO_COLOR,
  TOOL_STAYING,
  TOOL_COMMAND_TIMEOUT = TOOL_STAYING,
  TOOL_CONNECT_TIMEOUT,
  TOOL_CONNECTIONS,
  TOOL_RECONNECT_TIMEOUT,
  TOOL_STALL_TIMEOUT,
  TOOL_FIRST, /* ids of a tool's own long options */
};

/* Rows that tool_next_option handles by itself.  --long-options,
 * --short-options and --option-words need no row. */
/* clang-format off */
#define TOOL_HELP_ROW { TOOL_HELP, "help", NULL, "show this help" }
/* For tools where -h was always help. */
#define TOOL_SHORT_HELP_ROW { 'h', "help", NULL, "show this help" }
#define TOOL_VERSION_ROW \
  { 'V', "version", NULL, "show the versions of program and library" }
#define TOOL_COLOR_ROWS                                                 \
  { TOOL_COLOR, "color colors colour colours", NULL,                    \
    "use colours even if the output is no terminal" },                  \
  { TOOL_NO_COLOR, "no-color no-colors no-colour no-colours", NULL,     \
    "use no colours" }
/* Every tool has these, and --connections. */
#define TOOL_STAYING_ROWS                                               \
  { TOOL_COMMAND_TIMEOUT, "command-timeout", "TIME",                    \
    "let requests fail that take longer" },                             \
  { TOOL_CONNECT_TIMEOUT, "connect-timeout", "TIME",                    \
    "wait so long for a server that is not there yet" },                \
  { TOOL_RECONNECT_TIMEOUT, "reconnect-timeout", "TIME",                \
    "try so long to get a lost connection back" },                      \
  { TOOL_STALL_TIMEOUT, "stall-timeout", "TIME",                        \
    "give up a connection on which nothing moves for so long" }
/* For tools without a letter for it. */
#define TOOL_CONNECTIONS_ROW                                            \
  { TOOL_CONNECTIONS, "connections", "N",                               \
    "use up to N connections to the server (1)" }
/* clang-format on */

/* What an option's argument can be, for completion.  A word that ends with
 * ":" or "/" goes on. */
struct tool_words {
  int id;            /* of the option */
  const char *words; /* with spaces between */
};

struct tool {
  const char *name;                  /* what messages begin with */
  const char *summary;               /* one line */
  const char *forms;                 /* lines "nbdinfo [--json] URI\n" ... */
  const struct tool_option *options; /* ends with id 0, in the order
                                           that --long-options prints */
  const struct tool_words *words;    /* ends with id 0; or NULL */
  const char *examples;              /* lines, each a command; or NULL */
  int usage_status;       /* exit status of usage errors; 0 means 1 */
  bool stops_at_argument; /* options end at the first argument */
  bool short_version;     /* --version says nothing of the library */
};

/* Begin: remember the tool and its command line, and see to it that standard
 * input, output and error are open, so that nothing else gets their numbers.
 * Once, first thing. */
extern void tool_start (const struct tool *tool, int argc, char **argv);

/* The next option's id, with its argument in optarg, or -1 at their end.
 * Help, version, colours, staying connected and mistakes are dealt with
 * inside. */
extern int tool_next_option (void);

/* What is left after the options; ends with NULL. */
extern char **tool_arguments (void);

/* ---- staying.c: options about staying connected ----
 *
 * They are the library's: tool_create gives them to each handle.  What the
 * URI of a server says wins over them, LIBNBD_URI_OPTIONS loses. */

/* Take the VALUE of the option ID, TOOL_STAYING or one that follows; for
 * tools with a letter for TOOL_CONNECTIONS.  Mistakes are usage errors. */
extern void tool_take_staying (int id, const char *value);

/* What the option was given, or NULL. */
extern const char *tool_staying_value (int id);

/* From now on handles have so many connections, unless the user says
 * otherwise, be it in the environment. */
extern void tool_default_connections (unsigned count);

/* ---- message.c: messages for people ---- */

/* Print "NAME: text" on standard error. */
extern void tool_error (const char *format, ...)
  __attribute__ ((format (printf, 1, 2)));

/* The same, then exit with status 1. */
extern void tool_fail (const char *format, ...)
  __attribute__ ((format (printf, 1, 2), noreturn));

/* Print the message, then how to get help, and exit with the status of
 * usage errors.  With NULL print all the help instead. */
extern void tool_usage_error (const char *format, ...)
  __attribute__ ((format (printf, 1, 2), noreturn));

/* What the library said last in this thread; never NULL. */
extern const char *tool_nbd_error (void);

/* Exit with status 1 and "NAME: WHAT: what the library said".  WHAT may be
 * NULL.  If a signal made the library fail, end by that instead. */
extern void tool_nbd_fail (const char *what) __attribute__ ((noreturn));

extern void *tool_alloc (size_t size); /* cleared; fails the tool */
extern char *tool_format (const char *format, ...)
  __attribute__ ((format (printf, 1, 2))); /* to be freed */
extern char *tool_vformat (const char *format, va_list args);

/* ---- end.c: the end of a program ---- */

/* Run FUNCTION when the program ends, signals included, before handles are
 * closed.  At most eight, the last one first. */
extern void tool_at_end (void (*function) (void));

extern volatile sig_atomic_t tool_signal; /* that came, or 0 */
/* If a signal came, end by it.  In the main thread, whose tool_at_end
 * functions and handles must be ready for it. */
extern void tool_check_signal (void);
/* End by this one. */
extern void tool_end_by (int number) __attribute__ ((noreturn));

/* ---- stdout.c: standard output ---- */

/* Writing to standard output failed with this errno (0: not known): end by
 * SIGPIPE, or with a message. */
extern void tool_output_failed (int error) __attribute__ ((noreturn));

/* Flush standard output and exit with STATUS, or with 1 and a message if
 * not all of it could be written. */
extern void tool_finish (int status) __attribute__ ((noreturn));

/* ---- signals.c: waiting for a signal, or for what it interrupts ----
 *
 * All tools end in the same way.  The first SIGINT, SIGTERM, SIGHUP or
 * SIGQUIT, unless it was ignored when the tool was started, sets tool_signal
 * and makes tool_signal_fd readable.  The tool stops what it does, tidies
 * up, takes the replies to what is in flight for at most a second, says
 * goodbye to its servers, and dies of the same signal: tool_check_signal
 * does all that.  Whoever waits, waits for the descriptor too, in tool_poll
 * or in a loop of his own.  A signal that comes half a second later or more
 * ends the program at once.
 *
 * If nobody reads standard output any more the tool dies of SIGPIPE, as
 * tidily.  Writing never raises that signal: it fails with EPIPE. */

extern void tool_catch_signals (void);
/* Install a handler, unless the signal is ignored, as nohup does it, or a
 * shell for its background jobs: then false. */
extern bool tool_catch_signal (int number, void (*handler) (int));
/* Those that are caught and not ignored, for who takes them by signalfd and
 * sets tool_signal himself. */
extern const sigset_t *tool_ending_signals (void);
extern int tool_signal_fd (void);
extern void tool_wake (void); /* make it readable; for events */

/* Wait for a signal, at most so long. */
extern void tool_pause (int ms);

/* Wait for H or a signal, at most TIMEOUT milliseconds (-1: for ever), as
 * nbd_poll does.  Signals end the program here. */
extern int tool_poll (struct nbd_handle *h, int timeout);

/* Wait for the command COOKIE and retire it, as the blocking CALL would do:
 * tool_await (h, nbd_aio_flush (h, NBD_NULL_COMPLETION, 0), "nbd_flush").
 * -1 if it failed or is -1; tool_nbd_error says why.  Signals end the program
 * here. */
extern int tool_await (struct nbd_handle *h, int64_t cookie,
                       const char *call);

/* ---- handles.c: making and closing them ---- */

/* Do what is to be done with a handle before it is connected; -1 if the
 * library does not like it. */
typedef int tool_prepare (struct nbd_handle *h, const void *opaque);

/* A new handle that is closed at the end of the program, for URIs that may
 * name local files, prepared unless PREPARE is NULL.  Fails the tool. */
extern struct nbd_handle *tool_create (const char *handle_name,
                                       tool_prepare *prepare,
                                       const void *opaque);
/* From now on the tool itself follows the events of its handles. */
extern void tool_takes_events (void);
/* Its connection has ended. */
extern bool tool_is_lost (struct nbd_handle *h);
/* Say goodbye to the server, which has a second to answer what is in flight
 * and another one to close the connection, and free the handle. */
extern void tool_close (struct nbd_handle *h);
/* All of them but one, side by side.  In the main thread. */
extern void tool_close_others (const struct nbd_handle *keep);
/* All of them; done at the end of the program, however it
 * ends. */
extern void tool_close_all (void);

/* ---- endpoint.c: servers on the command line ---- */

enum tool_transport {
  TOOL_URI,        /* words[0] */
  TOOL_ACTIVATION, /* [ COMMAND ... ], words */
  TOOL_COMMAND,    /* words; NBD on the child's stdin/stdout */
  TOOL_FD,         /* a connected socket, words[0] */
  TOOL_TCP,        /* host words[0], port words[1] */
  TOOL_UNIX,       /* path words[0] */
  TOOL_VSOCK,      /* context words[0], port words[1] */
};

struct tool_endpoint {
  enum tool_transport transport;
  char **words;       /* ends with NULL; a copy, never freed */
  const char *name;   /* for messages */
  unsigned *left_out; /* what the server hung up on, see hangup.c */
};

/* Could a connection to it be made twice? */
extern bool tool_can_reconnect (const struct tool_endpoint *endpoint);

/* Does the word name a server, and no file: a URI? */
extern bool tool_is_uri (const char *word);

/* Take a URI, the path of a Unix socket, or [ COMMAND ... ] from *WORDS,
 * which then points behind it.  False, and nothing is taken, if *WORDS
 * begins otherwise; an unclosed bracket fails the tool.  If LAST, the
 * bracket closes with the last word, else with the first "]". */
extern bool tool_take_endpoint (char ***words, bool last,
                                struct tool_endpoint *endpoint);

/* The same for all words that follow a mount point or a device: also
 * --command, --socket-activation, --fd, --tcp, --unix, --vsock, --uri.
 * Anything else is a usage error. */
extern void tool_take_mode (char **words, struct tool_endpoint *endpoint);

/* The server at a Unix socket, which messages call NAME.  The strings stay the
 * caller's. */
extern void tool_set_unix (struct tool_endpoint *endpoint, char *socket,
                           const char *name);

/* The one server that is all of WORDS; anything else is a usage error. */
extern void tool_only_endpoint (char **words, struct tool_endpoint *endpoint);

/* ---- connect.c: connecting ---- */

/* Connect.  On failure -1, and tool_nbd_error says why.  A signal while it
 * waits ends the program.  With opt mode set it ends when negotiating.
 *
 * If the server hangs up on an option that it does not know, this is tried
 * again without that, with a new handle in *H, which is prepared as the
 * first one was.  Later connections to the endpoint do so at once. */
extern int tool_connect (struct nbd_handle **h,
                         const struct tool_endpoint *endpoint);

/* In opt mode, if it was asked for to wait for the server: wait until it knows
 * the export, too.  On failure -1, and tool_nbd_error says why.  *H can be
 * another one afterwards. */
extern int tool_await_export (struct nbd_handle **h,
                              const struct tool_endpoint *endpoint);

/* nbd_get_uri, without what only the options say of staying connected. */
extern char *tool_get_uri (struct nbd_handle *h,
                           const struct tool_endpoint *endpoint);

/* tool_connect, but 1 if the server says nothing for SILENCE milliseconds
 * (-1: wait for ever). */
extern int tool_connect_within (struct nbd_handle **h,
                                const struct tool_endpoint *endpoint,
                                int silence);

/* ---- negotiate.c: opt mode ----
 *
 * What nbd_opt_go, which ends opt mode, and the others do, and 0; or -1, and
 * tool_nbd_error says why, and errno is the number of the error or 0.
 * Signals end the program here. */

extern int tool_opt_go (struct nbd_handle *h);
extern int tool_opt_info (struct nbd_handle *h);
extern int tool_opt_list (struct nbd_handle *h, nbd_list_callback list);
/* All metadata contexts of the export. */
extern int tool_opt_list_contexts (struct nbd_handle *h,
                                   nbd_context_callback context);

/* ---- outputs.c: descriptors and files that options name ---- */

/* The numbers of a descriptor that the caller has opened for writing, and of
 * a socket of his.  Take them with the options, before anything is opened
 * that could get the same number.  Anything else fails the tool. */
extern int tool_descriptor_argument (const char *option, const char *text);
extern int tool_socket_argument (const char *option, const char *text);

/* Once all options were taken: OPTION names this file, to be written or only
 * to be read; or what it prints goes to this descriptor.  The strings stay
 * the caller's. */
extern void tool_output_file (const char *option, const char *path);
extern void tool_input_file (const char *option, const char *path);
extern void tool_output_descriptor (const char *option, int fd);
/* Standard error likewise.  Unless there will be MANY messages it may be the
 * stream that data goes to: when one of them gets there the tool has failed,
 * and says so by its status. */
extern void tool_output_messages (bool many);

/* Fail the tool if one of these is the file or device that data comes from
 * (only what is written counts), or the file, device or stream that it goes
 * to.  A descriptor of -1 is nothing. */
extern void tool_guard_source (int fd);
extern void tool_guard_destination (int fd);

/* Fail the tool if the file that OPTION names, now open, is also the one of
 * another option. */
extern void tool_guard_output (const char *option, int fd);

/* The same file or block device, whatever it is called. */
extern bool tool_same_disk (int fd, int other);

/* ---- clock.c ---- */

/* Seconds and milliseconds, from some moment on. */
extern double tool_now (void);
extern int64_t tool_now_ms (void);

/* ---- size.c ---- */

#define TOOL_SIZE_MAX 24

/* "1M", "2075312K", "1536": divided by 1024 as long as that is exact. */
extern const char *tool_human_size (char buffer[TOOL_SIZE_MAX],
                                    uint64_t size);

/* Decimal digits and at most one of b s k m g t p e in any case.  On failure
 * -1, with errno EINVAL, or ERANGE above 2^63-1. */
extern int64_t tool_parse_size (const char *text);

/* The same, for the argument of an option; mistakes are usage errors. */
extern int64_t tool_size_argument (const char *option, const char *text);

/* And it must be a power of two from LEAST to MOST, or the tool fails. */
extern uint64_t tool_power_of_two (const char *option, const char *text,
                                   uint64_t least, uint64_t most);

/* A decimal number from MIN to MAX; anything else is a usage error. */
extern int64_t tool_number_argument (const char *option, const char *text,
                                     int64_t min, int64_t max);

/* ---- text.c: strings that servers sent ---- */

/* As JSON, in quotes, valid whatever the bytes are. */
extern void tool_print_quoted (const char *text);
/* The same as a string, to be freed. */
extern char *tool_quoted (const char *text);
/* As it is, but harmless to terminals and readers, and on one line. */
extern void tool_print_plain (const char *text);
/* The bytes of the character at the beginning if it changes how others are
 * shown, and is not shown itself; 0 if it is an honest one. */
extern size_t tool_deceptive_length (const char *text);

/* ---- color.c ---- */

#define TOOL_GREEN "22;32"
#define TOOL_RED "22;31"
#define TOOL_GREY "22;90"
#define TOOL_BOLD "1;30"
#define TOOL_BLUE "1;34"
#define TOOL_BRIGHT_RED "1;31"
#define TOOL_MAGENTA "1;35"
#define TOOL_WHITE "1;37"
#define TOOL_ON_BLACK "40"
#define TOOL_ON_GREY "47"

/* Colours are used if an option says so, else if standard output is a
 * terminal, TERM is not "dumb" and NO_COLOR is not set.  Ask after the
 * options were taken. */
extern bool tool_colors (void);

/* Switch the colour of what is written to FILE, if colours are used. */
extern void tool_color (FILE *file, const char *code);
extern void tool_color_reset (FILE *file);

/* ---- bar.c ---- */

/* Bytes of a line: three for each sign, and the fields. */
#define TOOL_BAR_MAX 512

/* Draw a bar on standard error, and stay on its line unless it has ENDED.
 * TURN counts the drawings, for the spinner.  What a terminal shows behind
 * the bar are FIELDS in ASCII, each with the space before it; NULL ends
 * them, and the last ones are left out if it is narrow. */
extern void tool_draw_bar (int percent, unsigned turn, bool ended,
                           const char *const *fields);
/* The line alone, for so many columns; fields have at most 400 bytes. */
extern void tool_bar_line (char line[TOOL_BAR_MAX], int columns, int percent,
                           unsigned turn, const char *const *fields);

/* ---- progress.c: safe to call from several threads ---- */

enum tool_progress_kind {
  TOOL_PROGRESS_BAR,         /* always, on standard error */
  TOOL_PROGRESS_PATIENT_BAR, /* on a terminal, if it takes a second */
  TOOL_PROGRESS_FD,          /* lines "N/100" */
};

/* Begin.  FD counts for TOOL_PROGRESS_FD only.  A TOTAL of 0 is an unknown
 * one, and can be said later by tool_progress. */
extern void tool_progress_start (enum tool_progress_kind kind, int fd,
                                 uint64_t total);
/* DONE of TOTAL units, bytes as a rule, are finished.  Cheap. */
extern void tool_progress (uint64_t done, uint64_t total);
/* Clear the bar before something else is written to the terminal; it comes
 * back with the next step. */
extern void tool_progress_hide (void);
/* End; 100% only if the work was completed.  A program that ends without
 * saying so leaves the bar where it was, on a line of its own. */
extern void tool_progress_end (bool complete);

#endif /* TOOL_H */
