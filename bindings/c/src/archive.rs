//! The check of archived frames before training.

use super::{
    answer::{Array, Each, Optional, answer},
    archived::{AT_ONCE, ArchivedIn, Unnamed, for_each_batch, possible},
    handle::Objects,
    ledger::LEDGERS,
    memory::{Handle, In, Out, Text},
    seal::MEETING_KEYS,
    status::Status,
    words::HeadOut,
};
use framegate::{
    Purposes,
    archive::{Archived, Finding, MeetingKey, Seals, Verifier},
    ledger::VerifiedLedger,
};

pub(super) static VERIFIERS: Objects<Verifier> = Objects::new(8);

/// By their numbers.
pub(super) const FINDINGS: [Finding; 10] = [
    Finding::Cleared,
    Finding::NoTag,
    Finding::Withheld,
    Finding::OtherPurpose,
    Finding::Unnamed,
    Finding::Unsealed,
    Finding::Forged,
    Finding::Inconsistent,
    Finding::Recalled,
    Finding::OtherMeeting,
];

/// What a number stands for in C; 0 stands for none.
pub(super) fn number(finding: Finding) -> u8 {
    finding as u8 + 1
}

/// The answers: which frames are cleared, and why the others are not.
type Answers<'c> = (
    Each<Array<'c, u64>>,
    Each<Array<'c, u8>>,
    Each<Optional<'c, usize>>,
);

/// Judges the frames of an archive. On an error none is cleared.
fn judge<'c>(
    verifier: Handle<Verifier>,
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    (cleared, findings, total): (Out<'c, u64>, Out<'c, u8>, Out<'c, usize>),
    batch: impl Fn(&Verifier, &[Archived<'_>], &mut [u64], &mut [Finding]) -> Result<usize, Status>,
) -> i32 {
    // A count beyond any possible number of frames has no answers to close.
    let there = possible(count);
    let answers: Answers<'_> = (
        Each(Array(cleared, there.div_ceil(64))),
        Each(Array(findings, there)),
        Each(Optional(total)),
    );
    answer(answers, |(cleared, findings, room)| {
        if there < count {
            return Err(Status::Length);
        }
        let verifier = VERIFIERS.get(verifier)?;
        let mut total = 0;
        for_each_batch(frames, count, Unnamed::TreatAsUnknown, |first, frames| {
            let (mut bits, mut found) = ([0; AT_ONCE / 64], [Finding::NoTag; AT_ONCE]);
            let found = found.get_mut(..frames.len()).ok_or(Status::Length)?;
            total += batch(&verifier, frames, &mut bits, found)?;
            for (index, word) in (first / 64..count.div_ceil(64)).zip(bits) {
                cleared.put_at(index, word);
            }
            for (index, finding) in (first..).zip(found) {
                findings.put_at(index, number(*finding));
            }
            Ok(())
        })?;
        room.put(total);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_finding_name(finding: u32) -> Text<'static> {
    let mut all = FINDINGS.into_iter();
    let found = all.find(|one| u32::from(number(*one)) == finding);
    Text::of(found.map_or("unknown", Finding::name))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_verifier_open(
    ledger: Handle<VerifiedLedger>,
    verifier: Out<'_, Handle<Verifier>>,
) -> i32 {
    answer(verifier, |room| {
        let verifier = Verifier::new(&*LEDGERS.get(ledger)?);
        room.put(VERIFIERS.insert(verifier)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_verifier_close(verifier: Handle<Verifier>) -> i32 {
    answer((), |()| VERIFIERS.remove(verifier).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_verifier_head(verifier: Handle<Verifier>, head: Out<'_, HeadOut>) -> i32 {
    answer(head, |room| {
        room.put(VERIFIERS.get(verifier)?.head());
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_verifier_verify_batch<'c>(
    verifier: Handle<Verifier>,
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    wanted: u16,
    key: Handle<MeetingKey>,
    cleared: Out<'c, u64>,
    findings: Out<'c, u8>,
    cleared_count: Out<'c, usize>,
) -> i32 {
    let answers = (cleared, findings, cleared_count);
    let wanted = Purposes::from_bits_retain(wanted);
    judge(
        verifier,
        frames,
        count,
        answers,
        |verifier, frames, bits, found| {
            let key = MEETING_KEYS.get(key)?;
            Ok(verifier.verify_batch(frames, wanted, Seals::Checked(&key), bits, found))
        },
    )
}

#[unsafe(no_mangle)]
extern "C" fn framegate_verifier_dry_run<'c>(
    verifier: Handle<Verifier>,
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    wanted: u16,
    cleared: Out<'c, u64>,
    findings: Out<'c, u8>,
    cleared_count: Out<'c, usize>,
) -> i32 {
    let answers = (cleared, findings, cleared_count);
    let wanted = Purposes::from_bits_retain(wanted);
    judge(
        verifier,
        frames,
        count,
        answers,
        |verifier, frames, bits, found| {
            Ok(verifier.verify_batch(frames, wanted, Seals::DryRun, bits, found))
        },
    )
}

#[unsafe(no_mangle)]
extern "C" fn framegate_verifier_recheck<'c>(
    verifier: Handle<Verifier>,
    earlier: In<'_, HeadOut>,
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    stays: Out<'c, u64>,
    findings: Out<'c, u8>,
    stay_count: Out<'c, usize>,
) -> i32 {
    let answers = (stays, findings, stay_count);
    judge(
        verifier,
        frames,
        count,
        answers,
        |verifier, frames, bits, found| {
            let earlier = earlier.get()?.of_a_ledger()?;
            Ok(verifier.recheck(&earlier, frames, bits, found)?)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_have_their_numbers() {
        for (number, finding) in FINDINGS.iter().enumerate() {
            assert_eq!(*finding as usize, number);
        }
    }
}
