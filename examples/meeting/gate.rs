//! The meeting once more, in order of time: every event, and every frame into every outlet.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Argument, Authority, Contributors, Counters, Digest, Error, Frame, Grant, JoinOptions, Kind,
    Meeting, MeetingOptions, Notice, OutletOptions, Participant, PublicKey, Purposes, Region,
    Scope, Signed, Time, Verdict, WallTime,
    archive::MeetingKey,
    ledger::{Durability, FileStore, LedgerWriter, StoreError},
};
use indicatif::ProgressBar;

use crate::{
    archive::Archive,
    error::Problem,
    feed::{Feed, Leg},
    input::{self, Entry, Event, Input, LEDGER, Place, Restriction, Stream, TAGS, Whose},
    json_lines::JsonLines,
    layout::{self, PurposeSet, Secret, Sign},
    outcome::{Case, Lane, Outcome, Refusal},
    people::{People, Person},
    tags::Line,
};

/// Gates a meeting into a folder.
pub fn run(
    input: Input,
    secret: Option<Secret>,
    folder: &Path,
    progress: &ProgressBar,
) -> Result<Outcome, Problem> {
    let mut gate = Gate::open(
        (&input.meeting, input.started),
        input.file,
        input.people,
        secret,
        folder,
    )?;
    gate.show(&input.notices)?;
    gate.declare(&input.outlets)?;
    let mut feeds = input
        .streams
        .into_iter()
        .map(Feed::new)
        .collect::<Result<Vec<_>, _>>()?;

    let mut entries = input.timeline.iter().enumerate().peekable();
    while let Some((now, index)) = earliest(&feeds) {
        // What happens at the very time of a frame's release comes before it.
        while let Some((index, entry)) = entries.next_if(|(_, entry)| entry.at.time() <= now) {
            gate.happen(index, entry, &mut feeds)?;
        }
        let feed = &mut feeds[index];
        gate.admit(feed)?;
        progress.inc(feed.bytes.len() as u64);
        feed.advance()?;
    }
    for (index, entry) in entries {
        gate.happen(index, entry, &mut feeds)?;
    }
    gate.end(input.meeting, input.notices, input.timeline, feeds)
}

/// The stream whose next frame is released first, and when.
fn earliest(feeds: &[Feed]) -> Option<(Time, usize)> {
    let next = |(index, feed): (usize, &Feed)| Some((feed.next.as_ref()?.end, index));
    feeds.iter().enumerate().filter_map(next).min()
}

/// An outlet that is open.
struct Destination {
    id: framegate::Outlet,
    name: String,
    folder: PathBuf,
    tags: JsonLines,
    /// If tags are to be sealed.
    archive: Option<Archive>,
}

struct Gate<'a> {
    /// `meeting.json`, for problems.
    file: PathBuf,
    people: People,
    folder: &'a Path,
    meeting: Meeting,
    /// Everybody's latest stay.
    stays: Vec<Option<Participant>>,
    notices: Vec<Digest>,
    outlets: Vec<Destination>,
    tags: JsonLines,
    /// If tags are to be sealed.
    key: Option<MeetingKey>,
    frames: u64,
    refused: Vec<Refusal>,
    counts: BTreeMap<Case, u64>,
    times: BTreeMap<Kind, Vec<Duration>>,
    latest: Time,
}

impl<'a> Gate<'a> {
    fn open(
        (id, started): (&str, Option<WallTime>),
        file: PathBuf,
        people: People,
        secret: Option<layout::Secret>,
        folder: &'a Path,
    ) -> Result<Self, Problem> {
        let ledger = folder.join(LEDGER);
        let store = FileStore::create(&ledger);
        let store = store.map_err(|error| Problem::unwritable(&ledger, &error))?;
        // After a crash the results are made anew, so not every entry has to outlast one by itself.
        let writer = LedgerWriter::new(Box::new(store)).durability(Durability::Batched);
        let options = MeetingOptions::new(id, people.len()).ledger(writer);
        let options = match started {
            Some(started) => options.started(started),
            None => options,
        };
        let meeting = Meeting::open(options).map_err(|error| {
            let remedy = remedy(&error);
            let place = match error {
                Error::Empty(Argument::Started) => "started",
                _ => "people",
            };
            Problem::new(&file, error, remedy).at(place)
        })?;
        let key = secret
            .map(|secret| MeetingKey::new(&secret.0, meeting.instance()))
            .transpose()
            .map_err(|error| Problem::new(&file, error, "draw one at random"))?;
        Ok(Self {
            file,
            folder,
            meeting,
            stays: vec![None; people.len()],
            people,
            notices: Vec::new(),
            outlets: Vec::new(),
            tags: JsonLines::create(folder.join(TAGS))?,
            key,
            frames: 0,
            refused: Vec::new(),
            counts: BTreeMap::new(),
            times: BTreeMap::new(),
            latest: Time::START,
        })
    }

