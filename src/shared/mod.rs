//! Where the two halves meet: every atomic that a tap touches. The control half publishes, taps read; each argument about memory orderings is here.
//!
//! # The table
//!
//! There is one writer at a time, under the meeting's lock; taps read. Every event narrows or widens, never both, and ends with a new stamp,
//! of which the generation is a part.
//!
//! 1. Words, states, intervals, occupants and the stamp are stored with Release and loaded with Acquire,
//!    so a thread that sees a value sees everything that was stored before it.
//! 2. One word is one person's consent to one kind for all purposes at one instant, so a decision by one word needs nothing else.
//! 3. Several loads are no snapshot: one person withdraws, then another grants, and a reader in between sees both agree, who never did.
//!    A reader of several words or states therefore loads the stamp before and after.
//!    If it is the same, no event was completed in between; at most one was under way, and as that one only narrows or only widens,
//!    anything that the reader saw cleared is cleared by the state before it or by the state after it.
//! 4. An interval is written before any state names it, so a reader who comes by a state finds it written.
//!    While a state names it, it stays as it is: a consent that changes gets another one.
//! 5. It is not written again in the event in which the last state stopped naming it, either (`Uses::resting`), and so it is with a part of the pool,
//!    which goes back as a whole. A reader who still has the former state and finds the interval written again
//!    sees the stamp of the event in between, too, so that by the third point the answer is thrown away.
//! 6. There is an occupant beside each word, and one beside the states. It is loaded *after* the word, or after the state and its interval: those of the slot's next
//!    occupant were stored after that occupant's number, so a thread that sees the one sees the other, and does not take it for the previous occupant's.
//!    A tap's own word needs no occupant: only its owner's consent is ever stored in it, and nothing after that they left.
//! 7. A group's word is one load like a person's. The parts that it is made of are the writer's alone. It is stored after its people's words and before the stamp,
//!    so that it is of the state before an event or of that after it, and beside other words the third point holds for it too.
//!    It is what its parts have in common, and nothing is counted, so that any one place of somebody who narrows narrows it.
//! 8. The generation that a tag carries is loaded before the words and stored after them, so the tag names no entry that it did not see.
//!    A line that is reserved for a widening is not named before that was published, though a narrowing may be published before it:
//!    the generation then stays, and only the number of events changes.
//!
//! # A release and a withdrawal
//!
//! A tap marks its release *before* it reads consent; a withdrawal publishes *before* it reads the marks; between the two each has a full fence.
//! So either the tap sees the withdrawal and withholds, or the withdrawal sees the mark and waits until that release has ended.
//!
//! The tap's fence, a locked instruction, is the price of that. Nothing weaker than it keeps a load of consent behind the store of the mark.
//!
//! # Counting
//!
//! A line of the ledger that has a tap's counters must not be earlier than any frame in them. The tap stores its time, passes the fence of its release,
//! and then counts. The meeting loads the counters, passes a full fence (`State::counted`, `State::settled`), and then loads the time.
//! A counter that is seen makes the first fence come before the second (each releases and acquires), so the time of that frame is seen, too.
//!
//! The end of a release is stored with Release after its frames are counted. A settling loads a tap's mark with Acquire *before* its counters:
//! if it sees that the release has ended, the counters include all its frames.
//!
//! A tap is closed by its time alone if its clock leapt. The mark beside the time only chooses the reason that the tap gives, so its order decides nothing.
//!
//! # A budget of records
//!
//! Several taps take bits from one budget, so none may overwrite another's: they exchange its word by compare-exchange, the one other locked instruction
//! of the hot half, and only for records. The word holds the minute and the bits together and is all that is read by it, so no other order is needed.
//! A tap tries a few times and then withholds, so that no other tap can keep it waiting.

pub(crate) mod budget;
pub(crate) mod group;
pub(crate) mod publisher;
pub(crate) mod settling;
pub(crate) mod sync;
pub(crate) mod table;
pub(crate) mod tap_state;
pub(crate) mod word;
