/* SPDX-License-Identifier: MIT */
/* Helpers: starting, waiting for and ending programs that work for us. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "tool.h"

/* How long a helper may take to end after it was asked: usually, so that it
 * can write what it has in memory; after a signal, or if nobody waits for its
 * data; and if it has something to tidy up. */
#define END_MS 60000
#define HURRY_MS 1000
#define TIDY_MS 6000
/* If a helper dies, its broken connection is often seen before its end. */
#define DYING_MS 200

struct helper {
  struct helper *next;
  char *program;
  pid_t pid;
  bool tidies_up;
  bool asked; /* to end, with SIGTERM */
  bool ended;
  int status; /* valid if ENDED */
  struct messages *messages;
};

/* Protects the list and the state of each helper, because any thread may call
 * helper_said. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct helper *helpers;

static const char *
package_of (const char *program)
{
  static const char *const packages[][2] = {
    { "curl", "curl" },           { "e2fsck", "e2fsprogs" },
    { "nbdkit", "nbdkit" },       { "qemu-img", "qemu-utils" },
    { "qemu-nbd", "qemu-utils" }, { "resize2fs", "e2fsprogs" },
  };

  for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
    if (strcmp (program, packages[i][0]) == 0)
      return packages[i][1];
  return program;
}

bool
helper_exists (const char *program)
{
  char *path = spawn_find (program);
  bool exists = path != NULL;

  free (path);
  return exists;
}

char *
helper_missing (const char *program, const char *purpose)
{
  return tool_format ("%s is needed to %s; it is in the package %s", program,
                      purpose, package_of (program));
}

/* ---- ends ---- */

/* Wait until the helper has ended, but no longer than so many milliseconds.
 * It is not reaped, so that its process number stays reserved until its
 * process group was killed. */
static bool
has_ended (struct helper *h, int ms)
{
  siginfo_t info;
  int step = 1;

  for (;;) {
    info.si_pid = 0;
    int r = waitid (P_PID, h->pid, &info, WEXITED | WNOWAIT | WNOHANG);
    if ((r == 0 && info.si_pid != 0) || (r == -1 && errno != EINTR))
      return true;
    if (ms <= 0)
      return false;
    poll (NULL, 0, step);
    ms -= step;
    step = step < 16 ? step * 2 : step;
  }
}

/* Reap the helper, which has ended.  Called with the lock held. */
static void
reap (struct helper *h)
{
  if (h->ended)
    return;
  kill (-h->pid, SIGKILL); /* other processes that it has started */
  while (waitpid (h->pid, &h->status, 0) == -1)
    if (errno != EINTR) {
      h->status = 0;
      break;
    }
  h->ended = true;
  messages_end (h->messages);
}

static bool
ended_well (const struct helper *h)
{
  if (h->asked && WIFSIGNALED (h->status) && WTERMSIG (h->status) == SIGTERM)
    return true;
  return WIFEXITED (h->status) && WEXITSTATUS (h->status) == 0;
}

/* "qemu-nbd: its messages", or how it ended; NULL if nothing is known.  To be
 * freed. */
static char *
explain (struct helper *h)
{
  char *said = messages_text (h->messages, h->program), *all = NULL;

  if (h->ended && WIFSIGNALED (h->status) && !h->asked)
    all = tool_format ("%s was killed by signal %d (%s)%s%s", h->program,
                       WTERMSIG (h->status), strsignal (WTERMSIG (h->status)),
                       said ? ": " : "", said ? said : "");
  else if (said != NULL)
    all = tool_format ("%s: %s", h->program, said);
  else if (h->ended && !ended_well (h))
    all = tool_format ("%s ended with status %d, and did not say why",
                       h->program, WEXITSTATUS (h->status));
  free (said);
  return all;
}

char *
helper_said (struct helper *h)
{
  pthread_mutex_lock (&lock);
  if (!h->ended && has_ended (h, DYING_MS))
    reap (h);
  char *text = explain (h);
  pthread_mutex_unlock (&lock);
  return text;
}

