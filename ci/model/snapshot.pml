/* The snapshot by generation (R4), as src/shared/mod.rs argues it (the third point): one writer, readers of several words one after the other.
 * The writer's stores leave its store buffer one after the other, at any time; the readers store nothing that matters here.
 *
 * One person withdraws, then another agrees, and the other way round; the two never agree together.
 * A reader that sees the generation change judges once more, and then withholds.
 *
 * Planted faults, by -D: NO_GENERATION (the check is left out), LOOPS (it judges until nothing has changed).
 * SEES_BOTH fails as soon as a reader has seen both agree, whatever it makes of that, which shows that the check is needed.
 */

#define GENERATION 0
#define A 1
#define B 2

byte memory[3];
chan buffer = [3] of { byte, byte };

active proctype Drain() {
  byte place, value;
end:
  do
  :: atomic { buffer?place, value -> memory[place] = value }
  od
}

proctype Meeting() {
  buffer!A, 0; buffer!GENERATION, 1;
  buffer!B, 1; buffer!GENERATION, 2;
  buffer!B, 0; buffer!GENERATION, 3;
  buffer!A, 1; buffer!GENERATION, 4
}

/* A tap of a list of both, in either order. */
proctype List(byte first, second) {
  byte before, after, judgements = 0;
  bool one, other;
  before = memory[GENERATION];
again:
  judgements++;
  assert(judgements <= 2);
  one = memory[first];
  other = memory[second];
#ifdef SEES_BOTH
  assert(!(one && other));
#endif
#ifndef NO_GENERATION
  after = memory[GENERATION];
  if
  :: before != after ->
    before = after;
#ifndef LOOPS
    if
    :: judgements == 2 -> goto withheld
    :: else
    fi;
#endif
    goto again
  :: else
  fi;
#endif
  assert(!(one && other));
withheld:
  skip
}

init {
  atomic {
    memory[A] = 1;
    run Meeting();
    run List(A, B);
    run List(B, A)
  }
}
