/* SPDX-License-Identifier: MIT */
/* Start a program.  All that can fail or allocate is done before the fork,
 * because the child of a threaded program may only call async-signal-safe
 * functions. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/internal.h"
#include "tool.h"

extern char **environ;

/* The descriptor number that socket activation requires. */
#define LISTEN_FD 3

#define PID_VARIABLE "LISTEN_PID="

/* What the parent prepares for the child. */
struct child {
  const struct spawn *spawn;
  const char *path;
  char **env;
  char *pid_variable; /* in ENV, with space for a number; or NULL */
  int nothing;        /* opened /dev/null */
  int report;         /* where the child writes errno if exec fails */
  pid_t parent;
};

static bool
can_run (const char *path)
{
  struct stat st;

  return access (path, X_OK) == 0 && stat (path, &st) == 0
         && S_ISREG (st.st_mode);
}

static char *
find_in (const char *path, const char *program)
{
  for (;;) {
    size_t length = strcspn (path, ":");
    char *full = tool_format ("%.*s%s%s", (int) length, path,
                              length > 0 ? "/" : "./", program);
    if (can_run (full))
      return full;
    free (full);
    if (path[length] == '\0')
      return NULL;
    path += length + 1;
  }
}

char *
spawn_find (const char *program)
{
  const char *path = getenv ("PATH");

  if (strchr (program, '/') != NULL)
    return can_run (program) ? tool_format ("%s", program) : NULL;
  char *found = find_in (path ? path : "/bin:/usr/bin", program);
  return found ? found : find_in ("/usr/sbin:/sbin", program);
}

static bool
begins_with (const char *variable, const char *text)
{
  return strncmp (variable, text, strlen (text)) == 0;
}

static bool
is_kept (const struct spawn *s, const char *variable)
{
  return !begins_with (variable, "LISTEN_")
         && !(s->in_english
              && (begins_with (variable, "LC_ALL=")
                  || begins_with (variable, "LANGUAGE=")));
}

/* Our environment, with the variables of socket activation if the child gets
 * a socket.  The child itself fills in its process number. */
static void
make_environment (struct child *c)
{
  size_t n = 0, kept = 0;

  while (environ != NULL && environ[n] != NULL)
    n++;
  c->env = tool_alloc ((n + 4) * sizeof *c->env);
  for (size_t i = 0; i < n; i++)
    if (is_kept (c->spawn, environ[i]))
      c->env[kept++] = environ[i];
  static char english[] = "LC_ALL=C";
  if (c->spawn->in_english)
    c->env[kept++] = english;
  if (c->spawn->listening == -1)
    return;
  static char count[] = "LISTEN_FDS=1";
  c->pid_variable = tool_format ("%s%020d", PID_VARIABLE, 0);
  c->env[kept++] = count;
  c->env[kept++] = c->pid_variable;
}

/* Only async-signal-safe functions may be called from here to exec. */

static void __attribute__ ((noreturn)) child_failed (const struct child *c)
{
  int error = errno;

  if (write (c->report, &error, sizeof error) == -1) {
    /* The parent reads nothing and sees the exit status. */
  }
  _exit (127);
}

static void
write_pid (char *variable)
{
  char *first = variable + strlen (PID_VARIABLE);
  char *p = first + strlen (first);
  size_t length = 0;

  for (pid_t pid = getpid (); pid > 0; pid /= 10, length++)
    *--p = (char) ('0' + pid % 10);
  memmove (first, p, length);
  first[length] = '\0';
}

/* The parent may have died before prctl.  Then the child has another
 * parent. */
static void
die_with_parent (const struct child *c)
{
  int number = c->spawn->tidies_up ? SIGTERM : SIGKILL;

  if (prctl (PR_SET_PDEATHSIG, number) == -1)
    child_failed (c);
  if (getppid () != c->parent)
    _exit (127);
}

static void
reset_signals (void)
{
  struct sigaction action = { .sa_handler = SIG_DFL };
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    sigaction (number, &action, NULL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* None of our descriptors is below 3, because a tool has these open. */
static void
arrange_descriptors (const struct child *c)
{
  const struct spawn *s = c->spawn;
  int input = s->input == -1 ? c->nothing : s->input;
  int output = s->output == -1 ? c->nothing : s->output;
  int messages = s->messages == -1 ? c->nothing : s->messages;

  if (dup2 (input, STDIN_FILENO) == -1 || dup2 (output, STDOUT_FILENO) == -1
      || dup2 (messages, STDERR_FILENO) == -1)
    child_failed (c);
#ifdef SYS_close_range
  /* Descriptors that we inherited, such as the pipe of a progress bar, are
   * not passed on.  Old kernels do not have this call. */
  syscall (SYS_close_range, LISTEN_FD, ~0U,
           1U << 2); /* CLOSE_RANGE_CLOEXEC */
#endif
}

/* This comes last, because the descriptor of the report may have the number
 * that the socket needs. */
static void
pass_socket (struct child *c)
{
  int fd = c->spawn->listening;

  if (c->report == LISTEN_FD) {
    c->report = fcntl (c->report, F_DUPFD_CLOEXEC, LISTEN_FD + 1);
    if (c->report == -1)
      _exit (127);
  }
  if (fd == LISTEN_FD) {
    if (fcntl (fd, F_SETFD, 0) == -1)
      child_failed (c);
  }
  else if (dup2 (fd, LISTEN_FD) == -1)
    child_failed (c);
}

static void __attribute__ ((noreturn)) run_child (struct child *c)
{
  die_with_parent (c);
  /* The child gets no terminal, so it gets no signals from one. */
  if (setsid () == -1)
    child_failed (c);
  reset_signals ();
  arrange_descriptors (c);
  if (c->pid_variable != NULL) {
    pass_socket (c);
    write_pid (c->pid_variable);
  }
  if (c->spawn->keeps_size && spawn_keep_sizes () == -1)
    child_failed (c);
  execve (c->path, (char **) (uintptr_t) c->spawn->words, c->env);
  child_failed (c);
}

/* ---- the parent ---- */

/* Fork with all signals blocked, so that none of our handlers runs in the
 * child. */
static pid_t
fork_quietly (struct child *c)
{
  sigset_t all, old;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  pid_t pid = fork ();
  int error = errno;
  if (pid == 0)
    run_child (c);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  errno = error;
  return pid;
}

/* Wait until the child runs the program.  Returns false with errno if it
 * cannot. */
static bool
has_begun (int report)
{
  int error = 0;
  ssize_t n;

  do
    n = read (report, &error, sizeof error);
  while (n == -1 && errno == EINTR);
  errno = error;
  return n == 0;
}

pid_t
spawn_child (const struct spawn *s, const char *path)
{
  struct child c = { .spawn = s, .path = path, .parent = getpid () };
  int report[2];
  pid_t pid = -1;

  c.nothing = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (c.nothing == -1)
    return -1;
  if (pipe2 (report, O_CLOEXEC) == -1) {
    close (c.nothing);
    return -1;
  }
  c.report = report[1];
  make_environment (&c);
  pid = fork_quietly (&c);
  int error = errno;
  close (c.nothing);
  close (report[1]);
  if (pid > 0 && !has_begun (report[0])) {
    error = errno;
    while (waitpid (pid, NULL, 0) == -1 && errno == EINTR)
      ;
    pid = -1;
  }
  close (report[0]);
  free (c.env);
  free (c.pid_variable);
  errno = error;
  return pid;
}
