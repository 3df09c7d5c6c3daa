//! Where the two halves meet: every atomic that a tap touches. The control half publishes, taps read; each argument about memory orderings is here.
//!
//! # The table
//!
//! There is one writer at a time, under the meeting's lock; taps read. Every event narrows or widens, never both, and ends with a new stamp,
//! of which the generation is a part.
//!
//! 1. Words, intervals, occupants and the stamp are stored with Release and loaded with Acquire,
//!    so whoever sees a value sees all that was stored before it.
//! 2. One word is one person's consent to one kind for all purposes at one instant, so a decision by one word needs nothing else.
//! 3. Several loads are no snapshot: one person withdraws, then another grants, and a reader in between sees both agree, who never did.
//!    A reader of several words or intervals therefore loads the stamp before and after.
//!    If it is the same, no event was completed in between; at most one was under way, and as that one only narrows or only widens,
//!    what the reader saw cleared is cleared by the state before it or by the state after it.
//! 4. An occupant is loaded *after* the word or interval: a word of the slot's next occupant was stored after that occupant's number,
//!    so who sees the one sees the other, and does not take it for the previous occupant's.
//!    A tap's own word needs no occupant: only its owner's consent is ever stored in it, and nothing after that they left.
//! 5. A group's word is one load like a person's. It is stored after its people's words and before the stamp,
//!    so that it is of the state before an event or of that after it, and beside other words the third point holds for it too.
//! 6. The generation that a tag carries is loaded before the words and stored after them, so the tag names no entry that it did not see.
//!    A line that is reserved for a widening is not named before that was published, though what narrows may be before it:
//!    the generation then stays, and only the number of events changes.
//!
//! # A release and a withdrawal
//!
//! A tap marks its release *before* it reads consent; a withdrawal publishes *before* it reads the marks; between the two each has a full fence.
//! So either the tap sees the withdrawal and withholds, or the withdrawal sees the mark and waits until that release has ended.

pub(crate) mod budget;
pub(crate) mod group;
pub(crate) mod settling;
pub(crate) mod sync;
pub(crate) mod table;
pub(crate) mod tap_state;
