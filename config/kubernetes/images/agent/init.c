// SPDX-License-Identifier: Apache-2.0
/*
 * Process 1 of a workspace's container: waits for the content, runs the workspace, passes TERM on,
 * and kills what is left when the grace is over. Needs nothing of the image that it runs in.
 *
 *   init SHELL STATE START OUT
 *
 * STATE is written by the keeper: "ready" holds the name of the script in START that SHELL runs,
 * "failed" says why there is no content, "grace" holds the seconds between TERM and KILL (30 where
 * it is not there). OUT gets "exit": the exit code, and "told" where somebody asked for the end.
 *
 * A shell cannot be this process: it has what it starts in the background ignore INT and QUIT, and
 * with it every terminal that is opened in the workspace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_GRACE = 30, LONGEST_GRACE = 24 * 3600, LOOK_MILLIS = 250, NOT_READY = 143 };

static const char *const TERMINATION_LOG = "/dev/termination-log";
static const int STOP_SIGNALS[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPWR};

static sigset_t everything;
static int signals, changes;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reads the beginning of a file; the length, or -1 where it is not there. */
static int content(const char *folder, const char *name, char *text, int size) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int length = (int)read(file, text, (size_t)size - 1);
  close(file);
  if (length < 0) return -1;
  text[length] = 0;
  return length;
}

static void put(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  if (write(file, text, strlen(text)) < 0) perror(path);
  close(file);
}

static int is_stop(int number) {
  if (number == SIGRTMIN + 3) return 1;
  for (size_t i = 0; i < sizeof STOP_SIGNALS / sizeof *STOP_SIGNALS; i++)
    if (number == STOP_SIGNALS[i]) return 1;
  return 0;
}

/* Waits for a signal or a change of STATE; answers whether a stop was asked for. */
static int asked_to_stop(int millis) {
  struct pollfd both[] = {{signals, POLLIN, 0}, {changes, POLLIN, 0}};
  char ignored[4096];
  struct signalfd_siginfo one;
  int stop = 0;
  poll(both, 2, millis);
  while (read(changes, ignored, sizeof ignored) > 0) {}
  while (read(signals, &one, sizeof one) == sizeof one) stop |= is_stop((int)one.ssi_signo);
  return stop;
}

static pid_t run(const char *shell, const char *start, const char *state) {
  char script[600], name[64] = "first";
  if (content(state, "ready", name, sizeof name) > 0) name[strcspn(name, "\n/")] = 0;
  snprintf(script, sizeof script, "%s/%s", start, name);
  if (access(script, R_OK) != 0) snprintf(script, sizeof script, "%s/first", start);
  pid_t child = fork();
  if (child == 0) {
    setsid();
    /* Whoever started us may ignore some, as nohup does; the C library keeps two to itself. */
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &everything, NULL);
    execl(shell, "sh", script, (char *)NULL);
    fprintf(stderr, "%s: %s\n", shell, strerror(errno));
    _exit(127);
  }
  return child;
}

/* Buries whoever has ended; answers whether anybody is left. */
static int bury(pid_t child, int *code) {
  int status;
  pid_t dead;
  while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
    if (dead == child) *code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return kill(-1, 0) == 0 || errno != ESRCH;
}

static int grace(const char *state) {
  char text[32];
  int seconds = content(state, "grace", text, sizeof text) > 0 ? atoi(text) : DEFAULT_GRACE;
  return seconds < 0 || seconds > LONGEST_GRACE ? DEFAULT_GRACE : seconds;
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: init SHELL STATE START OUT\n");
    return 64;
  }
  const char *shell = arguments[1], *state = arguments[2], *start = arguments[3];
  char text[4096], out[512];
  snprintf(out, sizeof out, "%s/exit", arguments[4]);
  sigfillset(&everything);
  sigprocmask(SIG_BLOCK, &everything, NULL);
  signals = signalfd(-1, &everything, SFD_NONBLOCK | SFD_CLOEXEC);
  changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  inotify_add_watch(changes, state, IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE);

  while (content(state, "ready", text, sizeof text) < 0) {
    if (content(state, "failed", text, sizeof text) >= 0) {
      put(TERMINATION_LOG, text);
      return 1;
    }
    if (asked_to_stop(LOOK_MILLIS)) {
      put(TERMINATION_LOG, "content was not ready\n");
      return NOT_READY;
    }
  }

  pid_t child = run(shell, start, state);
  if (child < 0) {
    perror("fork");
    return 126;
  }
  int code = -1, killed = 0;
  double told = 0;
  for (;;) {
    int left = bury(child, &code);
    /* Who ends by itself takes all others along; who was told to has its helpers end in peace. */
    if (code >= 0 && (!told || !left)) break;
    if (told && !killed && now() - told >= grace(state)) {
      kill(-1, SIGKILL);
      killed = 1;
    }
    if (asked_to_stop(told ? LOOK_MILLIS : -1) && !told) {
      told = now();
      kill(-1, SIGTERM);
    }
  }
  snprintf(text, sizeof text, "%d %s\n", code, told ? "told" : "self");
  put(out, text);
  return code;
}