    fn show(&mut self, notices: &[layout::Notice]) -> Result<(), Problem> {
        for (index, notice) in notices.iter().enumerate() {
            let shown = self.purposes(&notice.purposes).and_then(|purposes| {
                self.meeting.show(Notice {
                    digest: Digest::of(&notice.text),
                    version: notice.version.clone(),
                    language: notice.language.clone(),
                    controller: notice.controller.clone(),
                    scope: Scope::new(notice.kinds.0, purposes),
                })
            });
            let digest =
                shown.map_err(|error| self.problem(error, format_args!("notices[{index}]")))?;
            self.notices.push(digest);
        }
        Ok(())
    }

    fn declare(&mut self, outlets: &[layout::Outlet]) -> Result<(), Problem> {
        for (index, outlet) in outlets.iter().enumerate() {
            let id = self
                .open_outlet(outlet)
                .map_err(|error| self.problem(error, format_args!("outlets[{index}]")))?;
            let folder = self.folder.join(&outlet.name);
            fs::create_dir(&folder).map_err(|error| Problem::unwritable(&folder, &error))?;
            let archive = self.key.as_ref().map(|_| Archive::create(&folder));
            self.outlets.push(Destination {
                archive: archive.transpose()?,
                id,
                name: outlet.name.clone(),
                tags: JsonLines::create(folder.join(TAGS))?,
                folder,
            });
        }
        Ok(())
    }

    fn open_outlet(&mut self, outlet: &layout::Outlet) -> Result<framegate::Outlet, Error> {
        let own = outlet.purposes.own;
        let declared = match &outlet.recipient {
            None => OutletOptions::new(&outlet.name, own),
            Some(recipient) => {
                let mut pairs = Purposes::empty();
                for purpose in own {
                    pairs |= self.meeting.third_party(purpose, recipient)?;
                }
                OutletOptions::new(&outlet.name, pairs).recipient(recipient)
            }
        };
        self.meeting.open_outlet(declared.blank(outlet.blank.0))
    }

    fn purposes(&mut self, set: &PurposeSet) -> Result<Purposes, Error> {
        let mut purposes = set.own;
        for (purpose, recipient) in &set.pairs {
            purposes |= self.meeting.third_party(*purpose, recipient)?;
        }
        Ok(purposes)
    }

    fn scope(&mut self, scope: &input::Scope) -> Result<Scope, Error> {
        Ok(Scope::new(scope.kinds.0, self.purposes(&scope.purposes)?))
    }

    /// Lets the time pass: what was granted until then ends.
    fn pass(&mut self, now: Time) {
        self.latest = self.latest.max(now);
        while let Some(end) = self.meeting.next_deadline().filter(|end| *end <= now) {
            self.meeting.tick(end);
        }
    }

    /// Somebody's latest stay, which may be over.
    fn stay(&self, who: usize) -> Result<Participant, Error> {
        self.stays[who].ok_or(Error::UnknownParticipant)
    }

    fn happen(&mut self, index: usize, entry: &Entry, feeds: &mut [Feed]) -> Result<(), Problem> {
        self.pass(entry.at.time());
        self.apply(index, entry, feeds)
            .map_err(|error| self.problem(error, Place(index, entry.at)))
    }

