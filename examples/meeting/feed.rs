//! A stream on its way to the outlets, one frame at a time.

use std::{
    io,
    ops::Range,
    path::PathBuf,
    time::{Duration, Instant},
};

use framegate::{Area, Cleared, Frame, Participant, Tag, Tap, Time};

use crate::{
    error::Problem,
    input::{Stream, Whose},
    media::{Reader, Stored, Writer},
    outcome::Lane,
    people::Person,
};

/// A stream that is being gated.
pub struct Feed {
    pub stream: Stream,
    /// When the next frame was captured and when it is released. None at the end.
    pub next: Option<Range<Time>>,
    /// Its content.
    pub bytes: Vec<u8>,
    /// How many came before it.
    pub frames: u64,
    /// By outlet, once the stream is open.
    pub legs: Vec<Leg>,
}

/// From a stream to an outlet.
pub struct Leg {
    pub tap: Tap,
    /// What the outlet may have of a frame.
    pub buffer: Vec<u8>,
    pub path: PathBuf,
    /// None until the outlet gets something.
    pub writer: Option<Writer>,
    pub lane: Lane,
}

/// What an outlet has of a frame.
pub struct Released {
    /// Who is in it.
    pub people: Vec<Participant>,
    pub stored: Stored,
}

/// More than are in one frame of a recording.
const MAX_PEOPLE: usize = 1024;

/// A sender is not asked for a keyframe again before an answer to the last request can have come.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Whose a part of a frame is, where it is, and when it was captured if that was earlier.
pub type Part = (Person, Area, Option<Time>);

impl Feed {
    pub fn new(mut stream: Stream) -> Result<Self, Problem> {
        let mut bytes = Vec::new();
        Ok(Self {
            next: stream.reader.read(&mut bytes)?,
            stream,
            bytes,
            frames: 0,
            legs: Vec::new(),
        })
    }

    pub fn advance(&mut self) -> Result<(), Problem> {
        self.next = self.stream.reader.read(&mut self.bytes)?;
        self.frames += 1;
        Ok(())
    }

    /// Everybody in the next frame as a whole, and whose its parts are.
    pub fn named(&self) -> (Vec<Person>, Vec<Part>) {
        match (&self.stream.whose, self.stream.reader.message()) {
            (Whose::Owner(who), _) => (vec![Person::Known(*who)], Vec::new()),
            (Whose::Mix(people), _) => (people.clone(), Vec::new()),
            (Whose::Composite(parts), _) => {
                let parts = parts.iter().map(|(owner, area)| (*owner, *area, None));
                (
                    parts.clone().map(|(owner, ..)| owner).collect(),
                    parts.collect(),
                )
            }
            (Whose::Authors, Some(message)) => (vec![message.author], message.quotes().collect()),
            (Whose::Authors, None) => (Vec::new(), Vec::new()),
        }
    }
}

impl Leg {
    /// Offers a frame to the gate and writes what is cleared of it; says how long the gate took, and what was released where.
    pub fn offer(
        &mut self,
        frame: &Frame<'_>,
        bytes: &[u8],
        reader: &Reader,
        now: Time,
    ) -> Result<(Tag, Duration, Option<Released>), Problem> {
        self.buffer.resize(bytes.len(), 0);
        let (payload, room) = (reader.payload(bytes), reader.payload_mut(&mut self.buffer));
        let mut write = |cleared: &Cleared<'_>| -> io::Result<Option<Released>> {
            let writer = match &mut self.writer {
                Some(writer) => writer,
                none => none.insert(reader.copy_to(&self.path)?),
            };
            let stored = writer.write(cleared, reader)?;
            let mut room = [Participant::UNKNOWN; MAX_PEOPLE];
            let source = cleared.source(&mut room);
            Ok(source.map(|source| Released {
                people: source.people().to_vec(),
                stored,
            }))
        };
        let started = Instant::now();
        let admission = self.tap.admit_into(frame, payload, room, now, |cleared| {
            // Writing the file is the outlet's time, not the gate's.
            (started.elapsed(), write(&cleared))
        });
        let asks = self.tap.keyframe_request(now, ASK_AGAIN);
        self.lane.keyframes_wanted += u64::from(asks);
        let dropped = || (started.elapsed(), Ok(None));
        let (took, written) = admission.output.unwrap_or_else(dropped);
        let released = written.map_err(|error| Problem::unwritable(&self.path, &error))?;
        Ok((admission.tag, took, released))
    }

    /// Completes the outlet's file.
    pub fn finish(self) -> Result<Lane, Problem> {
        if let Some(writer) = self.writer {
            writer
                .finish()
                .map_err(|error| Problem::unwritable(&self.path, &error))?;
        }
        Ok(Lane {
            counters: self.tap.counters(),
            ..self.lane
        })
    }
}
