/* SPDX-License-Identifier: MIT */
/* What the command-line tools share.
 *
 * A tool describes itself and its options in one table.  It takes its options
 * with tool_next_option and its server with tool_take_endpoint, and ends with
 * tool_fail or by returning from main.  However it ends, also by a signal,
 * the handles that tool_create made are closed: servers are told that the
 * connection ends, and servers that the tool started end, too, and their
 * sockets are removed. */
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

/* Disks can be larger than 2 GiB: see CW_LARGE_FILES. */
static_assert (sizeof (off_t) >= 8, "compile with LARGE_CPPFLAGS");

/* ---- options.c: description of a tool, its options and its help ---- */

/* One option.  All spellings share a row; the help shows the first long
 * name. */
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
    "a request fails if it takes longer" },                             \
  { TOOL_CONNECT_TIMEOUT, "connect-timeout", "TIME",                    \
    "wait up to TIME for a server that is not there yet" },             \
  { TOOL_RECONNECT_TIMEOUT, "reconnect-timeout", "TIME",                \
    "try up to TIME to restore a lost connection" },                    \
  { TOOL_STALL_TIMEOUT, "stall-timeout", "TIME",                        \
    "give up a connection that is silent for TIME" }
/* For tools without a letter for it. */
#define TOOL_CONNECTIONS_ROW                                            \
  { TOOL_CONNECTIONS, "connections", "N",                               \
    "use up to N connections to the server (1)" }
/* clang-format on */

/* What an option's argument can be, for completion.  A word that ends with
 * ":" or "/" is only the beginning of an argument. */
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

/* Begin: remember the tool and its command line, and make sure that standard
 * input, output and error are open, so that nothing else gets their numbers.
 * Call it once, before anything else. */
extern void tool_start (const struct tool *tool, int argc, char **argv);

/* Return the next option's id, with its argument in optarg, or -1 after the
 * last one.  Help, version, colours, staying connected and mistakes are
 * handled here and not returned. */
extern int tool_next_option (void);

/* What is left after the options; ends with NULL. */
extern char **tool_arguments (void);

/* ---- staying.c: options about staying connected ----
 *
 * They are settings of the library: tool_create makes them on each handle.
 * The URI of a server takes precedence over them, and they take precedence
 * over LIBNBD_URI_OPTIONS. */

/* Take the VALUE of the option ID, which is TOOL_STAYING or one that follows
 * it.  Only tools that have a letter for TOOL_CONNECTIONS call it.  Mistakes
 * are usage errors. */
extern void tool_take_staying (int id, const char *value);

/* The value that was given for the option, or NULL. */
extern const char *tool_staying_value (int id);

/* Let handles that are made after this have COUNT connections, unless the
 * user says otherwise, by an option or in the environment. */
extern void tool_default_connections (unsigned count);

/* ---- message.c: messages for people ---- */

/* Print "NAME: text" on standard error. */
extern void tool_error (const char *format, ...)
  __attribute__ ((format (printf, 1, 2)));

/* The same, then exit with status 1.  If a signal came, end by that signal
 * instead, without a message. */
extern void tool_fail (const char *format, ...)
  __attribute__ ((format (printf, 1, 2), noreturn));

/* Print the message, then how to get help, and exit with the status of
 * usage errors.  With NULL print all the help instead. */
extern void tool_usage_error (const char *format, ...)
  __attribute__ ((format (printf, 1, 2), noreturn));

/* The last error of the library in this thread; never NULL. */
extern const char *tool_nbd_error (void);

/* Exit with status 1 and "NAME: WHAT: the library's error".  WHAT may be
 * NULL.  If a signal came, end by that signal instead. */
extern void tool_nbd_fail (const char *what) __attribute__ ((noreturn));

extern void *tool_alloc (size_t size); /* cleared; fails the tool */
extern char *tool_format (const char *format, ...)
  __attribute__ ((format (printf, 1, 2))); /* to be freed */
extern char *tool_vformat (const char *format, va_list args);

/* ---- scratch.c: files without names ---- */

