/* The cut (R6) and a tap's release, as src/shared/mod.rs argue them, with a store buffer for each thread as on x86:
 * a store is seen by others only when it leaves its thread's buffer, which may be at any time; a fence waits until the buffer is empty.
 * Buffers are first in, first out, so Release and Acquire are there by themselves, and nothing stronger is.
 *
 * Planted faults, by -D: NO_TAP_FENCE, NO_CUT_FENCE, MARK_LATE (consent is read before the mark), SETTLE_FIRST (the marks are read before publishing).
 * RELEASES fails as soon as something is released at all, which shows that the rest is not empty.
 */

#define FRAMES 2
#define MARK 0
#define WORD 1

byte memory[4];                 /* the marks of taps 0 and 1 at 0 and 2; the word at 1 */
chan buffer0 = [4] of { byte, byte };
chan buffer1 = [4] of { byte, byte };
chan buffer2 = [4] of { byte, byte };
bool settled = false;

/* The buffers' ends: one store goes to memory at a time. */
active proctype Drain() {
  byte place, value;
end:
  do
  :: atomic { buffer0?place, value -> memory[place] = value }
  :: atomic { buffer1?place, value -> memory[place] = value }
  :: atomic { buffer2?place, value -> memory[place] = value }
  od
}

/* Each tap stores to its own mark alone, so what it would read of it is in `mark`. */
proctype Tap(byte place; chan buffer) {
  byte mark = 0, frame = 0;
  bool held;
  do
  :: frame < FRAMES ->
#ifdef MARK_LATE
    held = memory[WORD];
#endif
    mark++; buffer!place, mark;
#ifndef NO_TAP_FENCE
    empty(buffer);
#endif
#ifndef MARK_LATE
    held = memory[WORD];
#endif
    if
    :: held ->
      assert(!settled);
#ifdef RELEASES
      assert(false)
#endif
    :: else
    fi;
    mark++; buffer!place, mark;
    frame++
  :: else -> break
  od
}

proctype Withdrawal() {
  byte seen0, seen1;
#ifdef SETTLE_FIRST
  seen0 = memory[0]; seen1 = memory[2];
#endif
  buffer2!WORD, 0;
#ifndef NO_CUT_FENCE
  empty(buffer2);
#endif
#ifndef SETTLE_FIRST
  seen0 = memory[0]; seen1 = memory[2];
#endif
  (seen0 % 2 == 0 || memory[0] != seen0);
  (seen1 % 2 == 0 || memory[2] != seen1);
  settled = true
}

init {
  atomic {
    memory[WORD] = 1;
    run Tap(0, buffer0);
    run Tap(2, buffer1);
    run Withdrawal()
  }
}
