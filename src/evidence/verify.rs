//! The check before training: whether the frames that an archive has of a meeting may be used, and whether they still may (GDPR Art. 7(3), 17).
//!
//! The tag says what the gate did with a frame, the seal that the tag belongs to it, and the ledger that people agreed and what they have withdrawn since.
//! Only all three together clear a frame. What is absent or cannot be determined is not cleared.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    control::{
        history::{History, Interval},
        ledger::{Entry, Head, Ledger, LedgerError, LedgerFault},
        verified::VerifiedLedger,
    },
    evidence::{
        archive::{Archived, Carried, Subject, Subjects},
        seal::{MeetingKey, StreamKeys},
    },
    types::{
        digest::Digest,
        kind::{Kind, set_bits},
        purpose::Purposes,
        tag::Tag,
        time::Millis,
        word::words,
    },
};

/// What was found of an archived frame. If several things are wrong with it, one of them is given; numbers are never reused.
///
/// Exhaustive on purpose: a new one must break the builds of those who decide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new one must break the builds of those who decide by it"
)]
pub enum Finding {
    /// It may be used.
    Cleared = 0,
    /// It has no tag, or one that does not parse.
    #[serde(rename = "no tag")]
    NoTag = 1,
    /// By its tag it was not released.
    Withheld = 2,
    /// By its tag it was not released for all that is wanted.
    #[serde(rename = "other purpose")]
    OtherPurpose = 3,
    /// Its people, or the kinds that they are in it as, are not all given.
    Unnamed = 4,
    /// Its tag has no seal, or there is no digest of its payload to check it by.
    Unsealed = 5,
    /// Its seal does not fit its tag, stream, payload and people.
    Forged = 6,
    /// By the ledger this cannot have been released: there was no such stream, person or outlet of these purposes by then, they had not agreed,
    /// or it was captured when their consent had ended, if only while the frame was on its way.
    Inconsistent = 7,
    /// It was released lawfully, and consent to it has been withdrawn since: it must go (GDPR Art. 17(1)(b)).
    /// Also if it is derived, and may be of before a crash after which somebody withdrew: which stream it came from is not in its tag.
    Recalled = 8,
    /// It is of another meeting than the ledger or the key, perhaps of one with the same id.
    #[serde(rename = "other meeting")]
    OtherMeeting = 9,
}

words! { Finding, "finding":
    Cleared = "cleared",
    NoTag = "no tag",
    Withheld = "withheld",
    OtherPurpose = "other purpose",
    Unnamed = "unnamed",
    Unsealed = "unsealed",
    Forged = "forged",
    Inconsistent = "inconsistent",
    Recalled = "recalled",
    OtherMeeting = "other meeting",
}

/// Whether seals are looked at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Seals<'k> {
    /// Only what this key sealed is cleared.
    Checked(&'k MeetingKey),
    /// Every tag is taken at its word: to see what would be cleared. Nothing may be used by this.
    DryRun,
}

