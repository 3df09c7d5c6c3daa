/* The library as a plugin has it: loaded and unloaded a hundred times; and after fork(). `loading LIBRARY` */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { MEETINGS = 8 };

/* A function of the library by its name. ISO C has no cast from an object's address to a function's. */
#define LOAD(library, name)                         \
  do {                                              \
    void *address_ = dlsym(library, #name);         \
    CHECK(address_ != NULL);                        \
    memcpy(&call_##name, &address_, sizeof address_); \
  } while (0)

static framegate_status (*call_framegate_meeting_open)(const framegate_meeting_options *, framegate_meeting *);
static framegate_status (*call_framegate_meeting_close)(framegate_meeting);
static framegate_status (*call_framegate_meeting_tick)(framegate_meeting, int64_t);
static uint32_t (*call_framegate_abi_version)(void);

static void load(void *library) {
  LOAD(library, framegate_meeting_open);
  LOAD(library, framegate_meeting_close);
  LOAD(library, framegate_meeting_tick);
  LOAD(library, framegate_abi_version);
  CHECK(call_framegate_abi_version() == FRAMEGATE_ABI_VERSION);
}

static framegate_meeting opened(void) {
  const framegate_meeting_options options = options_of("loaded");
  framegate_meeting meeting;
  CHECK(call_framegate_meeting_open(&options, &meeting) == FRAMEGATE_OK);
  return meeting;
}

int main(int count, char **arguments) {
  CHECK(count == 2);
  for (int turn = 0; turn < 100; turn++) {
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    load(library);
    framegate_meeting meetings[MEETINGS];
    for (int at = 0; at < MEETINGS; at++) meetings[at] = opened();
    for (int at = 0; at < MEETINGS; at++) CHECK(call_framegate_meeting_close(meetings[at]) == FRAMEGATE_OK);
    CHECK(dlclose(library) == 0);
    /* It is gone, so nothing of it kept it there. */
    CHECK(dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) == NULL);
  }

  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL);
  load(library);
  const framegate_meeting meeting = opened();
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(call_framegate_meeting_tick(meeting, 1) == FRAMEGATE_ERROR_FORKED);
    CHECK(call_framegate_meeting_close(meeting) == FRAMEGATE_ERROR_FORKED);
    CHECK(call_framegate_meeting_close(opened()) == FRAMEGATE_OK);
    _exit(0);
  }
  int status = 1;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(call_framegate_meeting_tick(meeting, 2) == FRAMEGATE_OK);
  CHECK(call_framegate_meeting_close(meeting) == FRAMEGATE_OK);
  CHECK(dlclose(library) == 0);
  CHECK(dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) == NULL);

  /* Nothing of it is called any more when the process forks. */
  const pid_t after = fork();
  CHECK(after >= 0);
  if (after == 0) _exit(0);
  CHECK(waitpid(after, &status, 0) == after && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  puts("loaded, unloaded and forked");
  return 0;
}
