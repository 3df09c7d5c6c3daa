//! The oracle: the rules (R1–R5, R8 and R9) once more, as naively as they can be written down.
//!
//! It shares no code with the gate and keeps no state but lists of what happened.
//! For each frame, each person, kind and purpose the list is read again from its beginning.
//! Of the library it uses only words: kinds, purposes, scopes, authorities, areas, reasons, verdicts, counters.
//! `ledger.rs` says what of the list must be in the ledger.
//!
//! Times are microseconds since the meeting's start; those whose name ends in `_ms` are milliseconds.

use std::{
    collections::{HashMap, HashSet},
    mem,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use framegate::{Area, Authority, Counters, Kind, Kinds, Method, Purposes, Reason, Scope, Verdict};

use crate::{
    content::{Content, Format, covers},
    derived::Source,
    records::{Declared, Spent},
};

/// From this on a time is out of range, and no consent is longer.
const LIMIT: i64 = 4_294_967_295_000;

macro_rules! faults {
    ($($fault:ident)*) => {
        /// A fault planted in the oracle, to see that the comparison finds it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault { $($fault,)* }

        impl Fault {
            pub const ALL: &[Self] = &[$(Self::$fault),*];
        }
    };
}

faults! {
    ForgetsRestrictions
    LiftsWhatOthersRestricted
    RestrictionsDoNotFollowTheId
    HostMayGrant
    ChildMayGrant
    GuardianOverrulesARefusal
    ForgetsWhoLeft
    WithdrawalDoesNothing
    IgnoresTheCapture
    IgnoresEnds
    RoundsBeginningsDown
    RoundsEndsUp
    AnotherGrantShortens
    SupersededNoticesCover
    SupersedingEndsOtherNotices
    AClickIdentifies
    AnotherGrantBeginsAnew
    RegrantHealsABreak
    LiftHealsABreak
    ReleasesAtItsOwnTime
    MeetingBelievesEarlierTimes
    UnnamedPartiesAreAgreedTo
    OnePurposeSuffices
    OneContributorSuffices
    OwnerNeedNotAgree
    PartialListIsComplete
    RegionsReplaceTheOwner
    IgnoresARegionsKind
    IgnoresARegionsCapture
    UncoveredBelongsToNobody
    FreeBytesAreFine
    ReleasesAfterTheEnd
    ForgetsSourcesPeople
    OnlyTheDerivedKind
    OnlyTheSourcesKinds
    LatestSourceCounts
    AnEarlierSourceExcuses
    WithheldFramesAreSources
    RelabellingClearsMore
    AnyNumberOfSources
    SourcesLeaveNoTrace
    WhatIsMadeOfPartsIsWhole
    HiddenRegionsAreInherited
    HiddenMembersAreInherited
    RegionsAreNotInherited
    ForgetsSourcesOfSources
    OthersMayBeInARecord
    OthersMayBeOnAStreamAlone
    OthersPartsMayBeOnAStreamAlone
    OthersSourcesMayBeOnAStreamAlone
    PeopleAloneHaveNoOtherStays
    EverybodysTapsAreRead
    NobodysOwnTapsAreRead
    ActsOnAllReadWhatAllShare
    AnyValueIsInRange
    ReadsWithheldText
    AbsenceTellsNothing
    BeingThereTellsNothing
    ComingBackRenews
    OutletsShareABudget
    EachStreamHasABudget
    MinutesDoNotPass
    LaggingRenews
    TheLastBitIsTooMuch
    WithheldRecordsCount
    ResumingRenews
    OnlyTheLastEntrysMinuteIsUnknown
    GroupsForgetWhoLeft
    ATapMovesTheMeetingAnyhow
    ACallMovesTheMeetingAnyhow
    NoticesDescribeWhoIsNamedLater
    ForeignGroupsAreLists
    WeakKeysJoin
    AnotherKeyRejoins
    RejoiningForgetsTheKey
    ResumingForgetsKeys
    UnsignedGrantsOpen
    SignaturesNeedNoKey
    AnotherMeetingsSignaturesOpen
    AnotherInstancesSignaturesOpen
    ReplayedSignaturesOpen
    AnybodysKeySigns
    AnySignatureOpens
    HostMaySign
    SignaturesNameNoRecipients
    SignaturesCoverNoEnd
    JoiningRenewsNoChallenge
    WithdrawingRenewsNoChallenge
    TornLinesRenewNoChallenge
    EntersTheCallsOwnTime
    EntersNoOverreach
    EntersOverreachesAsNobodys
    EntersEveryRefusalAsOverreach
    EntersNoSignatures
    EntersNoKeys
    EntersNobodyAlone
    DeviceVouchesForItself
    CountingVouchesForNothing
    EntersNoEndOfAGrant
    EntersMoreThanExpired
    CountsDroppedFramesOnly
    CountsEveryFrameAsNotGranted
    ResumesATornLedger
    AnythingIsOfAnyKind
    AClickIdentifiesToOthers
    SigningNeedsNoSignature
    NamelessNoticesAreShown
    AgreedInAnEarlierStay
    AgreedBeforeTheNotice
    AgreedBeforeTheWithdrawal
    AgreedBeforeATornLine
    TheTimeOfGoingOnIsKnown
}

/// Somebody in a frame: the number of their stay, in the order of joining, or none for somebody who never joined.
pub type Person = Option<usize>;

/// What somebody agrees to, or tries to.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The notice's text.
    pub notice: String,
    pub scope: Scope,
    pub method: Method,
    /// When they agreed, if that was earlier.
    pub at: Option<i64>,
    pub until: Option<i64>,
    pub signed: Option<Signed>,
}

/// A signature, and for which meeting and challenge it is said to be.
#[derive(Clone, Debug)]
pub struct Signed {
    pub instance: [u8; 16],
    pub meeting: String,
    pub challenge: [u8; 32],
    pub signature: [u8; 64],
}

/// What went through one tap.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    pub stream: u16,
    pub outlet: u16,
    pub frames: Counters,
}

/// One entry of the list.
#[derive(Clone, Debug)]
pub enum Event {
    Joined {
        id: String,
        /// Whether a guardian agrees for them.
        guarded: bool,
        /// Of whoever agrees for them.
        key: Option<[u8; 32]>,
    },
    Left {
        stay: usize,
    },
    Granted {
        by: Authority,
        stay: usize,
        grant: Grant,
    },
    /// Somebody tried to agree who cannot, or not so: nothing changes.
    Refused {
        by: Authority,
        /// Who it was about, if they are there.
        stay: Option<usize>,
        grant: Grant,
        why: Refusal,
    },
    Withdrawn {
        by: Authority,
        stay: usize,
        scope: Scope,
    },
    Restricted {
        by: Authority,
        whom: Option<String>,
        scope: Scope,
    },
    Lifted {
        by: Authority,
        whom: Option<String>,
        scope: Scope,
    },
    Shown {
        text: String,
        scope: Scope,
    },
    Superseded {
        text: String,
    },
    /// What somebody agreed to has ended by itself, and that was noted.
    Expired {
        stay: usize,
        cells: Vec<(Kind, Purposes)>,
    },
    Named {
        purpose: Purposes,
        recipient: String,
    },
    StreamOpened {
        kind: Kind,
        owner: Option<usize>,
        /// Whether nobody but the owner can be in its frames.
        alone: bool,
    },
    OutletOpened {
        outlet: Outlet,
    },
    Counted {
        taps: Vec<Count>,
    },
    /// The device signed all entries before.
    Vouched,
    /// The meeting went on from its ledger.
    Resumed {
        /// Whether that ended in half a line.
        torn: bool,
    },
    Ended,
}

/// Why the oracle would not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    Ended,
    Overreach,
    AgreedEarlier,
    Unsigned,
    Keyless,
    ForeignMeeting,
    Replayed,
    WrongSignature,
    WrongKey,
    NotARestrainer,
    Time,
    NobodyThere,
    AlreadyThere,
    Nobody,
    UnknownNotice,
    StaleNotice,
    NotExplicit,
    BeyondNotice,
    NoRoom,
    WrongFormat,
}

