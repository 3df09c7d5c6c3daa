/* fork(): the child has none of its parent's handles, whatever another thread was doing, and what it opens itself is its own. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "every.h"

/* A planted fault: children of which the C library does not know. */
#ifdef FAULT
static pid_t forked(void) { return (pid_t)syscall(SYS_fork); }
#else
static pid_t forked(void) { return fork(); }
#endif

static atomic_int stop;

/* Looks handles up, opens and closes some, all the time. */
static void *busy(void *user) {
  const framegate_meeting meeting = *(const framegate_meeting *)user;
  uint64_t generation;
  while (!atomic_load(&stop)) {
    OK(framegate_meeting_generation(meeting, &generation));
    framegate_settling settling;
    OK(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope_of(1, 1), 0, &settling));
    OK(framegate_settling_close(settling));
  }
  return NULL;
}

static void wait_for(pid_t child) {
  int status = 1;
  CHECK(child > 0);
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void releases(framegate_tap tap) {
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on), 1);
  OK(framegate_tap_end(tap));
}

/* A child, its child, and one of that. */
static void child(struct handles parents) {
  static struct lines kept[3];
  struct handles own = parents;
  for (int depth = 0; depth < 3; depth++) {
    alarm(20);
    own = made_by(&OWN, "zoe", &kept[depth]);
    refuse(own, parents, FRAMEGATE_ERROR_FORKED);
    const pid_t next = depth < 2 ? forked() : 1;
    if (next != 0) {
      if (depth < 2) wait_for(next);
      break;
    }
    parents = own;
  }
  releases(own.tap);
  OK(framegate_tap_close(own.tap));
  IS(framegate_tap_end(own.tap), FRAMEGATE_ERROR_HANDLE);
  OK(framegate_meeting_close(own.meeting));
  IS(framegate_meeting_close(own.meeting), FRAMEGATE_ERROR_HANDLE);
  _exit(0);
}

int main(int count, char **arguments) {
  static struct lines kept;
  const struct handles own = made_by(&OWN, "ann", &kept);
  framegate_meeting_options options = options_of("file");
  framegate_meeting other, filed;
  OK(framegate_meeting_open(&options, &other));
  CHECK(count == 2);
  options.ledger = string_of(arguments[1]);
  OK(framegate_meeting_open(&options, &filed));
  releases(own.tap);

  const pid_t first = forked();
  if (first == 0) child(own);
  wait_for(first);

  /* In the middle of a release: it goes on in the parent alone. */
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  HANDED_ON(framegate_tap_admit(own.tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on), 1);
  const pid_t releasing = forked();
  if (releasing == 0) {
    IS(framegate_tap_end(own.tap), FRAMEGATE_ERROR_FORKED);
    _exit(0);
  }
  wait_for(releasing);
  OK(framegate_tap_end(own.tap));

  framegate_source source = own.source, met;
  framegate_participant room;
  source.people = &own.who;
  met.size = (uint32_t)sizeof met;
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, busy, &other) == 0);
  for (int turn = 0; turn < 300; turn++) {
    const pid_t one = forked();
    if (one == 0) {
      alarm(10);
      framegate_settling settling;
      IS(framegate_meeting_withdraw(own.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, own.who, scope_of(1, 1), 0, &settling), FRAMEGATE_ERROR_FORKED);
      NOT_HANDED_ON(framegate_tap_admit(own.tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on), FRAMEGATE_ERROR_FORKED);
      CHECK(cleared.verdict == FRAMEGATE_VERDICT_DROPPED && cleared.payload.plane[0].data == NULL);
      IS(framegate_source_meet(&source, &source, &room, 1, &met), FRAMEGATE_ERROR_NO_SOURCE);
      /* A meeting that no thread was using has closed its ledger's file. */
      if (turn == 0) {
        char name[64], file[4096];
        for (int at = 3; at < 64; at++) {
          snprintf(name, sizeof name, "/proc/self/fd/%d", at);
          const ssize_t length = readlink(name, file, sizeof file - 1);
          CHECK(length < 0 || (file[length] = 0, strcmp(file, arguments[1]) != 0));
        }
      }
      _exit(0);
    }
    wait_for(one);
  }
  atomic_store(&stop, 1);
  CHECK(pthread_join(thread, NULL) == 0);

  /* The parent's are as they were. */
  releases(own.tap);
  OK(framegate_source_meet(&source, &source, &room, 1, &met));
  OK(framegate_meeting_withdraw(own.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, own.who, scope_of(1, 1), 0, NULL));
  HANDED_ON(framegate_tap_admit(own.tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on), 0);
  OK(framegate_meeting_tick(filed, 1));
  OK(framegate_meeting_close(own.meeting));
  puts("forked: no child has its parent's handles");
  return 0;
}
