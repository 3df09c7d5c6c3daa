//! What a ledger says of somebody or of an outlet, for others.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{
    answer::{Buffer, answer},
    ledger::LEDGERS,
    memory::{Handle, In, Out, Text, sized},
    status::Status,
};
use framegate::{
    OutletId,
    binding::outlet_id,
    export::{ErasureList, Receipt, aipref, cawg, ts27560, vcon},
    ledger::{Entry, VerifiedLedger},
};

/// What a consent record says and no ledger knows.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ParticularsIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
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
}

sized!(ParticularsIn<'_>, DialogIn);

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

impl ParticularsIn<'_> {
    fn get(&self) -> Result<ts27560::Particulars, Status> {
        if self.reserved != 0 {
            return Err(Status::Number);
        }
        let text = |text: &Text<'_>| text.get().map(String::from);
        let locations = self.storage_locations.array(self.storage_location_count)?;
        let locations: Result<Vec<_>, Status> = locations.iter().map(text).collect();
        Ok(ts27560::Particulars {
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
        .lines()
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