/// Whether something of a kind can come in a format.
fn can_be(kind: Kind, format: Format) -> bool {
    let cleared_as_records = [Kind::Telemetry, Kind::Diagnostic, Kind::Usage];
    let never_cleared_otherwise = cleared_as_records.contains(&kind) || kind == Kind::Unclassified;
    let kinds: &[Kind] = match format {
        Format::Record(_) => &[],
        Format::Opaque => return true,
        Format::Sound(_) | Format::PlanarSound(_) => &[Kind::Audio, Kind::File],
        Format::Picture { .. } => &[Kind::Video, Kind::Screen, Kind::Whiteboard, Kind::File],
        Format::Text | Format::Json => &[
            Kind::Chat,
            Kind::Caption,
            Kind::Reaction,
            Kind::Poll,
            Kind::Whiteboard,
            Kind::Note,
            Kind::Comment,
            Kind::Calendar,
            Kind::File,
        ],
    };
    never_cleared_otherwise || kinds.contains(&kind)
}

/// A source of frames.
#[derive(Clone, Debug)]
pub struct Stream {
    pub number: u16,
    pub whose: Whose,
    pub kind: Kind,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Owned(usize),
    /// In whose frames nobody else can be.
    Alone(usize),
    Mix,
    Composite,
    Derived,
}

impl Whose {
    pub fn owner(self) -> Option<usize> {
        match self {
            Self::Owned(stay) | Self::Alone(stay) => Some(stay),
            Self::Mix | Self::Composite | Self::Derived => None,
        }
    }
}

impl Stream {
    /// What its records consist of, if they are records.
    pub fn declared(&self) -> Option<Declared> {
        match self.format {
            Format::Record(declared) => Some(declared),
            _ => None,
        }
    }
}

/// A destination.
#[derive(Clone, Copy, Debug)]
pub struct Outlet {
    pub number: u16,
    pub purposes: Purposes,
    pub blanks: Kinds,
    /// The third party to whom it leads.
    pub recipient: Option<&'static str>,
}

/// A day, in microseconds: how far ahead of the meeting a time may be.
const DAY: i64 = 86_400_000_000;

/// What the meeting knows of a tap's clock.
struct TapClock {
    latest: i64,
    has_leapt: bool,
    /// Who alone can be in its frames, as of which stay.
    alone: Option<usize>,
}

/// Whom an act is about.
pub enum About {
    Everybody,
    /// One person, in all of their stays.
    One(String),
    Nobody,
}

/// Where a frame comes.
pub struct Tap<'a> {
    pub stream: &'a Stream,
    pub outlet: Outlet,
    /// The times that were passed with the frames so far, the present one's as the last.
    pub seen: &'a [i64],
    /// Whether one of them leapt, and the meeting has noticed.
    pub has_leapt: bool,
}

/// What is said of a frame.
#[derive(Clone, Debug)]
pub struct Frame {
    pub captured: i64,
    pub contributors: Contributors,
    pub regions: Vec<Region>,
}

#[derive(Clone, Debug)]
pub enum Contributors {
    Owner,
    Complete(Vec<Person>),
    Partial(Vec<Person>),
    /// The people of a group, as if they were listed.
    Group(Vec<Person>),
    /// Those of another meeting's, who have the numbers of these here.
    ForeignGroup(Vec<Person>),
    /// Those in what it was made from.
    Sources(Vec<Source>),
}

impl Contributors {
    /// The contributing sources of a packet, of which there may be more if it has 15.
    pub fn csrcs(people: Vec<Person>) -> Self {
        if people.len() < 15 {
            Self::Complete(people)
        } else {
            Self::Partial(people)
        }
    }
}

#[derive(Clone, Debug)]
pub struct Region {
    pub owner: Person,
    pub area: Area,
    pub kind: Option<Kind>,
    pub captured: Option<i64>,
}

/// In which way a frame comes to a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// As it is: whole or not at all.
    Admit,
    /// Copied.
    Into,
    /// Changed where it is.
    InPlace,
}

/// What the outlet is to get, and the tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub verdict: Verdict,
    pub tag: [u8; 16],
    /// None if dropped.
    pub content: Option<Content>,
}

/// What happened in a meeting, and nothing else.
pub struct Oracle {
    /// Each with the time that it counts as made at.
    pub events: Vec<(i64, Event)>,
    /// Where in the list somebody is named.
    index: Index,
    /// The largest valid time that any call, or any tap, was given.
    clock: i64,
    /// The last one, and what it was at each event: no rule asks for it, only a planted fault.
    given: i64,
    taps: Vec<TapClock>,
    pub given_at: Vec<i64>,
    pub room: usize,
    /// Which meeting it is.
    pub instance: [u8; 16],
    fault: Option<Fault>,
    /// The hashes of the ledger's lines, which anybody can read: the events', and before them the opening's.
    pub lines: Vec<[u8; 32]>,
    /// What records told.
    pub spent: Vec<Spent>,
}

/// Where in the list of what happened somebody is named, or everybody is meant: what is asked about one person is then found without reading what is about others.
#[derive(Default)]
struct Index {
    stays: Vec<Stay>,
    of_id: HashMap<String, Vec<usize>>,
    of_everybody: Vec<usize>,
    is_over: bool,
}

struct Stay {
    id: String,
    guarded: bool,
    joined_at: usize,
    has_left: bool,
    /// Of those that were free the first.
    seat: usize,
}

impl Index {
    /// The list has one entry more.
    fn note(&mut self, at: usize, event: &Event) {
        let id = match event {
            Event::Joined { id, guarded, .. } => {
                let there = self.stays.iter().filter(|stay| !stay.has_left);
                let taken: HashSet<_> = there.map(|stay| stay.seat).collect();
                let seat = (0..=taken.len()).find(|seat| !taken.contains(seat));
                let seat = seat.expect("one more than are taken");
                self.stays.push(Stay {
                    id: id.clone(),
                    guarded: *guarded,
                    joined_at: at,
                    has_left: false,
                    seat,
                });
                id.clone()
            }
            Event::Left { stay } => {
                self.stays[*stay].has_left = true;
                self.stays[*stay].id.clone()
            }
            Event::Granted { stay, .. }
            | Event::Withdrawn { stay, .. }
            | Event::Expired { stay, .. } => self.stays[*stay].id.clone(),
            Event::Restricted { whom: Some(id), .. } | Event::Lifted { whom: Some(id), .. } => {
                id.clone()
            }
            Event::Restricted { whom: None, .. }
            | Event::Lifted { whom: None, .. }
            | Event::Superseded { .. }
            | Event::Named { .. }
            | Event::Resumed { .. } => {
                self.of_everybody.push(at);
                return;
            }
            Event::Ended => {
                self.is_over = true;
                return;
            }
            Event::Refused { .. }
            | Event::Shown { .. }
            | Event::StreamOpened { .. }
            | Event::OutletOpened { .. }
            | Event::Counted { .. }
            | Event::Vouched => return,
        };
        self.of_id.entry(id).or_default().push(at);
    }

    /// The entries about somebody and about everybody, in their order.
    fn about(&self, id: &str) -> Vec<usize> {
        let own = self.of_id.get(id).map_or(&[][..], |own| own);
        let mut all = [own, &self.of_everybody].concat();
        all.sort_unstable();
        all
    }
}

/// Other bytes for each meeting of this process.
fn draw() -> [u8; 16] {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let mut instance = *b"oracle..........";
    instance[8..].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    instance
}

// ---------------------------------------------------------------------------------------------------------------------
// What people do

impl Oracle {
    pub fn open(room: usize, fault: Option<Fault>) -> Self {
        Self {
            events: Vec::new(),
            index: Index::default(),
            clock: 0,
            given: 0,
            taps: Vec::new(),
            given_at: Vec::new(),
            room,
            instance: draw(),
            fault,
            lines: Vec::new(),
            spent: Vec::new(),
        }
    }

    /// How many entries there are.
    pub fn generation(&self) -> usize {
        // The first says that the meeting began.
        1 + self.events.len()
    }

