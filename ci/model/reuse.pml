/* The reuse of a slot, as src/shared/mod.rs argues it (the sixth point): the word is loaded before the occupant, and stored after it.
 * The writer's stores leave its store buffer one after the other, at any time; the reader stores nothing that matters here.
 *
 * The slot is given from its first occupant, who agreed to purpose 1, to its second, who agrees to purpose 2. Each has a tap of their own;
 * the second's is made when they have come in, and handed over, as an Arc is, with all that was stored before.
 *
 * Planted faults, by -D: OCCUPANT_FIRST (it is loaded before the word), OCCUPANT_LAST (it is stored after the word), GIVEN_AWAY_OPEN (the word is closed after it).
 * CLEARS fails as soon as something is cleared at all, which shows that the rest is not empty.
 */

#define OCCUPANT 0
#define WORD 1
#define TAP 2

byte memory[3];
chan buffer = [4] of { byte, byte };

active proctype Drain() {
  byte place, value;
end:
  do
  :: atomic { buffer?place, value -> memory[place] = value }
  od
}

proctype Meeting() {
#ifdef GIVEN_AWAY_OPEN
  buffer!OCCUPANT, 2; buffer!TAP, 1; buffer!WORD, 0; buffer!WORD, 2
#else
  buffer!WORD, 0;
#ifdef OCCUPANT_LAST
  buffer!WORD, 2; buffer!OCCUPANT, 2; buffer!TAP, 1
#else
  buffer!OCCUPANT, 2; buffer!TAP, 1; buffer!WORD, 2
#endif
#endif
}

proctype Tap(byte owner) {
  byte word, occupant;
  (owner == 1 || memory[TAP]);
#ifdef OCCUPANT_FIRST
  occupant = memory[OCCUPANT];
  word = memory[WORD];
#else
  word = memory[WORD];
  occupant = memory[OCCUPANT];
#endif
  if
  :: occupant == owner && word != 0 ->
    assert(word == owner);
#ifdef CLEARS
    assert(false)
#endif
  :: else
  fi
}

init {
  atomic {
    memory[OCCUPANT] = 1;
    memory[WORD] = 1;
    run Meeting();
    run Tap(1);
    run Tap(2)
  }
}
