//! What a ledger says of people's consent, as plainly as it can be told: for each person, kind and purpose all lines are read again.
//!
//! It shares no code with the library but the words for entries.

use framegate::{
    Authority, Contributors, Frame, Grant, Kind, Kinds, Meeting, OutletOptions, Participant,
    Purposes, Scope, StreamOptions, Time,
    format::Format,
    ledger::{Entry, Line},
};

/// The kinds that are looked at.
pub const LOOKED_AT: [Kind; 2] = [Kind::Audio, Kind::Chat];

/// From this on a time is out of range.
const LIMIT: i64 = 4_294_967_295_000;

/// Who is there, in no order.
pub fn present(lines: &[Line]) -> Vec<&str> {
    let mut there = Vec::new();
    for line in lines {
        match &line.entry {
            Entry::Joined { who, .. } => there.push(who.as_str()),
            Entry::Left { who } => there.retain(|other| other != who),
            Entry::Ended {} => there.clear(),
            _ => {}
        }
    }
    there
}

/// For what somebody's frame of a kind may be used that is captured and released at `at`, two milliseconds after the last line or later.
pub fn held(lines: &[Line], who: &str, kind: Kind, at: Time) -> Purposes {
    if !(0..LIMIT).contains(&at.as_micros()) {
        return Purposes::empty();
    }
    let each = (0..16).map(|bit| Purposes::from_bits_retain(1 << bit));
    each.filter(|purpose| holds(lines, who, kind, *purpose, at))
        .collect()
}

fn holds(lines: &[Line], who: &str, kind: Kind, purpose: Purposes, at: Time) -> bool {
    let covers =
        |scope: &Scope| scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose);
    let mut there = false;
    let mut has_guardian = false;
    let mut refused = false;
    let mut grants: Vec<&Grant> = Vec::new();
    let mut restrictions: Vec<(Authority, Option<&str>)> = Vec::new();
    // The first nine bits are the controller's own purposes.
    let mut named = 9;
    for line in lines {
        match &line.entry {
            Entry::Joined {
                who: id, guardian, ..
            } if id == who => {
                there = true;
                has_guardian = guardian.is_some();
                refused = false;
                grants.clear();
            }
            Entry::Left { who: id } if id == who => there = false,
            Entry::Ended {} => there = false,
            Entry::Named { .. } => named += 1,
            // Nobody agrees to a third party who is not named yet.
            Entry::Granted { who: id, grant, .. }
                if id == who && covers(&grant.scope) && purpose.bits() < 1 << named =>
            {
                grants.push(grant);
            }
            Entry::Withdrew { who: id, by, scope } if id == who && covers(scope) => {
                grants.clear();
                refused |= has_guardian && *by == Authority::Participant;
            }
            Entry::Superseded { notice } => grants.retain(|grant| grant.notice != *notice),
            // The torn line may have been anybody's withdrawal.
            Entry::Resumed { torn: true } => grants.clear(),
            Entry::Restricted {
                who: whom,
                by,
                scope,
            } if covers(scope) && whom.as_deref().is_none_or(|whom| whom == who) => {
                restrictions.push((*by, whom.as_deref()));
            }
            Entry::Lifted {
                who: whom,
                by,
                scope,
            } if covers(scope) => {
                restrictions.retain(|restriction| *restriction != (*by, whom.as_deref()));
            }
            _ => {}
        }
    }
    let millis = |time: Time| time.as_micros().div_euclid(1000);
    let runs = |grant: &&Grant| grant.until.is_none_or(|until| millis(at) < millis(until));
    there && !refused && restrictions.is_empty() && grants.iter().any(runs)
}

/// For what a meeting lets somebody's frame of a kind be used, by a tap's tag. None where no stream can be opened.
pub fn cleared(meeting: &mut Meeting, who: Participant, kind: Kind, at: Time) -> Option<Purposes> {
    let stream = StreamOptions::owned(who, kind, Format::OPAQUE);
    let stream = meeting.open_stream(stream).ok()?;
    let outlet = OutletOptions::new("replay", Purposes::RECORD).blank(Kinds::empty());
    let outlet = meeting.open_outlet(outlet).ok()?;
    let mut tap = meeting.tap(stream, outlet).ok()?;
    Some(
        tap.decide(&Frame::new(at, Contributors::Owner), at)
            .purposes(),
    )
}

/// Whether a meeting that went on after these lines has exactly the people and consents that they say. Of a ledger that ends in a torn line
/// nobody's consent is left.
///
/// # Errors
///
/// What differs.
pub fn check(meeting: &mut Meeting, lines: &[Line], torn: bool) -> Result<(), String> {
    let people: Vec<_> = meeting.participants().collect();
    let mut expected = present(lines);
    let mut found: Vec<_> = people.iter().map(|(id, _)| id.as_str()).collect();
    expected.sort_unstable();
    found.sort_unstable();
    if expected != found {
        return Err(format!("there are {found:?}, not {expected:?}"));
    }
    let last = lines.last().map_or(0, |line| line.at.as_micros());
    let at = Time::from_micros(last + 2000);
    for (id, who) in people {
        for kind in LOOKED_AT {
            let expected = if torn {
                Purposes::empty()
            } else {
                held(lines, &id, kind, at)
            };
            if let Some(found) = cleared(meeting, who, kind, at)
                && found != expected
            {
                return Err(format!("{kind} of {id}: {found:?}, not {expected:?}"));
            }
        }
    }
    Ok(())
}