    /// Somebody comes in, as the stay of the next number.
    pub fn join(
        &mut self,
        id: &str,
        guarded: bool,
        key: Option<[u8; 32]>,
        now: i64,
    ) -> Result<(), Refusal> {
        self.begin(now, &About::One(id.to_owned()))?;
        let there = self.stays().filter(|&stay| self.is_there(stay));
        if there.clone().any(|stay| self.id(stay) == id) {
            return Err(Refusal::AlreadyThere);
        }
        if let Some(why) = self.wrong_key(id, key) {
            return Err(why);
        }
        if there.count() >= self.room {
            return Err(Refusal::NoRoom);
        }
        let id = id.to_owned();
        self.enter(Event::Joined { id, guarded, key });
        Ok(())
    }

    pub fn leave(&mut self, who: Person, now: i64) {
        self.look_at_the_clock(now, &self.about(who));
        if let Some(stay) = self.present(who) {
            self.enter(Event::Left { stay });
        }
    }

    pub fn show(&mut self, text: &str, scope: Scope) -> Result<(), Refusal> {
        self.not_ended()?;
        self.look_at_the_taps(&About::Nobody);
        if self.is_superseded(text) {
            return Err(Refusal::StaleNotice);
        }
        // R3: it must be of somebody, and who has no name yet is nobody.
        let named = 9 + self.named_pairs().count();
        let is_of_somebody =
            each(scope.purposes).any(|purpose| u32::from(purpose.bits()) < 1 << named);
        if !is_of_somebody && !self.has(Fault::NamelessNoticesAreShown) {
            return Err(Refusal::Nobody);
        }
        let text = text.to_owned();
        self.enter(Event::Shown { text, scope });
        Ok(())
    }

    pub fn supersede(&mut self, text: &str, now: i64) -> Result<(), Refusal> {
        self.look_at_the_clock(now, &About::Everybody);
        self.not_ended()?;
        let is_it = |(_, event): &(i64, Event)| matches!(event, Event::Shown { text: shown, .. } if shown == text);
        if !self.events.iter().any(is_it) || self.is_superseded(text) {
            return Err(Refusal::UnknownNotice);
        }
        let text = text.to_owned();
        self.enter(Event::Superseded { text });
        Ok(())
    }

    fn is_superseded(&self, text: &str) -> bool {
        let is_it = |(_, event): &(i64, Event)| matches!(event, Event::Superseded { text: old } if old == text);
        self.events.iter().any(is_it)
    }

    /// Notes what has ended by itself.
    pub fn tick(&mut self, now: i64) {
        self.look_at_the_clock(now, &About::Nobody);
        let mut ended: Vec<_> = self
            .stays()
            .filter(|&stay| self.present(Some(stay)).is_some())
            .filter(|&stay| !self.ended(stay).is_empty())
            .collect();
        ended.sort_by_key(|stay| self.index.stays[*stay].seat);
        for stay in ended {
            // It is about them, and their own taps may have come further.
            self.look_at_the_taps(&self.about(Some(stay)));
            let cells = self.ended(stay);
            self.enter(Event::Expired { stay, cells });
        }
    }

    /// What of somebody's consents has ended by itself and has not been noted.
    fn ended(&self, stay: usize) -> Vec<(Kind, Purposes)> {
        let now_ms = round_down(self.clock);
        let ended = self.ends(stay).filter(|&(_, end)| end <= now_ms);
        ended.map(|(cell, _)| cell).collect()
    }

    /// When the next consent ends, in milliseconds.
    pub fn next_end(&self) -> Option<i64> {
        let present = self
            .stays()
            .filter(|&stay| self.present(Some(stay)).is_some());
        present
            .flat_map(|stay| self.ends(stay).map(|(_, end)| end).collect::<Vec<_>>())
            .min()
    }

