/* SPDX-License-Identifier: MIT */
/* Starting a program as a server.  All that can fail or allocate is done
 * before the fork, because the child of a threaded program may only call
 * async-signal-safe functions. */

#include "reach/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern char **environ;

#define PID_VARIABLE "LISTEN_PID="
#define PID_DIGITS 20

/* What the parent prepares for the child. */
struct child {
  const struct nbdi_spawn *spawn;
  struct nbdi_start *start;  /* for the parent to read */
  struct nbdi_strings paths; /* where the program may be */
  char **shell_argv;         /* for a file that is no executable */
  char **env;                /* NULL: inherited */
  struct nbdi_strings added; /* variables of ours in it */
};

/* The paths where execvp would look for the program. */
static int
list_paths (struct nbdi_strings *paths, const char *program)
{
  const char *path = getenv ("PATH");
  CLEANUP_FREE char *standard = NULL;

  if (*program == '\0')
    return 0; /* an empty name is found nowhere */
  if (strchr (program, '/') != NULL)
    return nbdi_strings_add (paths, program);
  if (path == NULL) {
    size_t len = confstr (_CS_PATH, NULL, 0);
    standard = calloc (len + 1, 1);
    if (standard == NULL) {
      nbdi_error (errno, "calloc");
      return -1;
    }
    confstr (_CS_PATH, standard, len);
    path = standard;
  }
  for (;;) {
    size_t len = strcspn (path, ":");
    CLEANUP_FREE char *full = NULL;

    if (asprintf (&full, "%.*s%s%s", (int) len, path, len > 0 ? "/" : "./",
                  program)
        == -1) {
      full = NULL;
      nbdi_error (errno, "asprintf");
      return -1;
    }
    if (nbdi_strings_add (paths, full) == -1)
      return -1;
    if (path[len] == '\0')
      return 0;
    path += len + 1;
  }
}

static bool
is_listen_variable (const char *s)
{
  static const char *const names[] = {
    PID_VARIABLE,
    "LISTEN_FDS=",
    "LISTEN_FDNAMES=",
    "LISTEN_PIDFDID=",
  };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strncmp (s, names[i], strlen (names[i])) == 0)
      return true;
  return false;
}

/* The environment for socket activation.  The child's pid is not known yet,
 * so the first variable only has room for it. */
static int
make_environment (struct child *child)
{
  CLEANUP_FREE char *names = NULL;
  size_t n = 0, kept = 0;

  if (asprintf (&names, "LISTEN_FDNAMES=%s", child->spawn->activation_name)
      == -1) {
    names = NULL;
    nbdi_error (errno, "asprintf");
    return -1;
  }
  if (nbdi_strings_add (&child->added, PID_VARIABLE "00000000000000000000")
        == -1
      || nbdi_strings_add (&child->added, "LISTEN_FDS=1") == -1
      || nbdi_strings_add (&child->added, names) == -1)
    return -1;
  while (environ != NULL && environ[n] != NULL)
    n++;
  child->env = calloc (n + child->added.len + 1, sizeof (char *));
  if (child->env == NULL) {
    nbdi_error (errno, "calloc");
    return -1;
  }
  for (size_t i = 0; i < child->added.len; i++)
    child->env[kept++] = child->added.v[i];
  for (size_t i = 0; i < n; i++)
    if (!is_listen_variable (environ[i]))
      child->env[kept++] = environ[i];
  return 0;
}

static int
make_shell_argv (struct child *child)
{
  size_t n = 0;

  while (child->spawn->argv[n] != NULL)
    n++;
  child->shell_argv = calloc (n + 2, sizeof (char *));
  if (child->shell_argv == NULL) {
    nbdi_error (errno, "calloc");
    return -1;
  }
  child->shell_argv[0] = (char *) "/bin/sh";
  for (size_t i = 1; i < n; i++)
    child->shell_argv[i + 1] = child->spawn->argv[i];
  return 0;
}

static void
free_child (struct child *child)
{
  nbdi_strings_clear (&child->paths);
  nbdi_strings_clear (&child->added);
  free (child->shell_argv);
  free (child->env);
}

/* From here to exec: async-signal-safe functions only. */

static void __attribute__ ((noreturn))
child_failed (const struct child *child, const char *what, int errnum)
{
  struct nbdi_start *start = child->start;
  size_t len = strnlen (what, sizeof start->what - 1);

  memcpy (start->what, what, len);
  start->errnum = errnum;
  _exit (errnum == ENOENT || errnum == ENOTDIR ? 127 : 126);
}

/* Give the child `fd` under the number `as`. */
static void
pass_descriptor (const struct child *child, int fd, int as)
{
  if (fd == as) {
    int flags = fcntl (fd, F_GETFD);
    if (flags == -1 || fcntl (fd, F_SETFD, flags & ~FD_CLOEXEC) == -1)
      child_failed (child, "fcntl", errno);
  }
  else if (dup2 (fd, as) == -1)
    child_failed (child, "dup2", errno);
}

