//! Erasure lists and receipts: no frame is left out, and no more is named than may have been released.

use framegate::{
    Kind, OutletId,
    export::{ErasureList, Moment, Range, Receipt},
    ledger::Ledger,
};

use crate::common::ms;

use super::{
    clearing::{Frame, KINDS},
    faults::Fault,
    law::{Law, NEVER},
    meetings::Told,
    runs::Run,
    verifying::told_of,
};

/// A range as it is said, with `NEVER` for an open end.
#[derive(Clone, Copy, Debug)]
struct Said {
    kind: Kind,
    since: i64,
    until: i64,
    settled: i64,
}

/// What is said of one outlet.
struct Outlet {
    number: u16,
    ranges: Vec<Said>,
}

fn end(end: Option<Moment>) -> i64 {
    end.map_or(NEVER, |end| ms(end).into())
}

impl Outlet {
    fn new<'a>(
        outlet: OutletId,
        ranges: impl Iterator<Item = &'a Range>,
        off: (bool, i64),
    ) -> Self {
        Self {
            number: outlet.number(),
            ranges: ranges.map(|range| Said::of(range, off)).collect(),
        }
    }
}

impl Said {
    fn of(range: &Range, (late, short): (bool, i64)) -> Self {
        let settled = match end(range.settled) {
            NEVER => NEVER,
            settled => settled + short,
        };
        Self {
            kind: range.kind,
            since: i64::from(ms(range.since)) + i64::from(late),
            until: end(range.until),
            settled,
        }
    }

    fn has(&self, kind: Kind, captured: i64) -> bool {
        self.kind == kind && self.since <= captured && captured < self.settled
    }
}

pub fn check(told: &Told, bytes: &[u8], law: &Law, fault: Option<Fault>) -> Result<(), String> {
    let ledger = Ledger::read(bytes, None, None).and_then(Ledger::verify);
    let ledger = ledger.map_err(|error| error.to_string())?;
    let has = |of: Fault| fault == Some(of);
    for who in law.people() {
        let list = ErasureList::of(&ledger, who).ok_or("no erasure list of somebody who joined")?;
        let short = i64::from(has(Fault::ErasedLong)) - i64::from(has(Fault::ErasedShort));
        let off = (has(Fault::ErasedLate), short);
        let erased = list.outlets.iter().map(|outlet| {
            let ranges = outlet.ranges.iter().map(|recalled| &recalled.range);
            Outlet::new(outlet.outlet, ranges, off)
        });
        let erased: Vec<_> = erased.collect();
        let receipt = Receipt::of(&ledger, who).ok_or("no receipt of somebody who joined")?;
        let off = (
            has(Fault::ReceiptLate),
            -i64::from(has(Fault::ReceiptShort)),
        );
        let released = receipt.released.iter();
        let released = released.map(|outlet| Outlet::new(outlet.outlet, outlet.ranges.iter(), off));
        let released: Vec<_> = released.collect();
        frames(told, law, who, &erased, &released)?;
        ranges(law, who, &erased, true).map_err(|what| format!("erasure list of {who}: {what}"))?;
        ranges(law, who, &released, false).map_err(|what| format!("receipt of {who}: {what}"))?;
    }
    Ok(())
}

/// Every frame is on the receipt of everybody in it, and on their erasure list if they withdrew anything of it.
fn frames(
    told: &Told,
    law: &Law,
    who: &str,
    erased: &[Outlet],
    released: &[Outlet],
) -> Result<(), String> {
    let lines = law.lines.len();
    for of in &told.frames {
        // Of an outlet whose line was lost nothing can be said.
        let Some(outlet) = of
            .outlet
            .filter(|_| of.declared < lines && of.had_lines <= lines)
        else {
            continue;
        };
        let frame = Frame {
            tag: of.tag,
            people: &of.people,
        };
        let captured = of.tag.captured().as_micros() / 1000;
        let own = frame.cells().filter(|(id, _)| *id == who);
        for (_, kind) in own {
            let is_named = |outlets: &[Outlet]| {
                let mut ranges = outlets
                    .iter()
                    .filter(|said| said.number == outlet)
                    .flat_map(|said| &said.ranges);
                ranges.any(|range| range.has(kind, captured))
            };
            let describe = || {
                format!(
                    "{kind} of {who} into outlet {outlet}, after {} lines of {lines}: {}",
                    of.after,
                    told_of(of.tag, &of.people)
                )
            };
            if !is_named(released) {
                return Err(format!("on no receipt: {}", describe()));
            }
            if law.is_withdrawn_of(&frame, (who, kind), of.after) && !is_named(erased) {
                return Err(format!("withdrawn, and on no erasure list: {}", describe()));
            }
        }
    }
    Ok(())
}

/// Every time in which something may have been released is named, and no other.
fn ranges(law: &Law, who: &str, said: &[Outlet], recalled: bool) -> Result<(), String> {
    for (number, (line, purposes)) in law.outlets().enumerate() {
        let of_outlet = said
            .iter()
            .filter(|outlet| usize::from(outlet.number) == number);
        let all: Vec<Said> = of_outlet.flat_map(|outlet| outlet.ranges.clone()).collect();
        for kind in KINDS {
            let said = || all.iter().filter(|said| said.kind == kind);
            let mut runs = law.runs(who, kind, purposes);
            // What had ended before the outlet was there, or when it began, never went into it.
            runs.retain(|run| run.is_recalled || !recalled);
            runs.retain(|run| run.closed.is_none_or(|closed| line < closed));
            runs.retain(|run| run.since < run.settled);
            for run in &runs {
                if !said().any(|said| is_of(said, run)) {
                    let said: Vec<_> = said().collect();
                    return Err(format!(
                        "outlet {number} lacks {kind} for {purposes:?}, {run:?}; it has {said:?}"
                    ));
                }
            }
            if let Some(said) = said().find(|said| !runs.iter().any(|run| is_of(said, run))) {
                return Err(format!(
                    "outlet {number} has {said:?}, and for {purposes:?} there was only {runs:?}"
                ));
            }
        }
    }
    Ok(())
}

/// To the millisecond, unless a crash leaves open when it ended: then it is not said to have ended earlier.
fn is_of(said: &Said, run: &Run) -> bool {
    let ends = if run.is_vague {
        said.settled >= run.settled
    } else {
        (said.until, said.settled) == (run.until.max(run.since), run.settled)
    };
    said.since == run.since && ends
}