    /// The ends of somebody's consents that have not been noted, each with its kind and purpose.
    fn ends(&self, stay: usize) -> impl Iterator<Item = ((Kind, Purposes), i64)> {
        let cells = Kind::ALL
            .into_iter()
            .flat_map(|kind| each(Purposes::all()).map(move |purpose| (kind, purpose)));
        let own = self.index.about(self.id(stay)).into_iter();
        let own = own.map(|at| &self.events[at].1);
        let with_end = own.filter_map(|event| match event {
            Event::Granted {
                stay: whose, grant, ..
            } if *whose == stay && grant.until.is_some() => Some(grant.scope),
            _ => None,
        });
        let with_end: Vec<_> = with_end.collect();
        let has_end = move |kind: Kind, purpose| {
            with_end
                .iter()
                .any(|scope| scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose))
        };
        // Nothing else ends by itself; reading the list for all of it would take most of the time.
        let cells = cells.filter(move |&(kind, purpose)| has_end(kind, purpose));
        cells.filter_map(move |(kind, purpose)| {
            // Also of one that lies between two milliseconds, or was restricted until then, and never in force.
            let told = self.told(stay, kind, purpose);
            let ends = told.grants.iter().map(|grant| grant.end).max()?;
            (0 < ends && ends < round_down(LIMIT)).then_some(((kind, purpose), ends))
        })
    }

    pub fn grant(
        &mut self,
        by: Authority,
        who: Person,
        grant: Grant,
        now: i64,
    ) -> Result<(), Refusal> {
        let leaps = self.leaps(now) && !self.has(Fault::ACallMovesTheMeetingAnyhow);
        self.look_at_the_clock(now, &self.about_present(who));
        self.not_ended()?;
        // R2: only the person opens, or their guardian if they have one. Whoever else tries is entered, whatever the time.
        let agrees = match self.present(who).map(|stay| self.is_guarded(stay)) {
            Some(true) if !self.has(Fault::ChildMayGrant) => vec![Authority::Guardian],
            Some(false) => vec![Authority::Participant],
            _ => vec![Authority::Participant, Authority::Guardian],
        };
        let host_may = by == Authority::Host
            && (self.has(Fault::HostMayGrant)
                || self.has(Fault::HostMaySign) && grant.signed.is_some());
        if !agrees.contains(&by) && !host_may {
            let stay = self.present(who);
            return self.refuse(by, stay, grant, Refusal::Overreach);
        }
        let stay = self.present(who).ok_or(Refusal::NobodyThere)?;
        let scope = grant.scope;
        let (shown_at, described) = self
            .events
            .iter()
            .enumerate()
            .find_map(|(at, (_, event))| match event {
                Event::Shown { text, scope } if *text == grant.notice => Some((at, *scope)),
                _ => None,
            })
            .ok_or(Refusal::UnknownNotice)?;
        if self.is_superseded(&grant.notice) && !self.has(Fault::SupersededNoticesCover) {
            return Err(Refusal::StaleNotice);
        }
        // Art. 9(2)(a): recognising who somebody is needs more than a click.
        if scope.purposes.contains(Purposes::IDENTIFY)
            && grant.method == Method::Clicked
            && !self.has(Fault::AClickIdentifies)
        {
            return Err(Refusal::NotExplicit);
        }
        // Whoever it is that recognises them.
        let to_others = self.named_pairs().zip(9..).any(|(purpose, bit)| {
            purpose == Purposes::IDENTIFY && scope.purposes.bits() >> bit & 1 == 1
        });
        if to_others
            && grant.method == Method::Clicked
            && !self.has(Fault::AClickIdentifiesToOthers)
        {
            return Err(Refusal::NotExplicit);
        }
        // R3: no more than the notice describes.
        if !described.kinds.contains(scope.kinds) || !described.purposes.contains(scope.purposes) {
            return Err(Refusal::BeyondNotice);
        }
        // R3: a text cannot have named a third party who got a name only after it was shown.
        let named = self.events.iter().enumerate();
        let named = named.filter(|(_, (_, event))| matches!(event, Event::Named { .. }));
        let later = named.enumerate().filter(|(_, (at, _))| *at > shown_at);
        let asks_later = later.map(|(pair, _)| Purposes::from_bits_retain(1 << (9 + pair)));
        if scope.purposes.intersects(asks_later.collect())
            && !self.has(Fault::NoticesDescribeWhoIsNamedLater)
        {
            return Err(Refusal::BeyondNotice);
        }
        let in_time = |until: i64| in_range(until) && until > self.clock;
        let has_been = |at: i64| in_range(at) && at <= self.clock;
        if !grant.until.is_none_or(in_time) || !grant.at.is_none_or(has_been) {
            return Err(Refusal::Time);
        }
        if self.is_of_earlier(stay, &grant, shown_at) {
            return self.refuse(by, Some(stay), grant, Refusal::AgreedEarlier);
        }
        // R2: whatever else is right, one who joined with a key agrees by signing, and nobody else signs.
        if let Some(why) = self.unsigned(stay, &grant) {
            return self.refuse(by, Some(stay), grant, why);
        }
        if leaps {
            return Err(Refusal::Time);
        }
        self.enter(Event::Granted { by, stay, grant });
        Ok(())
    }

    /// R5: an agreement counts only if it was made in this stay, after its notice was shown and after the last withdrawal of any of it.
    fn is_of_earlier(&self, stay: usize, grant: &Grant, shown_at: usize) -> bool {
        let Some(agreed) = grant.at.filter(|&agreed| agreed < self.clock) else {
            return false;
        };
        // R3: what nobody was told of is not agreed to.
        let named = 9 + self.named_pairs().count();
        let asked =
            each(grant.scope.purposes).filter(|purpose| u32::from(purpose.bits()) < 1 << named);
        let asked = Scope::new(grant.scope.kinds, asked.collect());
        let joined_at = self.index.stays[stay].joined_at;
        let (joined, _) = &self.events[joined_at];
        let withdrew = |event: &Event| match event {
            Event::Withdrawn {
                stay: whose, scope, ..
            } => {
                !self.has(Fault::AgreedBeforeTheWithdrawal)
                    && self.id(*whose) == self.id(stay)
                    && scope.kinds.intersects(asked.kinds)
                    && scope.purposes.intersects(asked.purposes)
            }
            // The half line may have been anybody's.
            Event::Resumed { torn } => *torn && !self.has(Fault::AgreedBeforeATornLine),
            _ => false,
        };
        let since = &self.events[joined_at..];
        let mut withdrawn = since.iter().filter(|(_, event)| withdrew(event));
        agreed < self.over_by(*joined) && !self.has(Fault::AgreedInAnEarlierStay)
            || agreed < self.over_by(self.events[shown_at].0)
                && !self.has(Fault::AgreedBeforeTheNotice)
            || withdrawn.any(|(at, _)| agreed <= self.over_by(*at))
    }

    /// When something that is said to have happened at a time was surely over: a meeting that goes on knows no time but its ledger's last
    /// until there is a later one.
    fn over_by(&self, time: i64) -> i64 {
        let went_on =
            |(at, event): &(i64, Event)| *at == time && matches!(event, Event::Resumed { .. });
        if !self.events.iter().any(went_on) || self.has(Fault::TheTimeOfGoingOnIsKnown) {
            return time;
        }
        let mut times = self.events.iter().map(|(at, _)| *at);
        times.find(|&at| at > time).unwrap_or(self.clock)
    }

    fn refuse(
        &mut self,
        by: Authority,
        stay: Option<usize>,
        grant: Grant,
        why: Refusal,
    ) -> Result<(), Refusal> {
        self.enter(Event::Refused {
            by,
            stay,
            grant,
            why,
        });
        Err(why)
    }

    /// R6: it cannot fail.
    pub fn withdraw(&mut self, by: Authority, who: Person, scope: Scope, now: i64) {
        self.look_at_the_clock(now, &self.about(who));
        if let Some(stay) = who {
            self.enter(Event::Withdrawn { by, stay, scope });
        }
    }

    /// Over everybody, or over one person.
    pub fn restrict(
        &mut self,
        by: Authority,
        whom: Option<Person>,
        scope: Scope,
        now: i64,
    ) -> Result<(), Refusal> {
        self.look_at_the_clock(now, &self.about_whom(whom));
        self.not_ended()?;
        let whom = self.restrained(by, whom)?;
        self.enter(Event::Restricted { by, whom, scope });
        Ok(())
    }

    pub fn lift(
        &mut self,
        by: Authority,
        whom: Option<Person>,
        scope: Scope,
        now: i64,
    ) -> Result<(), Refusal> {
        self.begin(now, &self.about_whom(whom))?;
        let whom = self.restrained(by, whom)?;
        self.enter(Event::Lifted { by, whom, scope });
        Ok(())
    }

    /// Names a pair of a purpose and a third party; nothing new if it has its name already.
    pub fn third_party(&mut self, purpose: Purposes, recipient: &str) -> Result<(), Refusal> {
        self.not_ended()?;
        let mut named = self.events.iter().filter_map(|(_, event)| match event {
            Event::Named { purpose, recipient } => Some((*purpose, recipient.as_str())),
            _ => None,
        });
        if named.clone().any(|pair| pair == (purpose, recipient)) {
            return Ok(());
        }
        if named.nth(6).is_some() {
            return Err(Refusal::NoRoom);
        }
        let recipient = recipient.to_owned();
        self.enter(Event::Named { purpose, recipient });
        Ok(())
    }

    /// The bit of a pair that has its name.
    pub fn pair(&self, of: Purposes, to: &str) -> Purposes {
        let mut named = self.events.iter().filter_map(|(_, event)| match event {
            Event::Named { purpose, recipient } => Some((*purpose, recipient.as_str())),
            _ => None,
        });
        let at = named.position(|pair| pair == (of, to));
        Purposes::from_bits_retain(1 << (9 + at.expect("a pair that was named")))
    }

    /// The purposes of the third parties that have a name, in the order of their bits.
    fn named_pairs(&self) -> impl Iterator<Item = Purposes> {
        self.events.iter().filter_map(|(_, event)| match event {
            Event::Named { purpose, .. } => Some(*purpose),
            _ => None,
        })
    }

    /// Nothing happens: only those who are there can be put together.
    pub fn group(&self, people: &[Person]) -> Result<(), Refusal> {
        self.not_ended()?;
        if people.is_empty() {
            return Err(Refusal::Nobody);
        }
        let are_there = people.iter().all(|&who| self.present(who).is_some());
        are_there.then_some(()).ok_or(Refusal::NobodyThere)
    }

    pub fn open_stream(&mut self, whose: Whose, kind: Kind, format: Format) -> Result<(), Refusal> {
        self.not_ended()?;
        if !can_be(kind, format) && !self.has(Fault::AnythingIsOfAnyKind) {
            return Err(Refusal::WrongFormat);
        }
        let owner = match whose {
            Whose::Owned(stay) | Whose::Alone(stay) => {
                Some(self.present(Some(stay)).ok_or(Refusal::NobodyThere)?)
            }
            Whose::Mix | Whose::Composite | Whose::Derived => None,
        };
        let alone = matches!(whose, Whose::Alone(_));
        self.enter(Event::StreamOpened { kind, owner, alone });
        Ok(())
    }

    pub fn open_outlet(&mut self, outlet: Outlet) -> Result<(), Refusal> {
        self.not_ended()?;
        self.enter(Event::OutletOpened { outlet });
        Ok(())
    }

    /// The taps, in the order of opening, with what they counted.
    pub fn end(&mut self, taps: Vec<Count>) {
        if !self.is_over() {
            self.enter(Event::Counted { taps });
            self.enter(Event::Ended);
            self.enter(Event::Vouched);
        }
    }

    /// The same while the meeting goes on.
    pub fn count(&mut self, taps: Vec<Count>, now: i64) -> Result<(), Refusal> {
        self.look_at_the_clock(now, &About::Everybody);
        self.not_ended()?;
        self.enter(Event::Counted { taps });
        if !self.has(Fault::CountingVouchesForNothing) {
            self.enter(Event::Vouched);
        }
        Ok(())
    }

    /// The meeting is gone, and goes on from its ledger, which knows of no time later than its last entry's.
    pub fn resume(&mut self, torn: bool) -> Result<(), Refusal> {
        self.not_ended()?;
        self.clock = self.events.last().map_or(0, |(at, _)| *at);
        self.taps.clear();
        self.enter(Event::Resumed { torn });
        Ok(())
    }

    pub fn is_over(&self) -> bool {
        self.index.is_over
    }

    fn enter(&mut self, event: Event) {
        self.look_at_the_taps(&self.about_event(&event));
        self.note(self.clock, event);
        self.given_at.push(self.given);
    }

    /// An entry more, of a time.
    pub fn note(&mut self, at: i64, event: Event) {
        self.index.note(self.events.len(), &event);
        self.events.push((at, event));
    }

    /// The last entry never was.
    pub fn forget_the_last(&mut self) {
        let events = mem::take(&mut self.events);
        self.index = Index::default();
        let left = events.len() - 1;
        for (at, event) in events.into_iter().take(left) {
            self.note(at, event);
        }
    }

    /// Whom an entry is about.
    fn about_event(&self, event: &Event) -> About {
        match event {
            Event::Joined { id, .. } => About::One(id.clone()),
            Event::Left { stay }
            | Event::Granted { stay, .. }
            | Event::Withdrawn { stay, .. }
            | Event::Expired { stay, .. } => self.about(Some(*stay)),
            Event::Refused { stay, .. } => self.about(*stay),
            Event::Restricted { whom, .. } | Event::Lifted { whom, .. } => match whom {
                Some(id) => About::One(id.clone()),
                None => About::Everybody,
            },
            Event::Superseded { .. }
            | Event::Counted { .. }
            | Event::Resumed { .. }
            | Event::Ended => About::Everybody,
            Event::Shown { .. }
            | Event::Named { .. }
            | Event::StreamOpened { .. }
            | Event::OutletOpened { .. }
            | Event::Vouched => About::Nobody,
        }
    }

    /// An act about somebody; one about nobody whom the meeting knows is about nobody.
    fn about(&self, who: Person) -> About {
        who.map_or(About::Nobody, |stay| About::One(self.id(stay).to_owned()))
    }

    fn about_whom(&self, whom: Option<Person>) -> About {
        whom.map_or(About::Everybody, |who| self.about_present(who))
    }

    /// What can only be done about those who are there is otherwise about nobody.
    fn about_present(&self, who: Person) -> About {
        self.about(self.present(who))
    }

    /// Whether an act reads a tap: one that can carry anybody, or nobody but whom the act is about.
    fn reads(&self, about: &About, tap: &TapClock) -> bool {
        let Some(owner) = tap.alone else {
            return true;
        };
        match about {
            _ if self.has(Fault::EverybodysTapsAreRead) => true,
            _ if self.has(Fault::NobodysOwnTapsAreRead) => false,
            About::Everybody => !self.has(Fault::ActsOnAllReadWhatAllShare),
            About::One(id) if self.has(Fault::PeopleAloneHaveNoOtherStays) => {
                self.stays().rev().find(|&stay| self.id(stay) == id) == Some(owner)
            }
            About::One(id) => self.id(owner) == id,
            About::Nobody => false,
        }
    }

    /// A call counts as made at the largest time that any call, or any tap that it reads, was given, and that does not leap.
    pub fn look_at_the_clock(&mut self, now: i64, about: &About) {
        if in_range(now) {
            self.given = now;
        }
        if !self.leaps(now) || self.has(Fault::ACallMovesTheMeetingAnyhow) && in_range(now) {
            let believes = self.has(Fault::MeetingBelievesEarlierTimes);
            self.clock = if believes { now } else { self.clock.max(now) };
        }
        self.look_at_the_taps(about);
    }

    /// A tap whose time leaps moves nothing, and withholds from then on.
    fn look_at_the_taps(&mut self, about: &About) {
        let (limit, any) = (self.clock + DAY, self.has(Fault::ATapMovesTheMeetingAnyhow));
        for at in 0..self.taps.len() {
            if !self.reads(about, &self.taps[at]) {
                continue;
            }
            let tap = &mut self.taps[at];
            if tap.latest <= limit || any {
                self.clock = self.clock.max(tap.latest);
            } else {
                tap.has_leapt = true;
            }
        }
    }

    /// Out of range, or more than a day ahead.
    fn leaps(&self, now: i64) -> bool {
        !in_range(now) || now > self.clock + DAY
    }

    /// The largest time that any call, or any tap that is read for it, was given.
    pub fn clock(&self, about: &About) -> i64 {
        let limit = self.clock + DAY;
        let taps = self.taps.iter().filter(|tap| self.reads(about, tap));
        taps.map(|tap| tap.latest)
            .filter(|&latest| latest <= limit)
            .fold(self.clock, i64::max)
    }

    /// The same of somebody's own, in milliseconds, rounded up.
    pub fn clock_ms_of(&self, stay: usize) -> i64 {
        round_up(self.clock(&self.about(Some(stay))))
    }

    /// Whether something of one person alone, captured and released at these times, is cleared for a purpose.
    pub fn clears(
        &self,
        who: Person,
        kind: Kind,
        purpose: Purposes,
        (captured_ms, released_ms): (i64, i64),
    ) -> bool {
        let (captured, released) = (captured_ms * 1000, released_ms * 1000);
        !self.is_over()
            && self
                .refusal(who, kind, purpose, captured, released)
                .is_none()
    }

    /// A tap more, of a stream.
    pub fn open_tap(&mut self, of: Whose) {
        let alone = match of {
            Whose::Alone(stay) => Some(stay),
            Whose::Owned(_) | Whose::Mix | Whose::Composite | Whose::Derived => None,
        };
        self.taps.push(TapClock {
            latest: self.resumed_at().unwrap_or(0),
            has_leapt: false,
            alone,
        });
    }

    /// A tap is given a time. Whether it had leapt before.
    pub fn pass(&mut self, tap: usize, now: i64) -> bool {
        let tap = &mut self.taps[tap];
        if in_range(now) {
            tap.latest = tap.latest.max(now);
        }
        tap.has_leapt
    }

    /// What may widen needs a valid time.
    fn begin(&mut self, now: i64, about: &About) -> Result<(), Refusal> {
        let leaps = self.leaps(now) && !self.has(Fault::ACallMovesTheMeetingAnyhow);
        self.look_at_the_clock(now, about);
        self.not_ended()?;
        if leaps { Err(Refusal::Time) } else { Ok(()) }
    }

    /// So much time has truly passed, however much that is.
    pub fn advance(&mut self, now: i64) -> Result<(), Refusal> {
        self.not_ended()?;
        if !in_range(now) {
            return Err(Refusal::Time);
        }
        self.given = now;
        self.clock = self.clock.max(now);
        self.look_at_the_taps(&About::Nobody);
        Ok(())
    }

    fn not_ended(&self) -> Result<(), Refusal> {
        if self.is_over() {
            Err(Refusal::Ended)
        } else {
            Ok(())
        }
    }

    /// The id of whom a restriction or a lift is about, none for everybody.
    fn restrained(&self, by: Authority, whom: Option<Person>) -> Result<Option<String>, Refusal> {
        let stay = whom.map(|who| self.present(who).ok_or(Refusal::NobodyThere));
        let stay = stay.transpose()?;
        if matches!(by, Authority::Participant | Authority::Guardian) {
            return Err(Refusal::NotARestrainer);
        }
        Ok(stay.map(|stay| self.id(stay).to_owned()))
    }

    /// Nobody is present after the end.
    pub fn present(&self, who: Person) -> Option<usize> {
        who.filter(|&stay| self.is_there(stay) && !self.is_over())
    }

    fn stays(&self) -> impl DoubleEndedIterator<Item = usize> + Clone {
        0..self.index.stays.len()
    }

    pub fn id(&self, stay: usize) -> &str {
        &self.index.stays[stay].id
    }

    fn is_guarded(&self, stay: usize) -> bool {
        self.index.stays[stay].guarded
    }

    pub fn is_there(&self, stay: usize) -> bool {
        !self.index.stays[stay].has_left
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

pub fn in_range(time: i64) -> bool {
    (0..LIMIT).contains(&time)
}

/// What ends, a capture and a release count as.
fn round_down(time: i64) -> i64 {
    time.div_euclid(1000)
}

/// What a beginning counts as.
fn round_up(time: i64) -> i64 {
    time.saturating_add(999).div_euclid(1000)
}

// ---------------------------------------------------------------------------------------------------------------------
// One person, one kind, one purpose

/// What happened last to what somebody agreed to for a kind and a purpose.
enum LastAct {
    None,
    Grant,
    Withdrawal,
    Supersession,
}

/// What the list tells about one person, one kind and one purpose.
struct Told<'a> {
    last_act: LastAct,
    /// The grants that add up, each in milliseconds from its first to before its last.
    grants: Vec<Range<i64>>,
    restrictions: Vec<(Authority, Option<&'a String>)>,
    /// Whether one who has a guardian refused for themselves.
    refused: bool,
    lifted_ms: i64,
}

impl Oracle {
    #[expect(
        clippy::too_many_lines,
        reason = "the list is read once, from its beginning"
    )]
    fn told(&self, stay: usize, kind: Kind, purpose: Purposes) -> Told<'_> {
        let id = self.id(stay);
        let covers =
            |scope: &Scope| scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose);
        let concerns = |whom: &Option<String>| whom.as_deref().is_none_or(|whom| whom == id);

        let mut last_act = LastAct::None;
        let mut grants: Vec<(Range<i64>, &String)> = Vec::new();
        let mut restrictions: Vec<(Authority, Option<&String>)> = Vec::new();
        let mut refused = false;
        let mut lifted_ms = 0;
        let joined = self.index.stays[stay].joined_at;
        // The first bits are the controller's own purposes.
        let mut named = 9;
        for place in self.index.about(id) {
            let (at, event) = &self.events[place];
            match event {
                Event::Named { .. } => named += 1,
                Event::Joined { .. }
                    if place == joined && self.has(Fault::RestrictionsDoNotFollowTheId) =>
                {
                    restrictions.retain(|(_, whom)| whom.is_none());
                }
                Event::Granted {
                    stay: whose, grant, ..
                } if *whose == stay
                    && covers(&grant.scope)
                    // R3: nobody agrees to a third party who is not named yet.
                    && (purpose.bits() < 1 << named
                        || self.has(Fault::UnnamedPartiesAreAgreedTo)) =>
                {
                    let since_ms = self.round_beginning(*at);
                    let until_ms = self.round_end(grant.until.unwrap_or(LIMIT));
                    if self.has(Fault::AnotherGrantShortens) {
                        for (grant, _) in &mut grants {
                            grant.end = until_ms;
                        }
                    }
                    // Grants add up, if what was granted before still runs.
                    let still_runs = grants.iter().any(|(grant, _)| grant.end > round_down(*at));
                    if !still_runs || self.has(Fault::AnotherGrantBeginsAnew) {
                        grants.clear();
                    }
                    grants.push((since_ms..until_ms, &grant.notice));
                    last_act = LastAct::Grant;
                }
                // R3: what was agreed to under it stops there; what was agreed to under others goes on.
                Event::Superseded { text } if !self.has(Fault::SupersededNoticesCover) => {
                    let now_ms = round_down(*at);
                    let mut stopped = false;
                    for (grant, notice) in &mut grants {
                        let stale = *notice == text || self.has(Fault::SupersedingEndsOtherNotices);
                        if stale && grant.end > now_ms {
                            grant.end = now_ms;
                            stopped = true;
                        }
                    }
                    // One that lies between two milliseconds was never in force.
                    let goes_on = |(grant, _): &(Range<i64>, &String)| {
                        now_ms < grant.end && !grant.is_empty()
                    };
                    if stopped && !grants.iter().any(goes_on) {
                        grants.clear();
                        last_act = LastAct::Supersession;
                    }
                }
                // What was noted as ended stays so, for a tap that lags behind, too.
                Event::Expired { stay: whose, .. } if *whose == stay => {
                    let now_ms = round_down(*at);
                    if grants.iter().all(|(grant, _)| grant.end <= now_ms) {
                        grants.clear();
                    }
                }
                // Of this stay or an earlier one of the same person: it is they who withdraw.
                Event::Withdrawn {
                    by,
                    stay: whose,
                    scope,
                } if self.id(*whose) == id
                    && place > joined
                    && covers(scope)
                    && !self.has(Fault::WithdrawalDoesNothing) =>
                {
                    if !self.has(Fault::RegrantHealsABreak) {
                        grants.clear();
                    }
                    // A child's own refusal stands, whatever the guardian agrees to.
                    refused |= *by == Authority::Participant
                        && self.is_guarded(stay)
                        && !self.has(Fault::GuardianOverrulesARefusal);
                    last_act = LastAct::Withdrawal;
                }
                // The half line may have been anybody's withdrawal.
                Event::Resumed { torn: true }
                    if place > joined && !self.has(Fault::ResumesATornLedger) =>
                {
                    grants.clear();
                    last_act = LastAct::Withdrawal;
                }
                Event::Restricted { by, whom, scope } if covers(scope) && concerns(whom) => {
                    let restriction = (*by, whom.as_ref());
                    if !restrictions.contains(&restriction) && !self.has(Fault::ForgetsRestrictions)
                    {
                        restrictions.push(restriction);
                    }
                }
                Event::Lifted { by, whom, scope } if covers(scope) && concerns(whom) => {
                    let was_closed = !restrictions.is_empty();
                    if self.has(Fault::LiftsWhatOthersRestricted) {
                        restrictions.clear();
                    }
                    restrictions.retain(|restriction| *restriction != (*by, whom.as_ref()));
                    if was_closed && restrictions.is_empty() && !self.has(Fault::LiftHealsABreak) {
                        lifted_ms = round_up(*at);
                    }
                }
                _ => {}
            }
        }
        Told {
            last_act,
            grants: grants.into_iter().map(|(grant, _)| grant).collect(),
            restrictions,
            refused,
            lifted_ms,
        }
    }

    /// Why a person does not agree to one purpose for something of one kind, captured at one time and released at another.
    fn refusal(
        &self,
        who: Person,
        kind: Kind,
        purpose: Purposes,
        captured: i64,
        released: i64,
    ) -> Option<Reason> {
        if kind == Kind::Unclassified {
            return Some(Reason::Unclassified);
        }
        let Some(stay) = who else {
            return Some(Reason::Unknown);
        };
        if !self.is_there(stay) && !self.has(Fault::ForgetsWhoLeft) {
            return Some(Reason::Absent);
        }

        let Told {
            last_act,
            grants,
            restrictions,
            refused,
            lifted_ms,
            ..
        } = self.told(stay, kind, purpose);
        if !restrictions.is_empty() {
            return Some(Reason::Restricted);
        }
        if refused {
            return Some(Reason::Withdrawn);
        }
        match last_act {
            LastAct::None => return Some(Reason::NotGranted),
            LastAct::Withdrawal => return Some(Reason::Withdrawn),
            LastAct::Supersession => return Some(Reason::StaleNotice),
            LastAct::Grant => {}
        }
        let released_ms = round_down(released);
        // A consent that would begin where it ends, between two milliseconds, was never in force.
        let is_over = |grant: &Range<i64>| {
            let begins = grant.start.max(lifted_ms);
            grant.end <= begins || grant.end <= released_ms
        };
        if grants.iter().all(is_over) {
            return Some(Reason::Expired);
        }
        // R5: it must hold at every instant from capture to release.
        // After the capture it can cease to hold only where a grant ends, so these instants are all that must be looked at.
        let captured_ms = round_down(captured);
        let holds = |ms: i64| ms >= lifted_ms && grants.iter().any(|grant| grant.contains(&ms));
        let ends = grants.iter().map(|grant| grant.end);
        let without_a_break = ends
            .filter(|end| (captured_ms..released_ms).contains(end))
            .chain([captured_ms, released_ms])
            .all(holds);
        (!without_a_break && !self.has(Fault::IgnoresTheCapture)).then_some(Reason::CapturedEarlier)
    }

    /// R9: no bytes of these kinds are cleared, whatever anybody says.
    fn never_cleared(&self, kind: Kind) -> Option<Reason> {
        match kind {
            Kind::Unclassified => Some(Reason::Unclassified),
            Kind::Telemetry | Kind::Diagnostic | Kind::Usage => {
                (!self.has(Fault::FreeBytesAreFine)).then_some(Reason::FreeBytes)
            }
            _ => None,
        }
    }

    /// Those kinds go as records alone.
    fn never_cleared_on(&self, stream: &Stream) -> Option<Reason> {
        match stream.declared() {
            Some(_) => (stream.kind == Kind::Unclassified).then_some(Reason::Unclassified),
            None => self.never_cleared(stream.kind),
        }
    }

    fn round_beginning(&self, time: i64) -> i64 {
        if self.has(Fault::RoundsBeginningsDown) {
            round_down(time)
        } else {
            round_up(time)
        }
    }

    fn round_end(&self, time: i64) -> i64 {
        if self.has(Fault::IgnoresEnds) {
            round_down(LIMIT)
        } else if self.has(Fault::RoundsEndsUp) {
            round_up(time)
        } else {
            round_down(time)
        }
    }

    /// The same for several purposes, all of which must be agreed to (R3). Of several reasons the one with the smallest number counts.
    fn refusal_of_any(
        &self,
        who: Person,
        kind: Kind,
        purposes: Purposes,
        captured: i64,
        released: i64,
    ) -> Option<Reason> {
        let refusals = each(purposes)
            .map(|purpose| self.refusal(who, kind, purpose, captured, released))
            .collect::<Vec<_>>();
        if self.has(Fault::OnePurposeSuffices) && refusals.contains(&None) {
            return None;
        }
        refusals.into_iter().flatten().min()
    }
}