/// What a meeting's ledger says, made ready for many frames.
///
/// It takes some 4 KB for each person who ever joined. Its batch calls allocate nothing.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{
///     Contributors, Frame, Kinds, Purposes, Time, archive::{Archived, Carried, Finding, MeetingKey, Seals, Subject,
///     Subjects, Verifier}, format::{Format, Samples},
/// };
///
/// # let mut scene = scene::scene();
/// # let secret = [7; 32];
/// let key = MeetingKey::new(&secret, scene.meeting.instance())?;
/// let ada = [Subject { id: "ada", kinds: Kinds::AUDIO }];
/// let subjects = Subjects::new(&ada).expect("in order");
///
/// // In the release: seal what goes into the archive.
/// let frame = Frame::new(Time::from_millis(100), Contributors::Owner);
/// let format = Format::pcm(Samples::S16, 1);
/// let samples = [0_u8; 640];
/// let admission = scene.tap.admit(&frame, samples[..].into(), Time::from_millis(120), |cleared| {
///     let tag = cleared.tag();
///     let stream = key.stream(tag);
///     let digest = stream.digest(format, cleared.bytes().unwrap_or_default());
///     (Carried { tag, seal: Some(stream.seal(tag, subjects, digest)) }, digest)
/// });
/// let (carried, digest) = admission.output.expect("it was released");
///
/// // Before using the archive: tag, seal and ledger must all agree.
/// let archive = [Archived { instance: key.instance(), carried: Some(carried), subjects, digest: Some(digest) }];
/// let verifier = Verifier::new(&scene.ledger());
/// let (mut cleared, mut findings) = ([0_u64], [Finding::NoTag]);
/// let count = verifier.verify_batch(&archive, Purposes::RECORD, Seals::Checked(&key), &mut cleared, &mut findings);
/// assert_eq!((count, cleared[0] & 1, findings[0]), (1, 1, Finding::Cleared));
/// let count = verifier.verify_batch(&archive, Purposes::TRAIN, Seals::Checked(&key), &mut cleared, &mut findings);
/// assert_eq!((count, findings[0]), (0, Finding::OtherPurpose));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Verifier {
    head: Head,
    unanchored: u64,
    /// Of each line.
    hashes: Vec<Digest>,
    streams: Vec<Opened>,
    /// The first of each set of purposes.
    outlets: Vec<Declared>,
    /// The lines with which another process went on.
    resumed: Vec<u32>,
    /// The numbers of people by their ids.
    people: BTreeMap<String, usize>,
    /// Where each person's consents are in `consents`: by kind, then by purpose.
    cells: Vec<(usize, usize)>,
    /// Those of a cell in the order of time.
    consents: Vec<ConsentPeriod>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("head", &self.head)
            .field("people", &self.people.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Opened {
    line: u32,
    kind: Kind,
    owner: Option<String>,
    /// The line with which it was known that its process had gone; `u32::MAX` if it has not. Nothing came of it afterwards.
    gone: u32,
}

#[derive(Debug)]
struct Declared {
    line: u32,
    purposes: Purposes,
}

/// An unbroken consent, as it was from one line to another.
#[derive(Debug)]
struct ConsentPeriod {
    opened: u32,
    closed: u32,
    since: Millis,
    /// The millisecond in which it began, if that was at its very beginning.
    began: Option<Millis>,
    /// Before when everything was captured that was surely released under it; of what is recalled, that may have been (R6).
    until: Millis,
    /// Before when it was surely, recalled or not.
    surely: Millis,
    is_recalled: bool,
}

/// Kinds × purposes.
const CELLS: usize = Kind::COUNT * Purposes::COUNT;

impl Verifier {
    /// Returns a verifier for a verified ledger. Withdrawals [beside](Ledger::beside) the ledger count as entered.
    ///
    /// [`Ledger::anchored`] says how many entries are vouched for: read the ledger with a head that was kept apart.
    #[must_use]
    pub fn new(ledger: &VerifiedLedger) -> Self {
        let histories = ledger.histories();
        let ledger = ledger.ledger();
        let mut verifier = Self {
            head: ledger.head,
            unanchored: ledger.unanchored(),
            hashes: (0..ledger.lines.len()).map(|at| ledger.hash(at)).collect(),
            streams: Vec::new(),
            outlets: Vec::new(),
            resumed: Vec::new(),
            people: BTreeMap::new(),
            cells: Vec::new(),
            consents: Vec::new(),
        };
        for (who, history) in histories {
            verifier.add(who, history, ledger);
        }
        for (index, line) in ledger.lines.iter().enumerate() {
            match &line.entry {
                Entry::StreamOpened { kind, owner, .. } => verifier.streams.push(Opened {
                    line: number(index),
                    kind: *kind,
                    owner: owner.clone(),
                    gone: u32::MAX,
                }),
                Entry::Resumed { .. } => verifier.go_on(number(index)),
                Entry::OutletOpened { purposes, .. } => {
                    let mut outlets = verifier.outlets.iter();
                    if !outlets.any(|outlet| outlet.purposes == *purposes) {
                        verifier.outlets.push(Declared {
                            line: number(index),
                            purposes: *purposes,
                        });
                    }
                }
                _ => {}
            }
        }
        verifier
    }

    /// Another process goes on with the ledger, with streams of its own.
    fn go_on(&mut self, line: u32) {
        self.resumed.push(line);
        for stream in &mut self.streams {
            stream.gone = stream.gone.min(line);
        }
    }

    fn add(&mut self, who: &str, history: &History, ledger: &Ledger) {
        self.people.insert(who.into(), self.cells.len() / CELLS);
        for kind in Kind::ALL {
            for purpose in Purposes::each() {
                let first = self.consents.len();
                if kind.never_cleared().is_none() {
                    let of_cell = history.of_cell(kind, purpose);
                    self.consents
                        .extend(of_cell.flat_map(|interval| ConsentPeriod::all(interval, ledger)));
                }
                self.cells.push((first, self.consents.len()));
            }
        }
    }

    /// Checks which frames may be used for all of `wanted`. For each frame a bit of `cleared` says so, from the lowest bit of the first word on,
    /// and `findings` says why not. Returns how many are cleared.
    ///
    /// A seal is checked by the digest of the payload that stands in the archive; make it anew from the media if those may have been changed.
    /// Frames without room in both are not looked at and not cleared. For an empty `wanted` nothing is cleared.
    pub fn verify_batch(
        &self,
        frames: &[Archived<'_>],
        wanted: Purposes,
        seals: Seals<'_>,
        cleared: &mut [u64],
        findings: &mut [Finding],
    ) -> usize {
        let mut keys = match seals {
            Seals::Checked(key) => Some(StreamKeys::new(key)),
            Seals::DryRun => None,
        };
        let is_ours = match seals {
            Seals::Checked(key) => key.instance() == self.head.instance,
            Seals::DryRun => true,
        };
        let judge = |frame: &Archived<'_>| {
            if !is_ours {
                return Err(Finding::OtherMeeting);
            }
            let tag = self.released(frame)?;
            if wanted.is_empty() || !tag.purposes().contains(wanted) {
                return Err(Finding::OtherPurpose);
            }
            let named = Named::new(frame.subjects, tag)?;
            if let Some(keys) = &mut keys {
                check_seal(frame, keys)?;
            }
            self.stands(&named)
        };
        record(frames, judge, cleared, findings)
    }

    /// Checks which frames that were cleared earlier, when the ledger's head was `earlier`, may stay. For each frame a bit of `stays` says so, as in
    /// [`Verifier::verify_batch`], and `findings` says why not. Returns how many may stay. Whatever has no bit set must go.
    ///
    /// A frame goes if anybody in it has withdrawn any purpose of its tag, since its outlet may only have what is cleared for all of them (R3).
    /// It goes for good: agreeing again does not bring it back. A frame that the ledger has as never released goes, too.
    /// Seals and payloads are not looked at again; a frame of another meeting goes as [`Finding::OtherMeeting`].
    ///
    /// # Errors
    ///
    /// [`LedgerError`] with [`LedgerFault::OtherMeeting`] if `earlier` is another meeting's, and with [`LedgerFault::Anchor`] if the ledger does not go on from `earlier`, so that withdrawals may have been cut off.
    /// No bit is set then, whatever was there before, and no finding is written.
    pub fn recheck(
        &self,
        earlier: &Head,
        frames: &[Archived<'_>],
        stays: &mut [u64],
        findings: &mut [Finding],
    ) -> Result<usize, LedgerError> {
        // Whoever does not look at the error keeps nothing by the bits of an earlier check.
        stays.fill(0);
        if earlier.instance != self.head.instance {
            return Err(LedgerError {
                line: 1,
                what: LedgerFault::OtherMeeting,
            });
        }
        if !self.goes_on_from(earlier) {
            return Err(LedgerError {
                line: earlier.entries,
                what: LedgerFault::Anchor,
            });
        }
        let judge = |frame: &Archived<'_>| {
            let tag = self.released(frame)?;
            self.stands(&Named::new(frame.subjects, tag)?)
        };
        Ok(record(frames, judge, stays, findings))
    }

    /// Returns how far the ledger goes: the earlier head for a later [`Verifier::recheck`].
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Returns how many of the ledger's last entries neither an anchor nor a device's signature vouched for when it was read.
    #[must_use]
    pub const fn unanchored(&self) -> u64 {
        self.unanchored
    }

    fn goes_on_from(&self, earlier: &Head) -> bool {
        let Some(last) = earlier.entries.checked_sub(1) else {
            return false;
        };
        let last = usize::try_from(last).ok();
        last.and_then(|last| self.hashes.get(last)) == Some(&earlier.hash)
    }

    /// The tag of a frame of this meeting that was released by it.
    fn released(&self, frame: &Archived<'_>) -> Result<Tag, Finding> {
        if frame.instance != self.head.instance {
            return Err(Finding::OtherMeeting);
        }
        let Carried { tag, .. } = frame.carried.ok_or(Finding::NoTag)?;
        if !tag.verdict().is_released() {
            return Err(Finding::Withheld);
        }
        // What the ledger does not reach yet it cannot bear out, nor what is not of one meeting alone.
        if tag.generation() == 0 || u64::from(tag.generation()) > self.head.entries {
            return Err(Finding::Inconsistent);
        }
        Ok(tag)
    }

    /// Whether the ledger bears a frame out, and nobody in it has withdrawn since.
    fn stands(&self, named: &Named<'_>) -> Result<(), Finding> {
        let tag = named.tag;
        let generation = self.generation(tag);
        if !self.has_stream(named) || !self.had_outlet(tag, generation) {
            return Err(Finding::Inconsistent);
        }
        let (mut is_recalled, mut had_agreed) = (false, false);
        for subject in named.subjects {
            let person = self.people.get(subject.id).ok_or(Finding::Inconsistent)?;
            for kind in set_bits(subject.kinds_with(tag).bits()) {
                let mut by_then = true;
                for purpose in set_bits(tag.purposes().bits()) {
                    let consents = self.consents(person * CELLS + kind * Purposes::COUNT + purpose);
                    let consent = self.consent(consents, tag, generation);
                    let consent = consent.ok_or(Finding::Inconsistent)?;
                    by_then &= consent.opened < generation;
                    is_recalled |= consent.is_recalled || self.may_be_former(consents, tag);
                }
                had_agreed |= by_then;
            }
        }
        // To what it was derived from, at least: the source that it has the generation of was somebody's.
        if !had_agreed {
            return Err(Finding::Inconsistent);
        }
        if is_recalled {
            Err(Finding::Recalled)
        } else {
            Ok(())
        }
    }

    /// The ledger's lines that a frame of this tag had seen. Before a crash that may be some that were lost with it, so that those of a later process
    /// have their numbers: whatever came of a stream had not seen these.
    fn generation(&self, tag: Tag) -> u32 {
        let opened = tag.stream().map(|stream| usize::from(stream.number()));
        let opened = opened.and_then(|number| self.streams.get(number));
        let gone = opened.map_or(u32::MAX, |opened| opened.gone);
        tag.generation().min(gone)
    }

    /// Whether there was an outlet of the tag's purposes by then. A tag of several streams is of what they have in common.
    fn had_outlet(&self, tag: Tag, generation: u32) -> bool {
        let outlets = self.outlets.iter();
        let mut by_then = outlets.take_while(|outlet| outlet.line < generation);
        if tag.stream().is_some() {
            by_then.any(|outlet| outlet.purposes == tag.purposes())
        } else {
            by_then.any(|outlet| outlet.purposes.contains(tag.purposes()))
        }
    }

    /// Whether there was a stream of the frame's number and kind, whose owner is in it.
    fn has_stream(&self, named: &Named<'_>) -> bool {
        let Some(stream) = named.tag.stream() else {
            return true;
        };
        let opened = self.streams.get(usize::from(stream.number()));
        opened.is_some_and(|opened| {
            let is_in = |owner: &String| named.subjects.iter().any(|one| one.id == owner);
            opened.line < named.tag.generation()
                && named.tag.kind() == Some(opened.kind)
                && opened.owner.as_ref().is_none_or(is_in)
        })
    }

    /// Whether another process went on with the ledger in between.
    fn crashed(&self, from: u32, to: u32) -> bool {
        self.resumed.iter().any(|line| (from..to).contains(line))
    }

    /// Those of a cell.
    fn consents(&self, cell: usize) -> &[ConsentPeriod] {
        let range = self.cells.get(cell);
        let consents = range.and_then(|&(first, end)| self.consents.get(first..end));
        consents.unwrap_or_default()
    }

    /// The consent of a cell under which a frame of this tag was released.
    fn consent<'c>(
        &self,
        consents: &'c [ConsentPeriod],
        tag: Tag,
        generation: u32,
    ) -> Option<&'c ConsentPeriod> {
        let captured = tag.captured().floor();
        // What is derived has the generation of its earliest source, which may be of just before it was agreed to what is made of it.
        let is_derived = tag.stream().is_none();
        consents.iter().find(|consent| {
            generation <= consent.closed
                && (consent.opened < generation
                    || is_derived
                        && consent.began == Some(captured)
                        && !self.crashed(generation, consent.opened))
                && consent.since <= captured
                && captured < consent.until
        })
    }

    /// Whether a derived frame, which does not tell its stream, may have been released before a crash, under a consent that was withdrawn since:
    /// lines that were lost with that crash had the numbers of later ones.
    fn may_be_former(&self, consents: &[ConsentPeriod], tag: Tag) -> bool {
        let (captured, generation) = (tag.captured().floor(), tag.generation());
        tag.stream().is_none()
            && consents.iter().any(|consent| {
                consent.is_recalled
                    && consent.closed < generation
                    && self.crashed(consent.closed, consent.closed.saturating_add(1))
                    && consent.since <= captured
                    && captured < consent.surely
            })
    }
}

