/* Every call from every callback, and closing a meeting in each of them, beside each of them and in another meeting's. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "every.h"

/* Planted faults: closing that does not wait, that does nothing in a callback, that forgets who is still in one; a withdrawal in a callback that comes to nothing. */
#ifndef FAULT
#define FAULT 0
#endif

static _Thread_local int depth;

static framegate_status closed(framegate_meeting meeting) {
  if (FAULT == 2 && depth > 0) return FRAMEGATE_OK;
  framegate_status status = framegate_meeting_close(meeting);
  if (FAULT == 3 && status == FRAMEGATE_ERROR_STILL_CALLED) status = FRAMEGATE_OK;
  return status;
}

static void *close_later(void *user) {
  framegate_meeting *meeting = (framegate_meeting *)user;
  (void)framegate_meeting_close(*meeting);
  free(meeting);
  return NULL;
}

/* As every thread that is in no callback does. */
static framegate_status closed_outside(framegate_meeting meeting) {
  if (FAULT != 1) return framegate_meeting_close(meeting);
  pthread_t thread;
  framegate_meeting *later = (framegate_meeting *)malloc(sizeof *later);
  CHECK(later != NULL);
  *later = meeting;
  CHECK(pthread_create(&thread, NULL, close_later, later) == 0 && pthread_detach(thread) == 0);
  return FRAMEGATE_OK;
}

enum callback { NEITHER, APPEND, EVENT };

/* What a meeting's callbacks are passed: on the heap, and freed as soon as it may be. */
struct user {
  struct handles is;
  enum callback in;              /* in which `does` is called, once */
  void (*does)(struct user *);
  struct user *other;
  struct lines kept;
  int done;                      /* by `does` */
  atomic_int entered, leaves;    /* for threads that wait for each other */
  framegate_status closing;
};

static atomic_int callbacks; /* under way */

static void in_callback(struct user *user, enum callback which) {
  depth++;
  atomic_fetch_add(&callbacks, 1);
  if (user->in == which) {
    user->in = NEITHER;
    user->does(user);
  }
  atomic_fetch_sub(&callbacks, 1);
  depth--;
}

static int32_t on_append(void *passed, const uint8_t *lines, size_t length, int32_t durable) {
  struct user *user = (struct user *)passed;
  /* As many as there is room for. */
  if (user->kept.length + length <= sizeof user->kept.bytes) keep_lines(&user->kept, lines, length, durable);
  in_callback(user, APPEND);
  return 0;
}

static void on_event(void *passed, const char *line, size_t length) {
  CHECK(length > 1 && line[0] == '{');
  in_callback((struct user *)passed, EVENT);
}

static struct user *opened(const char *who) {
  struct user *user = (struct user *)calloc(1, sizeof *user);
  CHECK(user != NULL);
  user->is = made_with(&OWN, who, on_append, on_event, user, &user->kept);
  return user;
}

static int admitted(struct handles is) {
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  size_t handed_on;
  OK(framegate_tap_admit(is.tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on));
  if (handed_on > 0) OK(framegate_tap_end(is.tap));
  return (int)handed_on;
}

static void release_all(struct handles is) {
  OK(framegate_tap_close(is.tap));
  OK(framegate_group_close(is.group));
  OK(framegate_settling_close(is.settling));
  OK(framegate_ledger_close(is.ledger));
  OK(framegate_verifier_close(is.verifier));
  OK(framegate_meeting_key_close(is.key));
  OK(framegate_stream_key_close(is.stream_key));
  OK(framegate_capture_clock_close(is.clock));
  OK(framegate_source_map_close(is.map));
}

/* The meeting is gone, and its tap is shut. */
static void is_shut(struct handles is) {
  uint64_t generation;
  IS(framegate_meeting_generation(is.meeting, &generation), FRAMEGATE_ERROR_HANDLE);
  IS(admitted(is), 0);
  release_all(is);
}

