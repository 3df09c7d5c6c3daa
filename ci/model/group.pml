/* A group's word (R4, R6), as src/control/groups.rs brings it up to date: each part has what those within it have in common, the group what its parts have,
 * and whoever changes has the parts asked again that they are in. A word is the time until which it holds: 0 is closed, 1 until the first tick is over, 2 for good.
 * Three places in two parts: two, and one. Memory is one that everybody sees at once: what the store buffers do is in cut.pml and snapshot.pml.
 *
 * Either the last one leaves, and somebody else sits down there and agrees; or they shorten their consent; or the first, who is named in the last place, too,
 * withdraws, agrees again, and then the second withdraws. Of the first one's two places one may be missed when they withdraw: nothing is counted, so the other place,
 * which is as narrow as they are, makes the group as narrow, and an outdated one can only keep it closed.
 * After a narrowing has settled no frame of the group goes that it is about.
 *
 * Planted faults, by -D: MISSED_LEAVE, KEPT_END (the group is not brought up to date with that), REUSED_SEAT (a part takes whoever sits there),
 * COUNTED (the group counts the places that agree, so that a missed one agrees for good).
 * RELEASES fails as soon as something is released at all, which shows that the rest is not empty.
 */

/* By slot. */
byte word[3] = 2, stay[3] = 1;
/* By place: its slot; all are of the first stay there. */
byte slot[3];
byte part[2] = 2, group = 2, agreed = 3;
/* By tap: odd while a release is under way. */
byte mark[2];
/* From when on nothing may go: 0 at all, 1 after the first tick, 2 never. */
byte cut = 2;

#ifdef REUSED_SEAT
#define HELD(place) word[slot[place]]
#else
#define HELD(place) (stay[slot[place]] == 1 -> word[slot[place]] : 0)
#endif
#define MEET(a, b) (a < b -> a : b)

inline update(place) {
  if
  :: place < 2 -> one = HELD(0); other = HELD(1); part[0] = MEET(one, other)
  :: else -> part[1] = HELD(2)
  fi;
#ifdef COUNTED
  agreed = (HELD(place) -> agreed + 1 : agreed - 1);
  group = (agreed >= 3 -> 2 : 0)
#else
  group = MEET(part[0], part[1])
#endif
}

inline settle(from) {
  seen0 = mark[0]; seen1 = mark[1];
  (seen0 % 2 == 0 || mark[0] != seen0);
  (seen1 % 2 == 0 || mark[1] != seen1);
  cut = from
}

proctype Meeting() {
  byte one, other, seen0, seen1;
  if
  :: /* The last one leaves, and somebody else sits down. */
    word[2] = 0;
#ifndef MISSED_LEAVE
    update(2);
#endif
    settle(0);
    stay[2] = 2;
    word[2] = 2;
    update(2)
  :: /* They shorten their consent. */
    word[2] = 1;
#ifndef KEPT_END
    update(2);
#endif
    settle(1)
  :: /* The first is named twice. */
    slot[2] = 0;
    word[0] = 0;
    if
    :: true -> update(0)
    :: true -> update(2)
    :: true -> update(0); update(2)
    fi;
    settle(0);
    cut = 2;
    word[0] = 2;
    update(0); update(2);
    word[1] = 0;
    update(1);
    settle(0)
  fi
}

/* It releases in the first tick, or after it. */
proctype Tap(byte now) {
  byte frame;
  for (frame : 1 .. 2) {
    mark[now]++;
    if
    :: group > now ->
      assert(now < cut);
#ifdef RELEASES
      assert(false)
#endif
    :: else
    fi;
    mark[now]++
  }
}

init {
  atomic {
    slot[1] = 1; slot[2] = 2;
    run Meeting();
    run Tap(0);
    run Tap(1)
  }
}
