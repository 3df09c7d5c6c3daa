//! What costs what, and how to pay less.
//!
//! BENCHMARKS.md has the measurements, each with the command that prints it.
//!
//! # A frame
//!
//! - A frame of its stream's owner alone takes a load of the tap's own consent word, some comparisons, and in [`Tap::admit`] a memory fence, which takes most of the time.
//! - Each further contributor takes the load of another word. People who are in many frames together are best a [`Group`]: one word, however many they are.
//! - [`Tap::batch`] pays for the fence once. A withdrawal settles only after the whole batch, so keep batches to some milliseconds of media.
//! - A frame that was captured before the last change of somebody's consent, that has regions or sources, or that is withheld goes a slower way,
//!   which looks at each purpose's beginning and end.
//! - An encoded frame's headers are read as far as they must be, on top of that.
//! - Released text is validated, which takes longer than all the rest.
//!
//! # Hiding
//!
//! Blanking a frame is a fill: about as fast as `memset` from a second of PCM or a picture in 1080p up, half as fast for 20 ms of PCM. A rectangle is filled row by row, text is masked without a look at it.
//!
//! # Memory
//!
//! The consent table takes about 0.7 KB for each person that the meeting has room for, allocated when it is opened. A tap whose encoded pictures are to be blanked takes some 40 KB.
//! A [`Verifier`] takes some 4 KB for each person who ever joined.
//!
//! # The control half
//!
//! Joining, agreeing, withdrawing and leaving take about as long in a room of thousands as in a small one, if streams that carry nobody but their owner, such as a headset's
//! microphone, are opened by [`StreamOptions::alone`]: whoever acts has all other taps looked at, as any of those may carry them. What is about everybody takes
//! as long as there are people and taps.
//!
//! A grant, with a ledger in a file, takes as long as the disk takes to make a line durable. [`Durability::Batched`] makes only those entries durable at once that let
//! something through or narrow. [`Meeting::tick`] at [`Meeting::next_deadline`] lets taps decide faster after a consent has come to its end; consents end on time without it.

#[cfg(doc)]
use crate::{Group, Meeting, StreamOptions, Tap, archive::Verifier, ledger::Durability};