/* Everything that makes an entry; each is one call. */
static void enters_grant(struct handles is) {
  const framegate_grant grant = grant_of(is.notice, scope_of(1, FRAMEGATE_PURPOSE_TRAIN));
  (void)!framegate_meeting_grant(is.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, is.who, &grant, seconds(3));
}
static void enters_withdrawal(struct handles is) { (void)!framegate_meeting_withdraw(is.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, is.who, scope_of(4, 1), seconds(3), NULL); }
static void enters_leave(struct handles is) { (void)!framegate_meeting_leave(is.meeting, is.who, seconds(3), NULL); }
static void enters_restriction(struct handles is) { (void)!framegate_meeting_restrict(is.meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope_of(8, 1), seconds(3), NULL); }
static void enters_supersede(struct handles is) { (void)!framegate_meeting_supersede(is.meeting, &is.notice, seconds(3), NULL); }
static void enters_lift(struct handles is) { (void)!framegate_meeting_lift(is.meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope_of(8, 1), seconds(3)); }
static void enters_settled(struct handles is) { bool settled; (void)!framegate_meeting_settled(is.meeting, is.settling, seconds(3), &settled); }
static void enters_count(struct handles is) { (void)!framegate_meeting_count(is.meeting, seconds(3)); }
static void enters_end(struct handles is) { (void)!framegate_meeting_end(is.meeting, NULL); }
static void enters_stream(struct handles is) {
  const framegate_stream_options mix = stream_of(FRAMEGATE_STREAM_MIX, is.who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  framegate_stream stream;
  (void)!framegate_stream_open(is.meeting, &mix, &stream);
}
static void enters_outlet(struct handles is) {
  const framegate_outlet_options more = outlet_of(FRAMEGATE_PURPOSE_TRAIN, 0, "more");
  framegate_outlet outlet;
  (void)!framegate_outlet_open(is.meeting, &more, &outlet);
}
static void enters_third_party(struct handles is) {
  uint16_t pair;
  (void)!framegate_meeting_third_party(is.meeting, FRAMEGATE_PURPOSE_TRAIN, string_of("ACME"), &pair);
}
static void enters_notice(struct handles is) {
  framegate_notice notice;
  memset(&notice, 0, sizeof notice);
  notice.size = (uint32_t)sizeof notice;
  notice.scope = scope_of(1, 1);
  notice.version = notice.language = notice.controller = string_of("x");
  notice.digest = is.notice;
  (void)!framegate_meeting_show(is.meeting, &notice);
}
static void enters_join(struct handles is) {
  framegate_join_options join;
  framegate_participant who;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.id = string_of("late");
  join.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  (void)!framegate_meeting_join(is.meeting, &join, seconds(3), &who);
}

static void (*const ACTS[])(struct handles) = {enters_grant,  enters_withdrawal, enters_leave, enters_restriction, enters_supersede,   enters_lift,   enters_settled,
                                               enters_count, enters_end,        enters_stream, enters_outlet,     enters_third_party, enters_notice, enters_join};
enum { COUNT = sizeof ACTS / sizeof ACTS[0] };

/* ---- Closed in its own callback ---- */

/* The callbacks' `user`, which the callback itself frees. */
struct freed {
  struct handles is;
  enum callback in;
};

static int32_t append_freed(void *passed, const uint8_t *lines, size_t length, int32_t durable) {
  struct freed *user = (struct freed *)passed;
  (void)lines, (void)length, (void)durable;
  if (user->in == APPEND) {
    const struct handles is = user->is;
    depth++;
    OK(closed(is.meeting));
    depth--;
    free(user);
  }
  return 0;
}

static void event_freed(void *passed, const char *line, size_t length) {
  struct freed *user = (struct freed *)passed;
  (void)line, (void)length;
  if (user->in == EVENT) {
    const struct handles is = user->is;
    depth++;
    OK(closed(is.meeting));
    depth--;
    free(user);
  }
}

static void in_its_own(void) {
  for (int which = APPEND; which <= EVENT; which++) {
    for (int act = 0; act < COUNT; act++) {
      static struct lines kept;
      struct lines seed;
      memset(&kept, 0, sizeof kept);
      struct freed *user = (struct freed *)calloc(1, sizeof *user);
      CHECK(user != NULL);
      /* A ledger to read comes from a meeting of its own. */
      const struct handles other = made_by(&OWN, "ben", &kept);
      seed = kept;
      user->is = made_with(&OWN, "ann", append_freed, event_freed, user, &seed);
      if (ACTS[act] == enters_lift) OK(framegate_meeting_restrict(user->is.meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope_of(8, 1), seconds(3), NULL));
      const struct handles is = user->is;
      IS(admitted(is), 1);
      user->in = (enum callback)which;
      ACTS[act](is);
      is_shut(is);
      IS(admitted(other), 1);
      OK(framegate_meeting_close(other.meeting));
      is_shut(other);
    }
  }
}

/* ---- Every call ---- */

/* It is in force at once, and settles once the store has returned. */
static void narrows(struct user *user) {
  const struct handles is = user->is;
  framegate_settling settlings[5];
  bool settled = true;
  IS(admitted(is), 1);
  OK(framegate_meeting_restrict(is.meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope_of(2, FRAMEGATE_PURPOSE_RECORD), seconds(3), &settlings[0]));
  IS(admitted(is), 1);
  OK(framegate_meeting_withdraw(is.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, is.who, scope_of(1, FRAMEGATE_PURPOSE_RECORD), seconds(3), &settlings[1]));
  IS(admitted(is), FAULT == 4);
  OK(framegate_meeting_supersede(user->other->is.meeting, &user->other->is.notice, seconds(3), &settlings[2]));
  IS(admitted(user->other->is), 0);
  OK(framegate_meeting_leave(user->other->is.meeting, user->other->is.who, seconds(3), &settlings[3]));
  OK(framegate_meeting_end(user->other->is.meeting, &settlings[4]));
  for (int at = 0; at < 2; at++) {
    OK(framegate_settling_is_settled(settlings[at], &settled));
    CHECK(!settled);
    OK(framegate_settling_close(settlings[at]));
  }
  /* The other's store was not called yet. */
  for (int at = 2; at < 5; at++) {
    OK(framegate_settling_is_settled(settlings[at], &settled));
    CHECK(settled);
    OK(framegate_settling_close(settlings[at]));
  }
}

static void is_busy(struct user *user) {
  refuse_meeting(user->is, user->is, FRAMEGATE_ERROR_BUSY);
  refuse_meeting(user->is, user->other->is, FRAMEGATE_ERROR_BUSY);
  framegate_meeting_options options = options_of("inner");
  framegate_meeting meeting;
  IS(framegate_meeting_open(&options, &meeting), FRAMEGATE_ERROR_BUSY);
  works_without_meeting(user->is);
  works_without_meeting(user->other->is);
  narrows(user);
  user->done = 1;
}

static void works_in_event(struct user *user) {
  works_without_meeting(user->is);
  for (int act = 0; act < COUNT; act++) {
    if (ACTS[act] != enters_end && ACTS[act] != enters_leave) {
      ACTS[act](user->is);
      ACTS[act](user->other->is);
    }
  }
  struct user *inner = opened("inner");
  OK(framegate_meeting_close(inner->is.meeting));
  is_shut(inner->is);
  free(inner);
  user->done = 1;
}

static void every_call(void) {
  struct user *user = opened("ann");
  user->other = opened("ben");
  user->does = is_busy;
  user->in = APPEND;
  enters_grant(user->is);
  CHECK(user->done);
  user->done = 0;
  user->does = works_in_event;
  user->in = EVENT;
  enters_withdrawal(user->is);
  CHECK(user->done);
  IS(admitted(user->other->is), 0); /* its notice was superseded */
  OK(framegate_meeting_close(user->other->is.meeting));
  OK(framegate_meeting_close(user->is.meeting));
  is_shut(user->other->is);
  is_shut(user->is);
  free(user->other);
  free(user);
}

/* ---- Closed by another thread ---- */

static void waits(struct user *user) {
  atomic_store(&user->entered, 1);
  while (!atomic_load(&user->leaves)) usleep(1000);
}

static void *grants(void *passed) {
  enters_grant(*(struct handles *)passed);
  return NULL;
}

static void *lets_go(void *passed) {
  usleep(50000);
  atomic_store(&((struct user *)passed)->leaves, 1);
  return NULL;
}

static void by_another_thread(void) {
  for (int which = APPEND; which <= EVENT; which++) {
    struct user *user = opened("ann");
    struct handles is = user->is;
    user->does = waits;
    user->in = (enum callback)which;
    pthread_t calling, opening;
    CHECK(pthread_create(&calling, NULL, grants, &is) == 0);
    while (!atomic_load(&user->entered)) usleep(1000);
    CHECK(pthread_create(&opening, NULL, lets_go, user) == 0);
    OK(closed_outside(is.meeting));
    /* None is under way, so it may go. */
    IS(atomic_load(&callbacks), 0);
    CHECK(pthread_join(opening, NULL) == 0);
    free(user);
    CHECK(pthread_join(calling, NULL) == 0);
    is_shut(is);
  }
}

/* ---- Closed in another meeting's callback ---- */

static void closes_other(struct user *user) {
  user->closing = closed(user->other->is.meeting);
}

static void in_another_meetings(void) {
  for (int which = APPEND; which <= EVENT; which++) {
    for (int theirs = NEITHER; theirs <= EVENT; theirs++) {
      struct user *user = opened("ann"), *other = opened("ben");
      struct handles is = other->is;
      user->other = other;
      user->does = closes_other;
      user->in = (enum callback)which;
      other->does = waits;
      other->in = (enum callback)theirs;
      pthread_t calling;
      const size_t before = other->kept.length;
      if (theirs != NEITHER) {
        CHECK(pthread_create(&calling, NULL, grants, &is) == 0);
        while (!atomic_load(&other->entered)) usleep(1000);
      }
      enters_withdrawal(user->is);
      IS(user->closing, theirs == NEITHER ? FRAMEGATE_OK : FRAMEGATE_ERROR_STILL_CALLED);
      uint64_t generation;
      IS(framegate_meeting_generation(is.meeting, &generation), FRAMEGATE_ERROR_HANDLE);
      if (theirs != NEITHER) {
        atomic_store(&other->leaves, 1);
        CHECK(pthread_join(calling, NULL) == 0);
        /* What that thread was entering is entered. */
        CHECK(other->kept.length > before);
      }
      free(other);
      is_shut(is);
      OK(framegate_meeting_close(user->is.meeting));
      is_shut(user->is);
      free(user);
    }
  }
}

/* Two threads in callbacks close each other's meetings: neither waits for ever. */
static void closes_across(struct user *user) {
  atomic_store(&user->entered, 1);
  while (!atomic_load(&user->other->entered)) usleep(1000);
  user->closing = closed(user->other->is.meeting);
}

static void across(void) {
  for (int which = APPEND; which <= EVENT; which++) {
    for (int theirs = APPEND; theirs <= EVENT; theirs++) {
      struct user *one = opened("ann"), *two = opened("ben");
      struct handles of_one = one->is, of_two = two->is;
      one->other = two;
      two->other = one;
      one->does = two->does = closes_across;
      one->in = (enum callback)which;
      two->in = (enum callback)theirs;
      pthread_t first, second;
      CHECK(pthread_create(&first, NULL, grants, &of_one) == 0);
      CHECK(pthread_create(&second, NULL, grants, &of_two) == 0);
      CHECK(pthread_join(first, NULL) == 0);
      CHECK(pthread_join(second, NULL) == 0);
      /* At least the one that closed first found the other in its callback. */
      CHECK(one->closing == FRAMEGATE_ERROR_STILL_CALLED || two->closing == FRAMEGATE_ERROR_STILL_CALLED);
      is_shut(of_one);
      is_shut(of_two);
      free(one);
      free(two);
    }
  }
}

/* Threads that call while the meeting is closed, many times. */
static void *calls(void *passed) {
  const struct handles is = *(struct handles *)passed;
  uint64_t generation;
  while (framegate_meeting_generation(is.meeting, &generation) == FRAMEGATE_OK) {
    enters_restriction(is);
  }
  return NULL;
}

static void while_calling(void) {
  for (int turn = 0; turn < 50; turn++) {
    struct user *user = opened("ann");
    struct handles is = user->is;
    pthread_t threads[3];
    for (int at = 0; at < 3; at++) CHECK(pthread_create(&threads[at], NULL, calls, &is) == 0);
    usleep(200);
    OK(closed_outside(is.meeting));
    free(user);
    for (int at = 0; at < 3; at++) CHECK(pthread_join(threads[at], NULL) == 0);
    is_shut(is);
  }
}

int main(void) {
  alarm(120);
  in_its_own();
  every_call();
  by_another_thread();
  in_another_meetings();
  across();
  while_calling();
  puts("callbacks: every call in each, and the meeting closed in and beside each");
  return 0;
}