impl ConsentPeriod {
    fn all(interval: &Interval, ledger: &Ledger) -> impl Iterator<Item = Self> {
        let span = interval.span;
        let began = ledger.lines.get(span.opened).map(|line| line.at.floor());
        let is_recalled = span.recalled.is_some();
        let pieces = interval.pieces.iter();
        pieces.map(move |piece| Self {
            opened: number(piece.opened),
            closed: number(piece.closed),
            since: span.since,
            began: began.filter(|began| *began == span.since),
            until: if is_recalled {
                span.settled
            } else {
                piece.until
            },
            surely: piece.until,
            is_recalled,
        })
    }
}

/// A line's number as tags have it. A ledger with more cannot be verified.
fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// A released frame of which it is known who is in it, and as what.
struct Named<'a> {
    tag: Tag,
    subjects: &'a [Subject<'a>],
}

impl<'a> Named<'a> {
    fn new(subjects: Subjects<'a>, tag: Tag) -> Result<Self, Finding> {
        let subjects = subjects.get();
        let is_in_it = |subject: &Subject<'_>| !subject.kinds_with(tag).is_empty();
        // A tag of several kinds is of two at least.
        let all = subjects.iter().fold(0, |all, one| all | one.kinds.bits());
        let least = if tag.kind().is_some() { 0 } else { 2 };
        if !subjects.is_empty() && subjects.iter().all(is_in_it) && all.count_ones() >= least {
            Ok(Self { tag, subjects })
        } else {
            Err(Finding::Unnamed)
        }
    }
}