    fn apply(&mut self, index: usize, entry: &Entry, feeds: &mut [Feed]) -> Result<(), Error> {
        let now = entry.at.time();
        // This thread does everything, so no release is under way that a withdrawal would have to wait for.
        match &entry.event {
            Event::Join(who) => {
                let id = self.people.id(Person::Known(*who));
                let key = self.people.key(*who).map(SigningKey::verifying_key);
                let join = JoinOptions::adult(id);
                let join = key.map_or(join, |key| join.key(PublicKey(key.to_bytes())));
                self.stays[*who] = Some(self.meeting.join(join, now)?);
            }
            Event::Leave(who) => {
                let _ = self.meeting.leave(self.stay(*who)?, now)?;
            }
            Event::Open(stream) => self.open_stream(&mut feeds[*stream])?,
            Event::Grant {
                by,
                who,
                notice,
                scope,
                method,
                until,
                sign,
            } => {
                let mut grant = Grant::new(self.notices[*notice], self.scope(scope)?, *method);
                if let Some(until) = until {
                    grant = grant.until(until.time());
                }
                let stay = self.stay(*who)?;
                if let Some(sign) = sign {
                    grant = self.signed(*who, grant.at(now), *sign)?;
                }
                match self.meeting.grant(by.authority(), stay, &grant, now) {
                    Err(error @ Error::Refused(why, _)) => self.refused.push(Refusal {
                        entry: index,
                        at: entry.at,
                        by: *by,
                        who: *who,
                        why,
                        error,
                    }),
                    granted => granted?,
                }
            }
            Event::Withdraw(who, scope) => {
                let scope = self.scope(scope)?;
                let _ =
                    self.meeting
                        .withdraw(Authority::Participant, self.stay(*who)?, scope, now)?;
            }
            Event::Restrict(Restriction { by, who, scope }) => {
                let scope = self.scope(scope)?;
                let whom = who.map(|who| self.stay(who)).transpose()?;
                let _ = self.meeting.restrict(by.authority(), whom, scope, now)?;
            }
            Event::Lift(Restriction { by, who, scope }) => {
                let scope = self.scope(scope)?;
                let whom = who.map(|who| self.stay(who)).transpose()?;
                self.meeting.lift(by.authority(), whom, scope, now)?;
            }
            Event::Supersede(notice) => {
                let _ = self.meeting.supersede(self.notices[*notice], now)?;
            }
        }
        Ok(())
    }

    /// What a person's own device does in a meeting that is not a recording: signs what they agree to.
    fn signed(&self, who: usize, grant: Grant, sign: Sign) -> Result<Grant, Error> {
        let challenge = self.meeting.challenge(self.stay(who)?);
        let (Some(challenge), Some(own)) = (challenge, self.people.key(who)) else {
            return Err(Error::UnknownParticipant);
        };
        let key = match sign {
            Sign::Own => own.clone(),
            Sign::Forged => SigningKey::from_bytes(&own.to_bytes().map(|byte| !byte)),
        };
        let (instance, meeting) = (self.meeting.instance(), self.meeting.id());
        let id = self.people.id(Person::Known(who));
        let recipients = self.meeting.recipients(grant.scope.purposes);
        let message = grant.message(instance, meeting, id, &recipients, challenge);
        Ok(grant.signed(Signed {
            instance,
            meeting: meeting.to_owned(),
            challenge,
            signature: key.sign(&message).to_bytes(),
        }))
    }

    /// Leads a stream into every outlet.
    fn open_stream(&mut self, feed: &mut Feed) -> Result<(), Error> {
        let Stream {
            name,
            kind,
            file,
            whose,
            reader,
            ..
        } = &feed.stream;
        let id = self.meeting.open_stream(match whose {
            Whose::Owner(who) => {
                framegate::StreamOptions::owned(self.stay(*who)?, *kind, reader.format())
            }
            Whose::Mix(_) | Whose::Authors => framegate::StreamOptions::mix(*kind, reader.format()),
            Whose::Composite(_) => framegate::StreamOptions::composite(*kind, reader.format()),
        })?;
        for (position, outlet) in self.outlets.iter().enumerate() {
            feed.legs.push(Leg {
                tap: self.meeting.tap(id, outlet.id)?,
                buffer: Vec::new(),
                path: outlet.folder.join(file),
                writer: None,
                lane: Lane {
                    stream: name.clone(),
                    kind: *kind,
                    outlet: position,
                    counters: Counters::default(),
                    keyframes_wanted: 0,
                    runs: Vec::new(),
                },
            });
        }
        Ok(())
    }

