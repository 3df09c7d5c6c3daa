//! Records (R9), once more from the rule: which values they can have, and how much those of one person may tell one outlet.

use framegate::{
    Reason,
    format::{Field, Schema},
};

use crate::rules::{Event, Fault, Oracle, Tap, Whose};

/// What the records of a stream consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// From where to where each of its integers goes.
    pub ranges: &'static [(i64, i64)],
    pub bits_per_minute: u32,
}

/// One more value, with 0, than two bits can tell: 3 bits, two records a minute.
pub const SINGLE: Declared = Declared {
    ranges: &[(1, 4)],
    bits_per_minute: 6,
};
/// 9, 3 and 3 bits; two records a minute, and a bit less than three.
pub const TRIPLE: Declared = Declared {
    ranges: &[(0, 256), (5, 9), (-9, -5)],
    bits_per_minute: 44,
};
/// It tells nothing but that it is there; three a minute.
pub const CONSTANT: Declared = Declared {
    ranges: &[(0, 0)],
    bits_per_minute: 3,
};

const BYTES: usize = 8;
const MINUTE: i64 = 60_000_000;

/// What one record took of a budget.
#[derive(Clone, Debug)]
pub struct Spent {
    id: String,
    stay: usize,
    stream: u16,
    outlet: u16,
    minute: i64,
    bits: u32,
}

impl Declared {
    pub fn schema(self) -> Schema {
        let fields = self
            .ranges
            .iter()
            .enumerate()
            .map(|(at, &(start, end))| Field {
                name: at.to_string(),
                unit: "times".to_owned(),
                range: start..=end,
            });
        Schema::new(fields.collect(), self.bits_per_minute).expect("a schema")
    }

    /// How many records one person may send one outlet in a minute.
    pub fn records_per_minute(self) -> usize {
        if self == CONSTANT { 3 } else { 2 }
    }

    /// Whether these bytes are a record, whatever its values.
    pub fn is_of(self, bytes: &[u8]) -> bool {
        bytes.len() == BYTES * self.ranges.len()
    }

    /// Bytes of a record: of each field the first or the last value, or none, or seldom one beyond.
    pub fn record(self, variant: usize) -> Vec<u8> {
        let value = |(at, &(start, end)): (usize, &(i64, i64))| {
            let values = [
                start,
                end,
                0,
                start,
                end,
                end + 1,
                end,
                start,
                start - 1,
                0,
                end,
                i64::MIN,
            ];
            values[(variant + 5 * at) % values.len()]
        };
        let values = self.ranges.iter().enumerate().map(value);
        values.flat_map(i64::to_le_bytes).collect()
    }
}

/// The points of a record, one a field, whose values are neither in their range nor 0.
fn out_of_range(declared: Declared, bytes: &[u8]) -> Vec<(u32, u32)> {
    let values = bytes
        .chunks_exact(BYTES)
        .map(|value| i64::from_le_bytes(value.try_into().expect("eight bytes")));
    (0..)
        .zip(declared.ranges.iter().zip(values))
        .filter(|(_, ((start, end), value))| *value != 0 && !(start..=end).contains(&value))
        .map(|(field, _)| (field, 0))
        .collect()
}

impl Oracle {
    /// The fields that nobody may see.
    pub fn hidden_fields(&self, declared: Declared, bytes: &[u8]) -> Vec<(u32, u32)> {
        if self.has(Fault::AnyValueIsInRange) {
            Vec::new()
        } else {
            out_of_range(declared, bytes)
        }
    }

    /// How many bits tell all values of a record apart: field by field, with the absence of one, and one for being there.
    fn bits(&self, declared: Declared) -> u32 {
        let of_field = |&(start, end): &(i64, i64)| {
            let absence = !(start..=end).contains(&0) && !self.has(Fault::AbsenceTellsNothing);
            let values = i128::from(end) - i128::from(start) + 1 + i128::from(absence);
            (0..=64)
                .find(|&bits| 1_i128 << bits >= values)
                .expect("a number of bits")
        };
        let bits = declared.ranges.iter().map(of_field).sum::<u32>();
        let least = u32::from(!self.has(Fault::BeingThereTellsNothing));
        bits.max(least)
    }

    /// The time of the last entry before the meeting last went on.
    pub fn resumed_at(&self) -> Option<i64> {
        let mut events = self.events.iter().rev();
        let is_resumed = |(_, event): &&(i64, Event)| matches!(event, Event::Resumed { .. });
        events.find(is_resumed).map(|(at, _)| *at)
    }

    /// Enters what a record tells, if that is not too much for its minute.
    ///
    /// Minutes are counted from the meeting's start, and to a tap that lags behind the latest is the present one.
    /// What went before, and until when, is not known after a crash, so nothing goes in the minute of a budget's first record.
    pub fn afford(&mut self, tap: &Tap, released: i64) -> Option<Reason> {
        let (Some(declared), Whose::Alone(stay)) = (tap.stream.declared(), tap.stream.whose) else {
            return None;
        };
        let id = self.id(stay).to_owned();
        let shared = self.spent.iter().filter(|spent| {
            let whose = if self.has(Fault::ComingBackRenews) {
                spent.stay == stay
            } else {
                spent.id == id
            };
            whose
                && (spent.outlet == tap.outlet.number || self.has(Fault::OutletsShareABudget))
                && (spent.stream == tap.stream.number || !self.has(Fault::EachStreamHasABudget))
        });
        let own = if self.has(Fault::MinutesDoNotPass) {
            0
        } else {
            released / MINUTE
        };
        let resumed = self.resumed_at().map(|at| at / MINUTE);
        let resumed = resumed.filter(|_| !self.has(Fault::ResumingRenews));
        let is_first = shared.clone().next().is_none();
        let latest = shared
            .clone()
            .map(|spent| spent.minute)
            .chain(resumed)
            .max();
        let minute = latest
            .filter(|_| !self.has(Fault::LaggingRenews))
            .map_or(own, |latest| latest.max(own));
        let before = shared.filter(|spent| spent.minute == minute);
        let before = before.map(|spent| spent.bits).fold(0, u32::saturating_add);
        let is_unknown = resumed.is_some_and(|last| {
            is_first && (minute == last || !self.has(Fault::OnlyTheLastEntrysMinuteIsUnknown))
        });
        let bits = if is_unknown {
            u32::MAX
        } else {
            self.bits(declared)
        };
        let limit = declared.bits_per_minute - u32::from(self.has(Fault::TheLastBitIsTooMuch));
        let is_over = before.saturating_add(bits) > limit;
        if !is_over || is_unknown {
            self.spent.push(Spent {
                id,
                stay,
                stream: tap.stream.number,
                outlet: tap.outlet.number,
                minute,
                bits,
            });
        }
        is_over.then_some(Reason::OverBudget)
    }
}
