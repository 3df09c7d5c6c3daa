//! Ledgers that were read and verified, and what they say.

use alloc::{string::String, vec::Vec};
use core::time::Duration;
use std::path::Path;

use serde::Serialize;

use super::{
    handle::{Handle, Objects},
    meeting::HeadOut,
    memory::{Buffer, Each, In, Optional, Out, Room, Struct, Text, answer, sized},
    status::Status,
};
use framegate::{
    OutletId, PublicKey,
    binding::outlet_id,
    export::{ErasureList, Receipt, aipref, cawg, ts27560, vcon},
    ledger::{Entry, FileStoreError, Head, Ledger, VerifiedLedger},
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
}

/// What a consent record says and no ledger knows.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ParticularsIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
    pub(super) started: i64,
    pub(super) address: Text<'c>,
    pub(super) contact: Text<'c>,
    pub(super) storage_locations: In<'c, Text<'c>>,
    pub(super) storage_location_count: usize,
    pub(super) retention_period: Text<'c>,
    pub(super) jurisdiction: Text<'c>,
    pub(super) withdrawal_method: Text<'c>,
}

/// Which party and dialog of a vCon.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct DialogIn {
    pub(super) size: u32,
    pub(super) party: u32,
    pub(super) dialog: u32,
    pub(super) outlet: u32,
    pub(super) started: i64,
}

sized!(LedgerInfo, ParticularsIn<'_>, DialogIn);

/// Says which line it was, to who asked.
pub(super) fn told<T>(
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
        let read = told(&line, Ledger::read(bytes, anchor.as_ref(), device.as_ref()))?;
        room.put(LEDGERS.insert(told(&line, read.verify())?)?);
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
        let verified = told(&line, read)?.verify();
        room.put(LEDGERS.insert(told(&line, verified)?)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_get(
    ledger: Handle<VerifiedLedger>,
    info: Out<'_, LedgerInfo>,
) -> i32 {
    answer(Struct(info), |out| {
        let ledger = LEDGERS.get(ledger)?;
        let ledger = ledger.ledger();
        *out = LedgerInfo {
            size: out.size,
            torn: ledger.torn.into(),
            length: ledger.length,
            anchored: ledger.anchored,
            head: ledger.head.into(),
        };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_close(ledger: Handle<VerifiedLedger>) -> i32 {
    answer((), |()| LEDGERS.remove(ledger).map(drop))
}

/// Writes what a ledger says as JSON.
fn json<T: Serialize>(
    ledger: Handle<VerifiedLedger>,
    buffer: Buffer<'_, u8>,
    says: impl FnOnce(&VerifiedLedger) -> Result<T, Status>,
) -> i32 {
    answer(buffer, |list| {
        list.put(&in_json(&says(&*LEDGERS.get(ledger)?)?)?)
    })
}

pub(super) fn in_json(said: &impl Serialize) -> Result<Vec<u8>, Status> {
    // Only numbers and text are in it.
    serde_json::to_vec(said).map_err(|_| Status::Panic)
}

pub(super) fn receipt_of(ledger: &VerifiedLedger, who: Text<'_>) -> Result<Receipt, Status> {
    Receipt::of(ledger, who.get()?).ok_or(Status::UnknownParticipant)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_receipt(
    ledger: Handle<VerifiedLedger>,
    who: Text<'_>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    json(ledger, (buffer, capacity, length), |ledger| {
        receipt_of(ledger, who)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_erasure(
    ledger: Handle<VerifiedLedger>,
    who: Text<'_>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    json(ledger, (buffer, capacity, length), |ledger| {
        ErasureList::of(ledger, who.get()?).ok_or(Status::UnknownParticipant)
    })
}

/// A time since 1970, before the year 10000.
fn started(micros: i64) -> Result<Duration, Status> {
    const END: u64 = 253_402_300_800_000_000;
    let micros = u64::try_from(micros).ok().filter(|micros| *micros < END);
    micros.map(Duration::from_micros).ok_or(Status::Time)
}

impl ParticularsIn<'_> {
    fn get(&self) -> Result<ts27560::Particulars, Status> {
        if self.reserved != 0 {
            return Err(Status::Number);
        }
        let text = |text: &Text<'_>| text.get().map(String::from);
        let locations = self.storage_locations.array(self.storage_location_count)?;
        let locations: Result<Vec<_>, Status> = locations.iter().map(text).collect();
        Ok(ts27560::Particulars {
            started: started(self.started)?,
            address: text(&self.address)?,
            contact: text(&self.contact)?,
            storage_locations: locations?,
            retention_period: text(&self.retention_period)?,
            jurisdiction: text(&self.jurisdiction)?,
            withdrawal_method: text(&self.withdrawal_method)?,
        })
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_ts27560(
    ledger: Handle<VerifiedLedger>,
    who: Text<'_>,
    particulars: In<'_, ParticularsIn<'_>>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    json(ledger, (buffer, capacity, length), |ledger| {
        let particulars = particulars.sized()?.get()?;
        let records = ts27560::ConsentRecord::all(ledger, who.get()?, &particulars);
        records.ok_or(Status::UnknownParticipant)
    })
}

/// An outlet that the ledger knows of.
fn outlet(ledger: &VerifiedLedger, number: u32) -> Result<OutletId, Status> {
    let id = u16::try_from(number).map(outlet_id);
    let id = id.map_err(|_| Status::Unknown)?;
    let is_known = ledger
        .ledger()
        .lines
        .iter()
        .any(|line| matches!(line.entry, Entry::OutletOpened { outlet, .. } if outlet == id));
    is_known.then_some(id).ok_or(Status::Unknown)
}

impl DialogIn {
    fn get(&self, ledger: &VerifiedLedger) -> Result<vcon::Dialog, Status> {
        Ok(vcon::Dialog {
            party: self.party,
            dialog: self.dialog,
            outlet: outlet(ledger, self.outlet)?,
            started: started(self.started)?,
        })
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_vcon_consent(
    ledger: Handle<VerifiedLedger>,
    who: Text<'_>,
    dialog: In<'_, DialogIn>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    json(ledger, (buffer, capacity, length), |ledger| {
        let dialog = dialog.sized()?.get(ledger)?;
        vcon::Consent::of(ledger, who.get()?, &dialog).ok_or(Status::UnknownParticipant)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_vcon_lawful_basis(
    ledger: Handle<VerifiedLedger>,
    who: Text<'_>,
    dialog: In<'_, DialogIn>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    json(ledger, (buffer, capacity, length), |ledger| {
        let dialog = dialog.sized()?.get(ledger)?;
        vcon::LawfulBasis::of(ledger, who.get()?, &dialog).ok_or(Status::UnknownParticipant)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_cawg(
    ledger: Handle<VerifiedLedger>,
    outlet: u32,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    json(ledger, (buffer, capacity, length), |ledger| {
        Ok(cawg::TrainingMining::of(
            ledger,
            self::outlet(ledger, outlet)?,
        ))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_ledger_aipref(
    ledger: Handle<VerifiedLedger>,
    outlet: u32,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    answer((buffer, capacity, length), |list| {
        let ledger = LEDGERS.get(ledger)?;
        let outlet = self::outlet(&ledger, outlet)?;
        list.put(aipref::preference(&ledger, outlet).as_bytes())
    })
}