/// The purposes of a set by themselves.
fn each(purposes: Purposes) -> impl Iterator<Item = Purposes> {
    (0..16)
        .map(|bit| Purposes::from_bits_retain(1 << bit))
        .filter(move |&purpose| purposes.contains(purpose))
}

// ---------------------------------------------------------------------------------------------------------------------
// Everybody in a frame

/// What is wrong with a frame, before anybody's consent is looked at.
pub enum Release {
    /// At this time.
    At(i64),
    Never(Reason),
}

impl Oracle {
    pub fn release(&self, tap: &Tap, frame: &Frame) -> Release {
        let now = *tap.seen.last().expect("a time");
        let largest = tap
            .seen
            .iter()
            .copied()
            .filter(|&time| in_range(time))
            // What had ended before the meeting went on does not begin anew with the clock.
            .chain(self.resumed_at())
            .max();
        let released = match largest {
            Some(largest) if in_range(now) && !self.has(Fault::ReleasesAtItsOwnTime) => largest,
            _ => now,
        };
        let captures = frame.regions.iter().filter_map(|region| region.captured);
        if self.is_over() && !self.has(Fault::ReleasesAfterTheEnd) {
            Release::Never(Reason::Ended)
        } else if tap.has_leapt {
            Release::Never(Reason::Clock)
        } else if !in_range(now)
            || !captures.chain([frame.captured]).all(in_range)
            || frame.captured > released
            || !self.sources_are_in_time(frame, released)
        {
            Release::Never(Reason::Time)
        } else {
            Release::At(released)
        }
    }