static void
release (struct helper *h)
{
  struct helper **p = &helpers;

  pthread_mutex_lock (&lock);
  while (*p != h)
    p = &(*p)->next;
  *p = h->next;
  pthread_mutex_unlock (&lock);
  messages_free (h->messages);
  free (h->program);
  free (h);
}

/* Reap the helper, which has ended, and kill what is left of its group. */
static void
bury (struct helper *h)
{
  pthread_mutex_lock (&lock);
  reap (h);
  pthread_mutex_unlock (&lock);
}

/* The helper has ended: return 0 or say how it failed, and free it. */
static int
finish (struct helper *h, char **why)
{
  bury (h);
  int r = ended_well (h) ? 0 : -1;
  if (r == -1 && why != NULL)
    *why = explain (h);
  release (h);
  return r;
}

int
helper_check_end (struct helper *h, char **why)
{
  int r = 0;

  pthread_mutex_lock (&lock);
  if (!h->ended && has_ended (h, HURRY_MS * 10))
    reap (h);
  if (!h->ended) {
    *why = tool_format ("%s has closed its output, but does not end",
                        h->program);
    r = -1;
  }
  else if (!ended_well (h)) {
    *why = explain (h);
    r = -1;
  }
  pthread_mutex_unlock (&lock);
  return r;
}

static void
wait_for_end (struct helper *h)
{
  while (!has_ended (h, 50))
    tool_check_signal ();
}

int
helper_wait (struct helper *h, char **why)
{
  wait_for_end (h);
  return finish (h, why);
}

static void
ask_to_end (struct helper *h)
{
  if (h->asked || h->ended)
    return;
  if (!has_ended (h, 0)) {
    h->asked = true;
    kill (h->pid, SIGTERM);
  }
}

int
helper_end (struct helper *h, char **why)
{
  int left = END_MS;

  ask_to_end (h);
  while (!h->ended && !has_ended (h, 50)) {
    if (tool_signal != 0 && left > HURRY_MS)
      left = HURRY_MS;
    left -= 50;
    if (left > 0)
      continue;
    kill (-h->pid, SIGKILL);
    h->asked = false; /* so being killed counts as a failure */
    has_ended (h, END_MS);
    break;
  }
  return finish (h, why);
}

/* A helper that tidies up needs the helpers that it uses, and must not be in
 * use itself.  So helpers that were started later are killed first.  The list
 * begins with the latest. */
static void
end_tidy_ones (void)
{
  for (struct helper *h = helpers; h != NULL; h = h->next) {
    if (!h->tidies_up || h->ended)
      continue;
    for (struct helper *newer = helpers; newer != h; newer = newer->next) {
      if (newer->ended)
        continue;
      kill (-newer->pid, SIGKILL);
      bury (newer);
    }
    ask_to_end (h);
    has_ended (h, TIDY_MS);
  }
}

/* At the end of the program: end all helpers at the same time. */
static void
end_all (void)
{
  end_tidy_ones ();
  for (struct helper *h = helpers; h != NULL; h = h->next)
    ask_to_end (h);
  for (struct helper *h = helpers; h != NULL; h = h->next)
    if (!h->ended && !has_ended (h, HURRY_MS))
      kill (-h->pid, SIGKILL);
  while (helpers != NULL)
    finish (helpers, NULL);
  tmpdir_remove ();
}

/* Arrange, once, that everything is tidied up at the end of the program. */
static void
helper_begin (void)
{
  static bool begun;

  if (!begun)
    tool_at_end (end_all);
  begun = true;
}

char *
helper_path (const char *name)
{
  helper_begin ();
  return tmpdir_path (name);
}

char *
helper_socket (void)
{
  static unsigned number;
  char *base = tool_format ("socket%u", ++number), *name = helper_path (base);

  free (base);
  return name;
}

/* ---- beginnings ---- */