fn check_seal(frame: &Archived<'_>, keys: &mut StreamKeys<'_>) -> Result<(), Finding> {
    let Carried { tag, seal } = frame.carried.ok_or(Finding::NoTag)?;
    let seal = seal.ok_or(Finding::Unsealed)?;
    let digest = frame.digest.ok_or(Finding::Unsealed)?;
    if keys.of(tag).verify(seal, tag, frame.subjects, digest) {
        Ok(())
    } else {
        Err(Finding::Forged)
    }
}

/// Judges each frame, and sets the bits of those that are cleared; gives how many.
fn record(
    frames: &[Archived<'_>],
    mut judge: impl FnMut(&Archived<'_>) -> Result<(), Finding>,
    bitmap: &mut [u64],
    findings: &mut [Finding],
) -> usize {
    let mut count = 0;
    bitmap.fill(0);
    let words = frames.chunks(64).zip(findings.chunks_mut(64));
    for (word, (frames, findings)) in bitmap.iter_mut().zip(words) {
        for (bit, (frame, finding)) in frames.iter().zip(findings).enumerate() {
            *finding = judge(frame).err().unwrap_or(Finding::Cleared);
            *word |= u64::from(*finding == Finding::Cleared) << bit;
        }
        count += word.count_ones() as usize;
    }
    count
}