    /// Those who are named for all of the frame (R4), and under which kind. An error is why it cannot be said who they are.
    pub fn named(&self, stream: &Stream, frame: &Frame) -> Result<Vec<(Person, Kind)>, Reason> {
        if let Contributors::Sources(sources) = &frame.contributors {
            return self.named_by_sources(stream, sources);
        }
        let people = self.named_by_lists(stream, frame)?;
        Ok(people.into_iter().map(|who| (who, stream.kind)).collect())
    }

    fn named_by_lists(&self, stream: &Stream, frame: &Frame) -> Result<Vec<Person>, Reason> {
        // R8: it is said by its sources.
        if stream.whose == Whose::Derived {
            return Err(Reason::Incomplete);
        }
        let owner = stream.whose.owner().map(Some);
        let counts = owner.filter(|_| !self.has(Fault::OwnerNeedNotAgree));
        match &frame.contributors {
            Contributors::Owner => Ok(vec![owner.ok_or(Reason::Incomplete)?]),
            Contributors::Complete(list) if !list.is_empty() => {
                Ok(list.iter().copied().chain(counts).collect())
            }
            Contributors::Group(people) => {
                let people = people.iter().copied();
                let people = people.filter(|who| {
                    !self.has(Fault::GroupsForgetWhoLeft) || self.present(*who).is_some()
                });
                Ok(people.chain(counts).collect())
            }
            Contributors::ForeignGroup(people) if self.has(Fault::ForeignGroupsAreLists) => {
                Ok(people.iter().copied().chain(counts).collect())
            }
            Contributors::ForeignGroup(_) => Err(Reason::Unknown),
            Contributors::Partial(list)
                if !list.is_empty() && self.has(Fault::PartialListIsComplete) =>
            {
                Ok(list.iter().copied().chain(counts).collect())
            }
            _ => Err(Reason::Incomplete),
        }
    }

