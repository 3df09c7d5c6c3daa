//! Whose the sources of RTP are.

use alloc::vec::Vec;

use crate::{
    gate::frame::Contributors,
    types::{argument::Resource, error::Error, ids::Participant, time::Time},
};

/// Whose the synchronization sources (SSRCs) of one transport are, and from when to when: makes [`Contributors`] of the numbers in a packet.
///
/// A source that is in no entry is [`Participant::UNKNOWN`], and nothing of theirs is cleared; it is never left out. One number can have several holders, one after the
/// other, as a server that forwards the loudest speakers sends them all under the same. It is not known exactly when a packet was captured, but
/// it was between the [bound](crate::receive::CaptureClock::captured) and the arrival: everybody who held a number in that time is named.
///
/// It belongs to the thread that receives the transport. It has room for a fixed number of entries, and allocates nothing after it was made.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Contributors, Participant, Time, receive::SourceMap};
///
/// # let scene::Scene { ada, ben, .. } = scene::scene();
/// let mut sources = SourceMap::new(100);
/// sources.assign(0x1234, ada, Time::from_millis(1_000))?;
/// sources.assign_mixer(0x9999, Time::from_millis(1_000))?;
///
/// // A mix of Ada and of somebody who was not announced.
/// let (captured, arrival) = (Time::from_millis(2_000), Time::from_millis(2_150));
/// let mut room = SourceMap::ROOM;
/// let contributors = sources.contributors(0x9999, [0x1234, 0x5678], captured, arrival, &mut room);
/// assert!(matches!(contributors, Contributors::Complete([who, Participant::UNKNOWN]) if *who == ada));
///
/// // The server sends Ben under Ada's number: what was on its way meanwhile may be either's.
/// sources.assign(0x1234, ben, Time::from_millis(2_100))?;
/// let contributors = sources.contributors(0x1234, [], captured, arrival, &mut room);
/// assert!(matches!(contributors, Contributors::Complete(both) if *both == [ada, ben]));
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SourceMap {
    /// By source, and of one source by time, without overlap.
    entries: Vec<Entry>,
    capacity: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    ssrc: u32,
    holder: Holder,
    from: Time,
    /// Half-open; [`Time::NEVER`] until it is ended.
    until: Time,
}

#[derive(Clone, Copy, Debug)]
enum Holder {
    Person(Participant),
    Mixer,
}

/// The most sources that a packet names: its own, and 15 that contribute (RFC 3550 §5.1).
const MOST: usize = 16;

impl SourceMap {
    /// Room for the people in a packet, for [`SourceMap::contributors`].
    pub const ROOM: [Participant; MOST] = [Participant::UNKNOWN; MOST];

    /// Returns a map without entries, with room for so many: one for each number and each change of its holder.
    #[must_use]
    pub fn new(capacity: u16) -> Self {
        let capacity = capacity.into();
        Self {
            entries: Vec::with_capacity(capacity),
            capacity,
        }
    }

    /// Says that media captured from `from` on under this number are this person's alone, and no longer its former holder's.
    ///
    /// If it is not known exactly when a number changed hands, [end](Self::end) it at the earliest time that it can have been, and assign it at the latest.
    ///
    /// If there is no more room, the entry that ended first is forgotten, so that what arrives of it from then on is unknown.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if no entry has ended; [`Error::Time`] for a time out of range. The number's former holder has lost it all the same,
    /// and with a time out of range from the meeting's start.
    pub fn assign(&mut self, ssrc: u32, who: Participant, from: Time) -> Result<(), Error> {
        self.insert(ssrc, Holder::Person(who), from)
    }

    /// Says that from `from` on this number is a mixer's, which is nobody, and names who is in each of its packets. A packet of a mixer that names nobody is of a
    /// list that is not complete; a mixer that contributes to another's mix is unknown.
    ///
    /// # Errors
    ///
    /// As [`SourceMap::assign`].
    pub fn assign_mixer(&mut self, ssrc: u32, from: Time) -> Result<(), Error> {
        self.insert(ssrc, Holder::Mixer, from)
    }

    /// Says that from `at` on nobody knows whose this number is: it said goodbye ([`Compound::goodbyes`](crate::wire::rtcp::Compound::goodbyes)), two sources use it
    /// (a collision, RFC 3550 §8.2), or it is about to change hands. It stays so until it is assigned anew.
    ///
    /// It never fails: with a time out of range, it was never known.
    pub fn end(&mut self, ssrc: u32, at: Time) {
        let at = if at.in_range() { at } else { Time::START };
        self.entries.retain_mut(|entry| {
            if entry.ssrc == ssrc {
                entry.until = entry.until.min(at);
            }
            entry.from < entry.until
        });
    }