/* The directory that TMPDIR names, or the usual one if it names none. */
extern const char *tool_tmpdir (const char *usual);
/* Make a file for reading and writing.  -1 with errno. */
extern int tool_scratch_file (const char *directory);

/* ---- end.c: the end of a program ---- */

/* Run FUNCTION when the program ends, also by a signal, before handles are
 * closed.  There can be at most eight such functions; the last one is called
 * first. */
extern void tool_at_end (void (*function) (void));

extern volatile sig_atomic_t tool_signal; /* the one that came, or 0 */
/* If a signal came, end the program by it.  To be called in the main thread,
 * when its handles are in a state in which the tool_at_end functions can run
 * and the handles can be closed. */
extern void tool_check_signal (void);
/* End the program by this signal. */
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
 * and makes tool_signal_fd readable.  The tool stops its work, cleans up,
 * receives the replies to requests in flight for at most a second,
 * disconnects from its servers, and ends by the same signal:
 * tool_check_signal does all that.  Code that waits must wait for the
 * descriptor, too, in tool_poll or in a loop of its own.  A signal that comes
 * half a second later or more ends the program at once.
 *
 * If the reader of standard output has gone away the tool ends by SIGPIPE,
 * with the same cleanup.  Writing itself does not end the program: it fails
 * with EPIPE. */

/* Two signals that follow each other faster, as timeout(1) sends them, count as
 * one. */
#define TOOL_SAME_SIGNAL_MS 500

extern void tool_catch_signals (void);
/* Install a handler.  If the signal is ignored, because nohup or a shell that
 * starts a background job asked for that, leave it ignored and return
 * false. */
extern bool tool_catch_signal (int number, void (*handler) (int));
/* The signals that end the tool, without those that are ignored.  For code
 * that receives them with a signalfd and sets tool_signal itself. */
extern const sigset_t *tool_ending_signals (void);
extern int tool_signal_fd (void);
extern void tool_wake (void); /* make tool_signal_fd readable; for events */

/* Wait for a signal, at most this time.  Signals end the program here. */
extern void tool_pause (int ms);

/* Wait for H or a signal, at most TIMEOUT milliseconds (-1: for ever), as
 * nbd_poll does.  Signals end the program here. */
extern int tool_poll (struct nbd_handle *h, int timeout);

/* Wait for the command COOKIE and retire it, as the blocking CALL would do:
 * tool_await (h, nbd_aio_flush (h, NBD_NULL_COMPLETION, 0), "nbd_flush").
 * Return -1 if the command failed, or if COOKIE is -1; tool_nbd_error says
 * why.  Signals end the program here. */
extern int tool_await (struct nbd_handle *h, int64_t cookie,
                       const char *call);

/* ---- handles.c: making and closing handles ---- */

/* Make the settings of a handle before it is connected.  Return -1 if a call
 * of the library failed. */
typedef int tool_prepare (struct nbd_handle *h, const void *opaque);

/* Make a handle, which is closed at the end of the program.  Its URIs may
 * name local files.  PREPARE, unless NULL, is called for it, and again for
 * each handle that replaces it.  On errors the tool fails. */
extern struct nbd_handle *tool_create (const char *handle_name,
                                       tool_prepare *prepare,
                                       const void *opaque);
/* The tool itself has event callbacks: tool_create sets none after this. */
extern void tool_takes_events (void);
/* Whether the handle's connection has ended. */
extern bool tool_is_lost (struct nbd_handle *h);
/* Disconnect and free the handle.  The server has a second to answer the
 * requests in flight and another one to close the connection. */
extern void tool_close (struct nbd_handle *h);
/* Close all handles but one, at the same time.  In the main thread. */
extern void tool_close_others (const struct nbd_handle *keep);
/* Close all handles.  This is called at the end of the program, however it
 * ends, but does nothing if another thread than the main thread ends it. */
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
  unsigned *left_out; /* options the server hung up on, see hangup.c */
  bool is_helper;     /* the tool has started it, and not for a second time */
  bool is_shielded;   /* a signal for the tool and the program that it
                       * starts, as that of Ctrl-C is, ends only the tool,
                       * which then ends the program */
};