    /// Offers a stream's next frame to every outlet.
    fn admit(&mut self, feed: &mut Feed) -> Result<(), Problem> {
        let Some(times) = feed.next.clone() else {
            return Ok(());
        };
        self.pass(times.end);
        self.frames += 1;
        let (people, parts) = feed.named();
        let handle = |person| match person {
            Person::Known(who) => self.stays[who].unwrap_or(Participant::UNKNOWN),
            Person::Unknown => Participant::UNKNOWN,
        };
        let listed: Vec<_> = people.iter().map(|person| handle(*person)).collect();
        let regions: Vec<_> = parts
            .iter()
            .map(|(owner, area, captured)| {
                let region = Region::new(handle(*owner), *area);
                captured.map_or(region, |captured| region.captured(captured))
            })
            .collect();
        let contributors = match feed.stream.whose {
            Whose::Owner(_) => Contributors::Owner,
            _ => Contributors::Complete(&listed),
        };
        let mut frame = Frame::new(times.start, contributors).regions(&regions);
        if let Some(keyframe) = feed.stream.reader.keyframe() {
            frame = frame.keyframe(keyframe);
        }
        let everybody: BTreeSet<_> = people
            .into_iter()
            .chain(parts.into_iter().map(|(owner, ..)| owner))
            .collect();

        let Stream {
            name,
            kind,
            file,
            reader,
            ..
        } = &feed.stream;
        for (leg, outlet) in feed.legs.iter_mut().zip(&mut self.outlets) {
            let (tag, took, released) = leg.offer(&frame, &feed.bytes, reader, times.end)?;
            let verdict = tag.verdict();
            let line = Line {
                stream: name,
                frame: feed.frames,
                outlet: &outlet.name,
                tag,
            };
            self.tags.append(&line)?;
            if !matches!(verdict, Verdict::Dropped(_)) {
                outlet.tags.append(&line)?;
            }
            if let (Some(key), Some(archive), Some(released)) =
                (&self.key, &mut outlet.archive, &released)
            {
                let ids = released.people.iter().filter_map(|who| {
                    let who = self.stays.iter().position(|stay| *stay == Some(*who))?;
                    Some(self.people.id(Person::Known(who)))
                });
                let stored = (reader.format(), &released.stored);
                archive.append(line, ids.collect(), file, stored, key)?;
            }
            leg.lane.extend(times.clone(), verdict);
            self.times.entry(*kind).or_default().push(took);
            let case = Case {
                people: everybody.iter().copied().collect(),
                kind: *kind,
                outlet: leg.lane.outlet,
                verdict: verdict.name(),
                reason: verdict.reason(),
            };
            *self.counts.entry(case).or_default() += 1;
        }
        Ok(())
    }

    fn end(
        mut self,
        meeting: String,
        notices: Vec<layout::Notice>,
        timeline: Vec<Entry>,
        feeds: Vec<Feed>,
    ) -> Result<Outcome, Problem> {
        if !self.meeting.end().is_settled() {
            let error = Error::Ledger(StoreError::default());
            return Err(unwritten(&self.folder.join(LEDGER), error));
        }
        let legs = feeds.into_iter().flat_map(|feed| feed.legs);
        let lanes = legs.map(Leg::finish).collect::<Result<_, _>>()?;
        self.tags.finish()?;
        let mut outlets = Vec::new();
        for outlet in self.outlets {
            outlet.tags.finish()?;
            outlet.archive.map_or(Ok(()), Archive::finish)?;
            outlets.push(outlet.name);
        }
        Ok(Outcome {
            meeting,
            started: self.meeting.started(),
            people: self.people,
            outlets,
            frames: self.frames,
            refused: self.refused,
            counts: self.counts,
            lanes,
            times: self.times,
            head: self.meeting.head(),
            notices: notices.into_iter().map(|notice| notice.id).collect(),
            timeline,
            end: self.latest,
        })
    }

    fn problem(&self, error: Error, place: impl Display) -> Problem {
        match error {
            Error::Ledger(_) => unwritten(&self.folder.join(LEDGER), error),
            error => {
                let remedy = remedy(&error);
                Problem::new(&self.file, error, remedy).at(place)
            }
        }
    }
}

fn unwritten(ledger: &Path, error: Error) -> Problem {
    Problem::unwritable(ledger, &io::Error::other(error))
}

fn remedy(error: &Error) -> &'static str {
    match error {
        Error::UnknownParticipant => "let them join first",
        Error::AlreadyJoined => "let them leave first",
        Error::BeyondNotice => "describe it in the notice, or grant less",
        Error::UnknownNotice | Error::StaleNotice => "supersede a notice once, and agree before",
        Error::ConflictingNotice => "give every notice a text of its own",
        Error::NotARestrainer(_) => "write it as a withdrawal",
        Error::Empty(_) => "fill it in",
        Error::Time => "let `until` be after `at`",
        Error::Full(_) => "do with fewer",
        _ => "correct it",
    }
}
