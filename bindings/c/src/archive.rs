//! Frames as an archive has them, and the check before training.

use alloc::vec::Vec;

use super::{
    handle::{Handle, Objects},
    ledger::LEDGERS,
    meeting::{HeadOut, InstanceInOut},
    memory::{Array, Each, In, Optional, Out, Text, answer, sized},
    seal::{CarriedInOut, MEETING_KEYS, PayloadDigestOut, People, SubjectIn},
    status::Status,
};
use framegate::{
    Purposes,
    archive::{Archived, Finding, MeetingKey, Seals, Subjects, Verifier},
    ledger::VerifiedLedger,
};

pub(super) static VERIFIERS: Objects<Verifier> = Objects::new(8);

/// What was released of a frame.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ArchivedIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
    pub(super) instance: InstanceInOut,
    pub(super) carried: In<'c, CarriedInOut>,
    pub(super) subjects: In<'c, SubjectIn<'c>>,
    pub(super) subject_count: usize,
    pub(super) digest: In<'c, PayloadDigestOut>,
}

sized!(ArchivedIn<'_>);

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

/// What is made of a frame whose people's ids are no text, or not in order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// It is nobody's, so never cleared.
    Nobodys,
    /// Nothing is sealed for somebody who is not in it.
    Refused,
}

/// So many at once, so that an archive of any size takes no more room than these: as many as fit the words of a bitmap.
const AT_ONCE: usize = 1024;

/// Calls with the frames of an archive, some at a time, and the index of the first of them.
pub(super) fn each<'c>(
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    unnamed: Unnamed,
    mut call: impl FnMut(usize, &[Archived<'_>]) -> Result<(), Status>,
) -> Result<(), Status> {
    if count == 0 {
        return call(0, &[]);
    }
    let frames = frames.elements(count)?;
    let mut subjects = Vec::new();
    let mut ends = Vec::new();
    for first in (0..count).step_by(AT_ONCE) {
        let some = first..count.min(first + AT_ONCE);
        subjects.clear();
        ends.clear();
        for index in some.clone() {
            let frame = frames.get(index)?;
            match People::new(frame.subjects, frame.subject_count) {
                Ok(people) => subjects.extend(people.iter()),
                Err(Status::Utf8 | Status::Order | Status::Number)
                    if unnamed == Unnamed::Nobodys => {}
                Err(status) => return Err(status),
            }
            ends.push(subjects.len());
        }
        let mut rest = &subjects[..];
        let mut begin = 0;
        let mut archived = Vec::with_capacity(some.len());
        for (index, end) in some.zip(&ends) {
            let (own, others) = rest.split_at_checked(end - begin).ok_or(Status::Length)?;
            (rest, begin) = (others, *end);
            let frame = frames.get(index)?;
            if frame.reserved != 0 {
                return Err(Status::Number);
            }
            let carried = if frame.carried.is_null() {
                None
            } else {
                frame.carried.sized()?.get().ok()
            };
            archived.push(Archived {
                instance: frame.instance.get()?,
                carried,
                subjects: Subjects::new(own).ok_or(Status::Order)?,
                digest: frame.digest.optional()?.map(|digest| digest.get()),
            });
        }
        call(first, &archived)?;
    }
    Ok(())
}

/// As many frames, or none if memory has no room for so many.
pub(super) fn possible(count: usize) -> usize {
    let most = isize::MAX.unsigned_abs() / size_of::<ArchivedIn<'_>>();
    if count <= most { count } else { 0 }
}

/// What a number stands for in C; 0 stands for none.
pub(super) fn number(finding: Finding) -> u8 {
    finding as u8 + 1
}

/// Where it is told which frames are cleared, and why the others are not.
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
    // Of so many that there cannot be frames for them there are no answers to close.
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
        each(frames, count, Unnamed::Nobodys, |first, frames| {
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
