/* The two locks of a meeting (R5, R6), as src/control/state.rs has them: the store's, which a widening holds while the store is under way,
 * and the state's, which is held by whoever publishes and never across the store.
 *
 * One person has agreed already. The meeting grants once more on their behalf, waiting for the store; meanwhile they withdraw, from another thread,
 * which takes the state's lock alone; whoever polls the settling drives the store. A tap releases by the word.
 * Memory is one that everybody sees at once: what the store buffers do is in cut.pml and snapshot.pml.
 *
 * Once the withdrawal has returned, the word is closed, whatever the grant has still to publish; once it has settled, the store has its line;
 * the line and what is live are the same in the end; the generation names no line that is not published; no two wait for each other.
 *
 * Planted faults, by -D:
 * WORDS_ONLY    the withdrawal closes the word but not the register, from which a later widening publishes
 * NOT_AGAIN     the grant publishes what it was when its line was reserved, without looking what narrowed since
 * NAMES_EARLY   the generation names the reserved line before it is published
 * SETTLES_EARLY the withdrawal is settled as soon as it is queued
 * STATE_FIRST   who drives the store takes the state's lock first (found as a deadlock)
 *
 * Who drives the store waits for its lock here; the code only tries to have it, which is less.
 */

/* The register's and the word's consent; 1 is agreed. */
bool registered = 1, word = 1;
bool state_lock, store_lock;

/* How many lines have a number, and which the two have, 0 while they have none. What comes while a line is reserved is numbered afterwards. */
byte lines = 1, generation = 1, withdrawn_line, granted_line;
bool is_reserved, narrowed_since, was_reserved;
bool is_taken, is_stored, has_returned;

#define lock(which) atomic { !which -> which = 1 }
#define unlock(which) which = 0

/* Under both locks at first: gives the store what has a number. */
inline write() {
  taken = withdrawn_line && !is_taken;
  is_taken = is_taken || taken;
  unlock(state_lock);
  is_stored = is_stored || taken
}

/* State::enter of a withdrawal, and Settling, which drives the store. */
proctype Withdrawal() {
  bool taken;
  lock(state_lock);
  word = 0;
#ifndef WORDS_ONLY
  registered = 0;
#endif
  if
  :: is_reserved -> narrowed_since = 1
  :: else -> lines++; withdrawn_line = lines
  fi;
  generation = lines;
  /* One that is asked for only afterwards agrees anew. */
  has_returned = was_reserved;
  unlock(state_lock);
#ifndef SETTLES_EARLY
  do
  :: is_stored -> break
  :: else ->
#ifdef STATE_FIRST
    lock(state_lock); lock(store_lock);
#else
    lock(store_lock); lock(state_lock);
#endif
    write();
    unlock(store_lock)
  od;
#endif
  /* Settled. */
  assert(is_stored)
}

/* Core::enter_first of a grant. */
proctype Grant() {
  bool taken, is_refused;
  lock(state_lock);
  is_reserved = 1;
  was_reserved = 1;
#ifdef NAMES_EARLY
  generation = lines + 1;
#endif
  unlock(state_lock);
  lock(store_lock); lock(state_lock);
  write();
  /* The store takes its time, and it may refuse. */
  if
  :: is_refused = 0
  :: is_refused = 1
  fi;
  unlock(store_lock);
  lock(state_lock);
  if
  :: is_refused
  :: else ->
    lines++;
    granted_line = lines;
#ifdef NOT_AGAIN
    registered = 1;
#else
    /* Beneath what narrowed since, as the register has it. */
    registered = (narrowed_since -> registered : 1);
#endif
    word = registered
  fi;
  is_reserved = 0;
  if
  :: narrowed_since -> lines++; withdrawn_line = lines
  :: else
  fi;
  generation = lines;
  unlock(state_lock)
}

/* A tap: what it sees at any moment. */
proctype Tap() {
end:
  do
  :: atomic { has_returned && word -> assert(false) }
  :: atomic { generation > lines -> assert(false) }
  od
}

/* The ledger, read over, says what is live. */
proctype Reader() {
end:
  atomic {
    !state_lock && !is_reserved && is_stored ->
    assert(word == (granted_line > withdrawn_line))
  }
}

init {
  atomic { run Withdrawal(); run Grant(); run Tap(); run Reader() }
}
