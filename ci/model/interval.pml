/* Intervals that are written again (R5), as src/shared/mod.rs argues them (the fourth and the fifth point): an interval is written before any state names it,
 * and not again while a state names it, nor in the event in which the last one stopped naming it. A reader loads the stamp, a state, the interval that it names,
 * and the stamp again. The writer's stores leave its store buffer one after the other, at any time; the readers store nothing that matters here.
 *
 * Recording began at 50. In one event it ends and sharing begins, at 0; in the next, training, at 0; then recording begins anew, at 90.
 * So nothing that was captured at 20 is ever recorded.
 *
 * Planted faults, by -D: NO_REST (an interval is free in the event in which it is let go), NO_STAMP (the stamps are not compared),
 * STATE_FIRST (a state names an interval before it is written).
 * CLEARS fails as soon as something is cleared at all, which shows that the rest is not empty.
 */

#define STAMP 0
/* A state: 0 is closed, otherwise the number of its interval, from 1. */
#define RECORD 1
#define SHARE 2
#define TRAIN 3
/* Interval 1 is at 4, and so on; each is a beginning. */
#define INTERVAL 3
#define INTERVALS 3

byte memory[7];
chan buffer = [3] of { byte, byte };

active proctype Drain() {
  byte place, value;
end:
  do
  :: atomic { buffer?place, value -> memory[place] = value }
  od
}

#ifdef NO_STAMP
#define IS_SAME true
#else
#define IS_SAME (before == after)
#endif
#define bit(number) (1 << (number))

inline let_go(state, number) {
  buffer!state, 0;
  named = named & ~bit(number);
#ifndef NO_REST
  resting = resting | bit(number)
#endif
}

/* By the first interval that is free. */
inline begin(state, since) {
  number = 1;
  do
  :: (named | resting) & bit(number) -> number++
  :: else -> break
  od;
  assert(number <= INTERVALS);
#ifdef STATE_FIRST
  buffer!state, number; buffer!(INTERVAL + number), since;
#else
  buffer!(INTERVAL + number), since; buffer!state, number;
#endif
  named = named | bit(number)
}

inline complete() {
  events++;
  buffer!STAMP, events;
  resting = 0
}

proctype Meeting() {
  byte named = bit(1), resting = 0, number, events = 0;
  let_go(RECORD, 1); begin(SHARE, 0); complete();
  begin(TRAIN, 0); complete();
  begin(RECORD, 90); complete()
}

proctype Recorder(byte captured) {
  byte before, state, since, after, frame;
  for (frame : 1 .. 2) {
    before = memory[STAMP];
    state = memory[RECORD];
    if
    :: state ->
      since = memory[INTERVAL + state];
      after = memory[STAMP];
      if
      :: since <= captured && IS_SAME ->
        assert(captured >= 50);
#ifdef CLEARS
        assert(false)
#endif
      :: else
      fi
    :: else
    fi
  }
}

init {
  atomic {
    memory[RECORD] = 1;
    memory[INTERVAL + 1] = 50;
    run Meeting();
    run Recorder(20);
    run Recorder(60)
  }
}
