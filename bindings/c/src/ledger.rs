//! Ledgers that were read and verified.

use std::path::Path;

use super::{
    answer::{Each, Optional, Struct, answer},
    handle::Objects,
    memory::{Handle, In, Out, Room, Text, sized},
    status::Status,
    words::HeadOut,
};
use framegate::{
    PublicKey,
    ledger::{FileStoreError, Head, Ledger, VerifiedLedger},
};

pub(super) static LEDGERS: Objects<VerifiedLedger> = Objects::new(3);

/// What was read of a ledger.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct LedgerInfo {
    pub(super) size: u32,
    pub(super) torn: u32,
    pub(super) length: u64,
    pub(super) anchored: u64,
    pub(super) head: HeadOut,
    pub(super) started: u64,
}

sized!(LedgerInfo);

/// Reports the line that an error is about, if the caller asked.
pub(super) fn report_line<T>(
    line: &Room<'_, u64>,
    read: Result<T, impl Into<FileStoreError>>,
) -> Result<T, Status> {
    read.map_err(|error| {
        let error = error.into();
        if let FileStoreError::Ledger(of) = &error {
            line.put(of.line);
        }
        error.into()
    })
}

/// What a ledger is read against: a head that was kept apart, and the key of the device that signed it.
fn evidence(
    anchor: In<'_, HeadOut>,
    device: In<'_, [u8; 32]>,
) -> Result<(Option<Head>, Option<PublicKey>), Status> {
    let anchor = anchor.optional()?.map(|head| head.of_a_ledger());
    let device = device.optional()?.map(|key| PublicKey(*key));
    Ok((anchor.transpose()?, device))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_read(
    bytes: In<'_, u8>,
    length: usize,
    anchor: In<'_, HeadOut>,
    device: In<'_, [u8; 32]>,
    ledger: Out<'_, Handle<VerifiedLedger>>,
    line: Out<'_, u64>,
) -> i32 {
    answer((Each(ledger), Each(Optional(line))), |(room, line)| {
        let bytes = bytes.array(length)?;
        let (anchor, device) = evidence(anchor, device)?;
        let read = Ledger::read(bytes, anchor.as_ref(), device.as_ref());
        let verified = report_line(&line, read)?.verify();
        room.put(LEDGERS.insert(report_line(&line, verified)?)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_read_file(
    path: Text<'_>,
    anchor: In<'_, HeadOut>,
    device: In<'_, [u8; 32]>,
    ledger: Out<'_, Handle<VerifiedLedger>>,
    line: Out<'_, u64>,
) -> i32 {
    answer((Each(ledger), Each(Optional(line))), |(room, line)| {
        let path = path.get()?;
        let (anchor, device) = evidence(anchor, device)?;
        let read = Ledger::read_file(Path::new(path), anchor.as_ref(), device.as_ref());
        let verified = report_line(&line, read)?.verify();
        room.put(LEDGERS.insert(report_line(&line, verified)?)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_get(
    ledger: Handle<VerifiedLedger>,
    info: Out<'_, LedgerInfo>,
) -> i32 {
    answer(Struct(info), |out| {
        let verified = LEDGERS.get(ledger)?;
        let ledger = verified.ledger();
        *out = LedgerInfo {
            size: out.size,
            torn: ledger.torn().into(),
            length: ledger.length(),
            anchored: ledger.anchored(),
            head: ledger.head().into(),
            started: verified.started().as_micros(),
        };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_close(ledger: Handle<VerifiedLedger>) -> i32 {
    answer((), |()| LEDGERS.remove(ledger).map(drop))
}