    fn insert(&mut self, ssrc: u32, holder: Holder, from: Time) -> Result<(), Error> {
        self.end(ssrc, from);
        if !from.in_range() {
            return Err(Error::Time);
        }
        if self.entries.len() >= self.capacity {
            self.forget()?;
        }
        let until = Time::NEVER;
        let at = self.entries.partition_point(|entry| entry.ssrc <= ssrc);
        self.entries.insert(
            at,
            Entry {
                ssrc,
                holder,
                from,
                until,
            },
        );
        Ok(())
    }

    /// Forgets the entry that ended first.
    fn forget(&mut self) -> Result<(), Error> {
        let ended = self.entries.iter().enumerate();
        let ended = ended.filter(|(_, entry)| entry.until.in_range());
        let (oldest, _) = ended
            .min_by_key(|(_, entry)| entry.until)
            .ok_or(Error::Full(Resource::Sources))?;
        self.entries.remove(oldest);
        Ok(())
    }

    /// Returns who is in a packet by its own source and its contributing sources, for [`Frame::new`](crate::Frame::new).
    ///
    /// It was captured not before `captured`, as [`CaptureClock::captured`](crate::receive::CaptureClock::captured) gives it, and not after `arrival`.
    /// Of a frame in several packets, give the contributing sources of all, and the last arrival.
    ///
    /// The list is partial, so that the frame is withheld, if 15 sources contribute, the most that a packet can list (RFC 3550 §5.1), if a mixer lists none, or if
    /// there is not room for all who may be in it. With times out of range or in the wrong order, everybody is unknown.
    pub fn contributors<'r>(
        &self,
        ssrc: u32,
        csrcs: impl IntoIterator<Item = u32>,
        captured: Time,
        arrival: Time,
        room: &'r mut [Participant; MOST],
    ) -> Contributors<'r> {
        let mut names = Names {
            room,
            count: 0,
            is_complete: true,
        };
        let mut is_mixed = false;
        self.held(ssrc, captured, arrival, |holder| match holder {
            Holder::Person(who) => names.add(who),
            Holder::Mixer => is_mixed = true,
        });
        let mut contributing = 0;
        for csrc in csrcs {
            contributing += 1;
            self.held(csrc, captured, arrival, |holder| match holder {
                Holder::Person(who) => names.add(who),
                Holder::Mixer => names.add(Participant::UNKNOWN),
            });
        }
        let is_cut_short = contributing >= MOST - 1;
        let is_unnamed = is_mixed && contributing == 0;
        names.list(!is_cut_short && !is_unnamed)
    }

    /// Calls `each` with everybody who held a number at some time between the two, and with the unknown if in a part of it nobody did.
    fn held(&self, ssrc: u32, captured: Time, arrival: Time, mut each: impl FnMut(Holder)) {
        let unknown = Holder::Person(Participant::UNKNOWN);
        if !arrival.in_range() || captured > arrival {
            return each(unknown);
        }
        let begin = self.entries.partition_point(|entry| entry.ssrc < ssrc);
        let from_here = self.entries.get(begin..).unwrap_or_default();
        let own = from_here.iter().take_while(|entry| entry.ssrc == ssrc);
        // Up to when it is known whose it was.
        let mut known = captured;
        for entry in own {
            if entry.until > captured && entry.from <= arrival {
                if entry.from > known {
                    each(unknown);
                }
                each(entry.holder);
                known = entry.until;
            }
        }
        if known <= arrival {
            each(unknown);
        }
    }
}

/// A list of people that is being written, each of them once.
struct Names<'r> {
    room: &'r mut [Participant; MOST],
    count: usize,
    is_complete: bool,
}

impl<'r> Names<'r> {
    fn add(&mut self, who: Participant) {
        let (written, free) = self
            .room
            .split_at_mut_checked(self.count)
            .unwrap_or_default();
        match free {
            _ if written.contains(&who) => (),
            [next, ..] => {
                *next = who;
                self.count += 1;
            }
            [] => self.is_complete = false,
        }
    }

    fn list(self, is_complete: bool) -> Contributors<'r> {
        let written = self.room.get(..self.count).unwrap_or_default();
        if is_complete && self.is_complete {
            Contributors::Complete(written)
        } else {
            Contributors::Partial(written)
        }
    }
}