/* Whether more than one connection can be made to the endpoint. */
extern bool tool_can_reconnect (const struct tool_endpoint *endpoint);

/* Whether the word is a URI, and not the name of a file. */
extern bool tool_is_uri (const char *word);

/* Take a URI, the path of a Unix socket, or [ COMMAND ... ] from *WORDS,
 * which then points behind it.  If *WORDS begins with anything else, return
 * false and take nothing.  An unclosed bracket is a usage error.  If LAST,
 * the last word must be the closing bracket, else the first "]" closes. */
extern bool tool_take_endpoint (char ***words, bool last,
                                struct tool_endpoint *endpoint);

/* Take all words that follow a mount point or a device: those that
 * tool_only_endpoint takes, or --command, --socket-activation, --fd, --tcp,
 * --unix, --vsock or --uri with its arguments.  Anything else is a usage
 * error. */
extern void tool_take_mode (char **words, struct tool_endpoint *endpoint);

/* Set the endpoint to a helper that serves at a Unix socket, which messages
 * call NAME.  If it ends, nobody waits for it to come back.  The strings are
 * not copied: the caller keeps them. */
extern void tool_set_helper (struct tool_endpoint *endpoint, char *socket,
                             const char *name);

/* Take the one server that is all of WORDS; anything else is a usage
 * error. */
extern void tool_only_endpoint (char **words, struct tool_endpoint *endpoint);

/* ---- connect.c: connecting ---- */

/* Connect.  Return -1 on failure; tool_nbd_error says why.  A signal during
 * the wait ends the program.  With opt mode set, return when the handle is
 * negotiating.
 *
 * If the server hangs up on an option that it does not know, connect again
 * without that option, with a new handle in *H, which is prepared as the
 * first one was.  Later connections to the endpoint leave that option out
 * from the beginning. */
extern int tool_connect (struct nbd_handle **h,
                         const struct tool_endpoint *endpoint);

/* In opt mode, if the user has asked to wait for the server: wait until the
 * server knows the export, too.  Return -1 on failure; tool_nbd_error says
 * why.  *H can be another handle afterwards. */
extern int tool_await_export (struct nbd_handle **h,
                              const struct tool_endpoint *endpoint);

/* nbd_get_uri, without the settings for staying connected that come from
 * command-line options only.  To be freed. */
extern char *tool_get_uri (struct nbd_handle *h,
                           const struct tool_endpoint *endpoint);

/* The same as tool_connect, but return 1 if the server sends nothing for
 * SILENCE milliseconds (-1: wait for ever). */
extern int tool_connect_within (struct nbd_handle **h,
                                const struct tool_endpoint *endpoint,
                                int silence);

/* ---- negotiate.c: opt mode ----
 *
 * These do what nbd_opt_go, which ends opt mode, and the others do, and
 * return 0.  On failure they return -1; tool_nbd_error says why, and errno is
 * the number of the error, or 0.  Signals end the program here. */

extern int tool_opt_go (struct nbd_handle *h);
extern int tool_opt_info (struct nbd_handle *h);
extern int tool_opt_list (struct nbd_handle *h, nbd_list_callback list);
/* All metadata contexts of the export. */
extern int tool_opt_list_contexts (struct nbd_handle *h,
                                   nbd_context_callback context);

/* ---- outputs.c: descriptors and files that options name ---- */

/* Return the number of a descriptor, or of a socket, that was open when the
 * tool was started; the descriptor must be open for writing.  Call these
 * functions while the options are taken, before anything is opened that could
 * get the same number.  On any other descriptor the tool fails. */
extern int tool_descriptor_argument (const char *option, const char *text);
extern int tool_socket_argument (const char *option, const char *text);

/* After all options were taken: record that OPTION names this file, which is
 * written or only read, or that it writes to this descriptor.  The strings
 * are not copied: the caller keeps them. */
extern void tool_output_file (const char *option, const char *path);
extern void tool_input_file (const char *option, const char *path);
extern void tool_output_descriptor (const char *option, int fd);
/* Record standard error in the same way.  Unless there will be MANY messages,
 * it may be the stream that data goes to: a message there means that the tool
 * has failed, and the exit status says so. */