static char *
cannot_start (const char *program, int error)
{
  return tool_format ("cannot start %s: %s", program, strerror (error));
}

/* The last component of the program's name. */
static const char *
name_of (const char *program)
{
  const char *slash = strrchr (program, '/');

  return slash ? slash + 1 : program;
}

struct helper *
helper_start (struct spawn s, char **why)
{
  const char *program = name_of (s.words[0]);
  char *path = spawn_find (s.words[0]);
  int ends[2];

  helper_begin ();
  if (path == NULL) {
    *why = tool_format ("%s is not installed; it is in the package %s",
                        program, package_of (program));
    return NULL;
  }
  if (pipe2 (ends, O_CLOEXEC) == -1) {
    *why = cannot_start (program, errno);
    free (path);
    return NULL;
  }
  struct helper *h = tool_alloc (sizeof *h);
  s.messages = ends[1];
  h->messages = messages_begin (ends[0]);
  h->program = tool_format ("%s", program);
  h->tidies_up = s.tidies_up;
  h->pid = h->messages == NULL ? -1 : spawn_child (&s, path);
  int error = errno;
  close (ends[1]);
  free (path);
  if (h->pid > 0) {
    pthread_mutex_lock (&lock);
    h->next = helpers;
    helpers = h;
    pthread_mutex_unlock (&lock);
    return h;
  }
  *why = cannot_start (program, error);
  if (h->messages != NULL)
    messages_free (h->messages);
  free (h->program);
  free (h);
  return NULL;
}

void
helper_hide (struct helper *h, const char *secret)
{
  messages_hide (h->messages, secret);
}

struct helper *
helper_start_with_pipe (struct spawn s, int *fd, char **why)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) == -1) {
    *why = cannot_start (name_of (s.words[0]), errno);
    return NULL;
  }
  s.output = ends[1];
  struct helper *h = helper_start (s, why);
  close (ends[1]);
  if (h == NULL)
    close (ends[0]);
  else
    *fd = ends[0];
  return h;
}

struct helper *
helper_pipe (const char *const *words, int *fd, char **why)
{
  return helper_start_with_pipe (spawn_words (words), fd, why);
}

/* Read to the end of the file.  The text is to be freed. */
static char *
read_all (int fd)
{
  struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
                         { .fd = tool_signal_fd (), .events = POLLIN } };
  char *text = NULL, buffer[4096];
  size_t length = 0;
  ssize_t n = -1;

  while (n != 0) {
    tool_check_signal ();
    if (poll (p, 2, -1) == -1 || p[0].revents == 0)
      continue;
    n = read (fd, buffer, sizeof buffer);
    if (n == -1 && errno != EINTR)
      break;
    if (n <= 0)
      continue;
    text = realloc (text, length + n + 1);
    if (text == NULL)
      tool_fail ("out of memory");
    memcpy (text + length, buffer, n);
    length += n;
  }
  if (text == NULL)
    text = tool_alloc (1);
  text[length] = '\0';
  return text;
}

char *
helper_run (const char *const *words, char **why)
{
  int fd;
  struct helper *h = helper_pipe (words, &fd, why);

  if (h == NULL)
    return NULL;
  char *text = read_all (fd);
  close (fd);
  if (helper_wait (h, why) == 0)
    return text;
  free (text);
  return NULL;
}

int
helper_run_on (const char *const *words, int input, struct helper_result *r,
               char **why)
{
  struct spawn s = spawn_words (words);
  int fd;

  s.input = input;
  s.in_english = true;
  s.keeps_size = true;
  struct helper *h = helper_start_with_pipe (s, &fd, why);
  if (h == NULL)
    return -1;
  r->output = read_all (fd);
  close (fd);
  wait_for_end (h);
  bury (h);
  r->status = WIFEXITED (h->status) ? WEXITSTATUS (h->status) : -1;
  r->said = explain (h);
  release (h);
  return 0;
}

void
helper_result_free (struct helper_result *r)
{
  free (r->output);
  free (r->said);
}