static void
write_pid (char *variable)
{
  char *p = variable + strlen (PID_VARIABLE) + PID_DIGITS;
  char *first = variable + strlen (PID_VARIABLE);
  size_t len = 0;

  for (pid_t pid = getpid (); pid > 0; pid /= 10, len++)
    *--p = (char) ('0' + pid % 10);
  memmove (first, p, len);
  first[len] = '\0';
}

/* Programs expect descriptors 0, 1 and 2 to be open.  If the parent has
 * closed one, or one is a socket of ours, the child gets /dev/null in its
 * place. */
static void
fill_standard_descriptors (const struct child *child)
{
  for (int fd = 0; fd <= 2; fd++) {
    int flags = fcntl (fd, F_GETFD);

    if (flags != -1 && (flags & FD_CLOEXEC) == 0)
      continue;
    close (fd);
    if (open ("/dev/null", O_RDWR) != fd)
      child_failed (child, "/dev/null", errno);
  }
}

/* Reset signal handlers: those of the program must not run in the child,
 * and exec resets them only later.  Signals that the program ignores stay
 * ignored, as with exec, except those that are used to end the server. */
static void
default_signals (const sigset_t *mask)
{
  sigset_t unblocked = *mask;

  for (int sig = 1; sig < NSIG; sig++) {
    struct sigaction action;

    if (sigaction (sig, NULL, &action) == 0
        && ((action.sa_flags & SA_SIGINFO) != 0
            || action.sa_handler != SIG_IGN))
      signal (sig, SIG_DFL);
  }
  signal (SIGPIPE, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  sigdelset (&unblocked, SIGTERM);
  pthread_sigmask (SIG_SETMASK, &unblocked, NULL);
}

/* Whether execvp would try the next directory after this error. */
static bool
search_goes_on (int errnum)
{
  switch (errnum) {
  case EACCES:
  case ENODEV:
  case ENOENT:
  case ENOTDIR:
  case ESTALE:
  case ETIMEDOUT: return true;
  default: return false;
  }
}

/* Run the program; if that fails, return the errno that execvp would set. */
static int
search_and_exec (const struct child *child)
{
  char **env = child->env ? child->env : environ;
  int error = ENOENT;

  for (size_t i = 0; i < child->paths.len; i++) {
    execve (child->paths.v[i], child->spawn->argv, env);
    if (errno == ENOEXEC) {
      child->shell_argv[1] = child->paths.v[i];
      execve (child->shell_argv[0], child->shell_argv, env);
    }
    if (!search_goes_on (errno))
      return errno;
    /* EACCES is a better explanation than a later ENOENT. */
    if (error != EACCES)
      error = errno;
  }
  return error;
}

static void __attribute__ ((noreturn))
run_child (const struct child *child, const sigset_t *mask)
{
  const struct nbdi_spawn *spawn = child->spawn;

  for (int i = 0; i < 2; i++)
    if (spawn->as[i] >= 0)
      pass_descriptor (child, spawn->fd, spawn->as[i]);
  fill_standard_descriptors (child);
  if (child->env)
    write_pid (child->added.v[0]);
  default_signals (mask);
  int error = search_and_exec (child);
  child_failed (child, spawn->argv[0], error);
}

/* Shared memory, and not a pipe, because it needs no descriptor that
 * another child of the program could keep open. */
static int
share_start (struct nbdi_reach *reach, struct child *child)
{
  child->start = mmap (NULL, sizeof *child->start, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (child->start == MAP_FAILED) {
    nbdi_error (errno, "mmap");
    return -1;
  }
  reach->start = child->start;
  return 0;
}

void
nbdi_forget_start (struct nbdi_reach *reach)
{
  if (reach->start)
    munmap (reach->start, sizeof *reach->start);
  reach->start = NULL;
}

/* Start the child.  The caller closes its copy of the descriptor. */
int
nbdi_spawn (struct nbdi_reach *reach, const struct nbdi_spawn *spawn)
{
  struct child child = { .spawn = spawn };
  int r = -1;

  if (list_paths (&child.paths, spawn->argv[0]) == -1
      || make_shell_argv (&child) == -1 || share_start (reach, &child) == -1
      || (spawn->activation_name && make_environment (&child) == -1))
    goto out;
  /* No handler of the program may run in the child. */
  sigset_t all, mask;
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &mask);
  pid_t pid = fork ();
  int fork_errno = errno;
  if (pid == 0)
    run_child (&child, &mask);
  pthread_sigmask (SIG_SETMASK, &mask, NULL);
  if (pid == -1) {
    nbdi_error (fork_errno, "fork");
    goto out;
  }
  reach->pid = pid;
  reach->owner = getpid ();
  r = 0;
out:
  if (r == -1)
    nbdi_forget_start (reach);
  free_child (&child);
  return r;
}
