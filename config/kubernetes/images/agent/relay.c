// SPDX-License-Identifier: Apache-2.0
/*
 * Joins standard input and output with a socket of the keeper, by which its requests are signed:
 *
 *   relay SOCKET
 *
 * The keeper may not have begun to listen, so it is tried for a while. Ends when either side does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TRIES = 200, PAUSE_MICROS = 50 * 1000 };

static int connected(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  for (int tried = 0; tried < TRIES; tried++) {
    int one = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (one < 0) return -1;
    if (connect(one, (struct sockaddr *)&address, sizeof address) == 0) return one;
    close(one);
    usleep(PAUSE_MICROS);
  }
  return -1;
}

/* Moves what there is; answers whether there may be more. */
static int moved(int from, int to) {
  char bytes[16384];
  ssize_t length = read(from, bytes, sizeof bytes);
  if (length < 0) return errno == EINTR;
  for (ssize_t at = 0; at < length;) {
    ssize_t written = write(to, bytes + at, (size_t)(length - at));
    if (written < 0 && errno != EINTR) return 0;
    if (written > 0) at += written;
  }
  return length > 0;
}

int main(int count, char **words) {
  int keeper = count == 2 ? connected(words[1]) : -1;
  if (keeper < 0) {
    fputs("relay: the keeper does not listen\n", stderr);
    return 1;
  }
  struct pollfd both[] = {{STDIN_FILENO, POLLIN, 0}, {keeper, POLLIN, 0}};
  for (;;) {
    if (poll(both, 2, -1) < 0 && errno != EINTR) return 1;
    if (both[0].revents && !moved(STDIN_FILENO, keeper)) return 0;
    if (both[1].revents && !moved(keeper, STDOUT_FILENO)) return 0;
  }
}