    /// Why everybody together does not agree.
    fn together(&self, refusals: &[Option<Reason>]) -> Option<Reason> {
        if self.has(Fault::OneContributorSuffices) && refusals.contains(&None) {
            return None;
        }
        refusals.iter().copied().flatten().min()
    }

    /// Why the owner of a region does not agree to it: under the stream's kind and under the region's own.
    pub fn refused_region(
        &self,
        stream: &Stream,
        frame: &Frame,
        region: &Region,
        purposes: Purposes,
        released: i64,
    ) -> Option<Reason> {
        let own_kind = region
            .kind
            .filter(|_| !self.has(Fault::IgnoresARegionsKind));
        let original = region
            .captured
            .filter(|_| !self.has(Fault::IgnoresARegionsCapture));
        let captured = original.map_or(frame.captured, |original| original.min(frame.captured));
        [Some(stream.kind), own_kind]
            .into_iter()
            .flatten()
            .filter_map(|kind| {
                self.refusal_of_any(region.owner, kind, purposes, captured, released)
            })
            .chain(own_kind.and_then(|kind| self.never_cleared(kind)))
            .min()
    }

    /// What is done with a frame. Without `room` there is no buffer for what is left of it.
    pub fn judge(
        &mut self,
        tap: &Tap,
        frame: &Frame,
        content: &Content,
        room: bool,
        door: Door,
    ) -> Expected {
        let Tap { stream, outlet, .. } = tap;
        let (mut verdict, mut hidden) = match self.parts(tap, frame, content, room) {
            Ok(parts) => parts,
            Err(reason) => (Verdict::Dropped(reason), Vec::new()),
        };
        let is_whole = verdict == Verdict::Whole;
        verdict = self.with_sources_parts(verdict, frame);
        // Nothing can be taken out of a frame that stays as it is.
        if let (Verdict::Redacted(reason), Door::Admit, false) = (verdict, door, is_whole) {
            verdict = Verdict::Dropped(reason);
        }
        if (verdict.is_released() || self.has(Fault::WithheldRecordsCount))
            && let Release::At(released) = self.release(tap, frame)
            && let Some(reason) = self.afford(tap, released)
        {
            verdict = Verdict::Dropped(reason);
        }
        if let (Verdict::Dropped(reason), Door::Into | Door::InPlace) = (verdict, door) {
            let is_fault = (reason as u8) < 16;
            let is_legible = content.is_legible() && !matches!(content, Content::Opaque(_));
            let can_be_blank = is_legible || matches!(content, Content::Text(_));
            if !is_fault && can_be_blank && outlet.blanks.contains(stream.kind.into()) {
                verdict = Verdict::Blanked(reason);
                hidden = content.points();
            }
        }
        let left = match verdict {
            Verdict::Dropped(_) => None,
            Verdict::Redacted(_) if self.uncovered_goes(stream, frame) => {
                let areas = frame.regions.iter().map(|region| region.area);
                let left = content.without(&hidden);
                Some(left.without_what_areas_share(&areas.collect::<Vec<_>>()))
            }
            Verdict::Whole | Verdict::Redacted(_) | Verdict::Blanked(_) => {
                Some(content.without(&hidden))
            }
        };
        let cleared = match verdict {
            Verdict::Whole | Verdict::Redacted(_) => outlet.purposes,
            Verdict::Blanked(_) | Verdict::Dropped(_) => Purposes::empty(),
        };
        Expected {
            verdict,
            tag: self.tag(stream, frame, verdict, cleared),
            content: left,
        }
    }

    fn is_composite(&self, stream: &Stream, frame: &Frame) -> bool {
        stream.whose == Whose::Composite
            || self.has(Fault::RegionsReplaceTheOwner) && !frame.regions.is_empty()
    }

    /// Whether what no region covers goes where something goes.
    fn uncovered_goes(&self, stream: &Stream, frame: &Frame) -> bool {
        self.is_composite(stream, frame) && !self.has(Fault::UncoveredBelongsToNobody)
    }