extern void tool_output_messages (bool many);

/* The tool fails if a recorded file or descriptor is the source, or the
 * destination.  A source is a file or device, and only outputs that are
 * written count; a destination can be a stream, too.  If FD is -1 nothing is
 * checked. */
extern void tool_guard_source (int fd);
extern void tool_guard_destination (int fd);

/* The tool fails if FD, the opened file that OPTION names, is also the file
 * of another option. */
extern void tool_guard_output (const char *option, int fd);

/* Whether both are the same file or block device, by whatever name they were
 * opened. */
extern bool tool_same_disk (int fd, int other);

/* ---- clock.c ---- */

/* Seconds and milliseconds since some fixed moment. */
extern double tool_now (void);
extern int64_t tool_now_ms (void);

/* ---- size.c ---- */

#define TOOL_SIZE_MAX 24

/* "1M", "2075312K", "1536": divided by 1024 as long as that is exact. */
extern const char *tool_human_size (char buffer[TOOL_SIZE_MAX],
                                    uint64_t size);

/* Parse decimal digits and at most one of b s k m g t p e in any case.
 * Return -1 on failure, with errno EINVAL, or ERANGE above 2^63-1. */
extern int64_t tool_parse_size (const char *text);

/* The same, for the argument of an option; mistakes are usage errors. */
extern int64_t tool_size_argument (const char *option, const char *text);

/* The same, but the tool fails unless the size is a power of two from LEAST
 * to MOST. */
extern uint64_t tool_power_of_two (const char *option, const char *text,
                                   uint64_t least, uint64_t most);

/* A decimal number from MIN to MAX; anything else is a usage error. */
extern int64_t tool_number_argument (const char *option, const char *text,
                                     int64_t min, int64_t max);

/* ---- text.c: strings that servers sent ---- */

/* Print a JSON string, in quotes, which is valid whatever the bytes are. */
extern void tool_print_quoted (const char *text);
/* The same as a string, to be freed. */
extern char *tool_quoted (const char *text);
/* Print the text on one line, with escapes for characters that would control
 * the terminal or deceive the reader. */
extern void tool_print_plain (const char *text);
/* How many bytes the first character takes if it is not shown itself but
 * changes how others are shown; 0 if it is any other character. */
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

/* Whether colours are used: as an option says, else if standard output is a
 * terminal, TERM is not "dumb" and NO_COLOR is unset or empty.  To be called
 * after the options were taken. */
extern bool tool_colors (void);

/* Switch the colour of what is written to FILE, if colours are used. */
extern void tool_color (FILE *file, const char *code);
extern void tool_color_reset (FILE *file);

/* ---- bar.c ---- */

/* Bytes of a line: three for each sign, and the fields. */
#define TOOL_BAR_MAX 512

/* Draw a bar on standard error, and leave the cursor on its line unless the
 * bar has ENDED.  TURN counts the drawings, for the spinner.  A terminal
 * shows FIELDS after the bar: ASCII strings, each with the space before it,
 * ended by NULL.  A narrow terminal does not show the last ones. */
extern void tool_draw_bar (int percent, unsigned turn, bool ended,
                           const char *const *fields);
/* Make only the line, for so many columns.  All fields together have at most
 * 400 bytes. */
extern void tool_bar_line (char line[TOOL_BAR_MAX], int columns, int percent,
                           unsigned turn, const char *const *fields);

/* ---- progress.c: safe to call from several threads ---- */

/* Begin work.  If standard error is a terminal, and the work takes more than a
 * second, a bar shows its progress. */
extern void tool_progress_start (void);
/* DONE of TOTAL units, usually bytes, are finished.  This costs little. */
extern void tool_progress (uint64_t done, uint64_t total);
/* Clear the bar before something else is written to the terminal; the next
 * step draws it again. */
extern void tool_progress_hide (void);
/* End, and clear the bar.  If the program ends without this call, the bar is
 * cleared, too. */
extern void tool_progress_end (void);

#endif /* TOOL_H */