    /// Whole, in part or not at all, and the points which the outlet must not see.
    fn parts(
        &self,
        tap: &Tap,
        frame: &Frame,
        content: &Content,
        room: bool,
    ) -> Result<(Verdict, Vec<(u32, u32)>), Reason> {
        let Tap { stream, outlet, .. } = tap;
        let released = match self.release(tap, frame) {
            Release::At(released) => released,
            Release::Never(reason) => return Err(reason),
        };
        // A text without parts is read only if it is to be released.
        let must_be_legible = !frame.regions.is_empty() || self.has(Fault::ReadsWithheldText);
        let lies_inside = |region: &Region| content.has_area(region.area);
        if !room
            || !content.is(stream.format)
            || must_be_legible && !content.is_legible()
            || !self.is_well_formed(stream, frame)
            || !frame.regions.iter().all(lies_inside)
        {
            return Err(Reason::Malformed);
        }
        if let Some(reason) = self.never_cleared_on(stream) {
            return Err(reason);
        }

        let named = self.named(stream, frame)?;
        let refusals = named
            .iter()
            .map(|&(who, kind)| {
                self.refusal_of_any(who, kind, outlet.purposes, frame.captured, released)
            })
            .collect::<Vec<_>>();
        let of_sources = self.refused_by_sources(frame, outlet.purposes);
        let of_named = self.together(&refusals).into_iter().chain(of_sources).min();
        // Each region, and why its owner does not agree to it.
        let regions = frame
            .regions
            .iter()
            .map(|region| {
                let refusal = self.refused_region(stream, frame, region, outlet.purposes, released);
                (region.area, refusal)
            })
            .collect::<Vec<_>>();
        let of_regions = regions.iter().filter_map(|(_, refusal)| *refusal).min();

        if !self.is_composite(stream, frame)
            && let Some(reason) = of_named
        {
            return Err(reason);
        }
        if let (Some(declared), Content::Record(bytes)) = (stream.declared(), content) {
            let hidden = self.hidden_fields(declared, bytes);
            return match hidden.len() {
                0 => Ok((Verdict::Whole, hidden)),
                all if all == declared.ranges.len() => Err(Reason::OutOfRange),
                _ => Ok((Verdict::Redacted(Reason::OutOfRange), hidden)),
            };
        }
        let Some(reason) = of_named.into_iter().chain(of_regions).min() else {
            return if content.is_legible() {
                Ok((Verdict::Whole, Vec::new()))
            } else {
                Err(Reason::Malformed)
            };
        };
        let covering = |point| regions.iter().filter(move |(area, _)| covers(*area, point));
        let hidden = content
            .points()
            .into_iter()
            .filter(|&point| {
                let uncovered = covering(point).next().is_none();
                covering(point).any(|(_, refusal)| refusal.is_some())
                    || uncovered && self.uncovered_goes(stream, frame)
            })
            .collect();
        let hidden = content.with_the_rest(hidden);
        if hidden.len() == content.points().len() {
            return Err(reason);
        }
        Ok((Verdict::Redacted(reason), hidden))
    }

    /// Whether a frame of the stream can have such parts and sources.
    fn is_well_formed(&self, stream: &Stream, frame: &Frame) -> bool {
        frame.regions.len() <= 64
            && !self.has_too_many_sources(frame)
            // A record has no parts but its fields.
            && (stream.declared().is_none() || frame.regions.is_empty())
            && !self.names_others(stream, frame)
    }

    /// Whether a frame of a stream of one person alone names anybody else, in whatever way.
    fn names_others(&self, stream: &Stream, frame: &Frame) -> bool {
        let Whose::Alone(owner) = stream.whose else {
            return false;
        };
        // Bytes of some kinds are never cleared, whoever is named.
        if stream.declared().is_none() && self.never_cleared(stream.kind).is_some() {
            return false;
        }
        let lists_may = match stream.declared() {
            Some(_) => self.has(Fault::OthersMayBeInARecord),
            None => self.has(Fault::OthersMayBeOnAStreamAlone),
        };
        let listed: Vec<Person> = match &frame.contributors {
            Contributors::Complete(_)
            | Contributors::Partial(_)
            | Contributors::Group(_)
            | Contributors::ForeignGroup(_)
                if lists_may =>
            {
                Vec::new()
            }
            Contributors::Complete(list)
            | Contributors::Partial(list)
            | Contributors::Group(list) => list.clone(),
            // Nobody in it is of this meeting.
            Contributors::ForeignGroup(_) => vec![None],
            Contributors::Sources(_) if self.has(Fault::OthersSourcesMayBeOnAStreamAlone) => {
                Vec::new()
            }
            Contributors::Sources(sources) => {
                let people = sources.iter().map(|source| source.people.clone());
                people.flatten().collect()
            }
            Contributors::Owner => Vec::new(),
        };
        let parts = frame.regions.iter().map(|region| region.owner);
        let parts = parts.filter(|_| !self.has(Fault::OthersPartsMayBeOnAStreamAlone));
        listed
            .into_iter()
            .chain(parts)
            .any(|who| who != Some(owner))
    }

    /// The bare decision, and the tag that would say it: all purposes that everybody in the frame agrees to, for all of it.
    pub fn bare(&self, tap: &Tap, frame: &Frame) -> Expected {
        let purposes = self.purposes(tap, frame);
        let (verdict, cleared) = match purposes {
            Ok(cleared) => (self.with_sources_parts(Verdict::Whole, frame), cleared),
            Err(reason) => (Verdict::Dropped(reason), Purposes::empty()),
        };
        Expected {
            verdict,
            tag: self.tag(tap.stream, frame, verdict, cleared),
            content: None,
        }
    }

    fn purposes(&self, tap: &Tap, frame: &Frame) -> Result<Purposes, Reason> {
        let stream = tap.stream;
        let released = match self.release(tap, frame) {
            Release::At(released) => released,
            Release::Never(reason) => return Err(reason),
        };
        if !self.is_well_formed(stream, frame) {
            return Err(Reason::Malformed);
        }
        if let Some(reason) = self.never_cleared_on(stream) {
            return Err(reason);
        }
        let named = self.named(stream, frame)?;
        let mut cleared = Purposes::empty();
        let mut reasons = Vec::new();
        for purpose in each(Purposes::all()) {
            let refusals = named
                .iter()
                .map(|&(who, kind)| self.refusal(who, kind, purpose, frame.captured, released))
                .collect::<Vec<_>>();
            let of_named = self.together(&refusals);
            let of_sources = self.refused_by_sources(frame, purpose);
            let of_regions = frame
                .regions
                .iter()
                .filter_map(|region| self.refused_region(stream, frame, region, purpose, released));
            match of_regions.chain(of_named).chain(of_sources).min() {
                None => cleared |= purpose,
                Some(reason) => reasons.push(reason),
            }
        }
        match reasons.into_iter().min() {
            Some(reason) if cleared.is_empty() => Err(reason),
            _ => Ok(cleared),
        }
    }

    /// The 16 bytes.
    pub fn tag(
        &self,
        stream: &Stream,
        frame: &Frame,
        verdict: Verdict,
        cleared: Purposes,
    ) -> [u8; 16] {
        // Of a time out of range, negative or too large, all bits are set.
        let captured_ms = u32::try_from(round_down(frame.captured)).unwrap_or(u32::MAX);
        let generation = u32::try_from(self.generation()).expect("not so many entries");
        let mut tag = vec![1, stream.kind as u8];
        tag.extend(treatment(verdict));
        tag.extend(cleared.bits().to_be_bytes());
        tag.extend(stream.number.to_be_bytes());
        tag.extend(captured_ms.to_be_bytes());
        tag.extend(generation.to_be_bytes());
        self.tag_with_sources(tag.try_into().expect("16 bytes"), frame)
    }
}

/// The purposes of a tag.
pub fn purposes_of(tag: [u8; 16]) -> Purposes {
    Purposes::from_bits_retain(u16::from_be_bytes([tag[4], tag[5]]))
}

/// The bytes of a tag that say what was done, and why.
pub fn treatment(verdict: Verdict) -> [u8; 2] {
    match verdict {
        Verdict::Dropped(reason) => [0, reason as u8],
        Verdict::Whole => [1, 0],
        Verdict::Redacted(reason) => [2, reason as u8],
        Verdict::Blanked(reason) => [3, reason as u8],
    }
}
