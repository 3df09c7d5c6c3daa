//! Outlets and third parties.

use super::{
    answer::answer,
    gate::{Gate, Shared, call},
    memory::{Handle, In, Out, Text, plain, sized},
    status::Status,
};
use framegate::{Kinds, Outlet, Purposes, binding};

/// A declared destination.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct OutletOut {
    pub(super) meeting: u64,
    pub(super) number: u16,
    pub(super) reserved: [u16; 3],
}

/// A destination of frames.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct OutletOptions<'c> {
    pub(super) size: u32,
    pub(super) purposes: u16,
    pub(super) blanks: u16,
    pub(super) name: Text<'c>,
    pub(super) recipient: Text<'c>,
}

plain!(OutletOut);
sized!(OutletOptions<'_>);

impl From<Outlet> for OutletOut {
    fn from(outlet: Outlet) -> Self {
        let (meeting, number) = binding::outlet_numbers(outlet);
        Self {
            meeting,
            number,
            reserved: [0; 3],
        }
    }
}

impl Gate {
    /// An outlet of this meeting.
    pub(super) fn outlet(&self, outlet: OutletOut) -> Result<Outlet, Status> {
        let own = binding::outlet(&self.meeting, outlet.meeting, outlet.number);
        own.filter(|_| outlet.reserved == [0; 3])
            .ok_or(Status::Foreign)
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_outlet_open(
    meeting: Handle<Shared>,
    options: In<'_, OutletOptions<'_>>,
    outlet: Out<'_, OutletOut>,
) -> i32 {
    answer(outlet, |room| {
        let options = options.sized()?;
        let purposes = Purposes::from_bits_retain(options.purposes);
        let blanks = Kinds::from_bits_retain(options.blanks);
        let outlet = framegate::OutletOptions::new(options.name.get()?, purposes).blank(blanks);
        let outlet = match options.recipient.get()? {
            "" => outlet,
            recipient => outlet.recipient(recipient),
        };
        call(meeting, |gate| {
            let outlet = gate.meeting.open_outlet(outlet)?;
            room.put(outlet);
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_third_party(
    meeting: Handle<Shared>,
    purpose: u16,
    recipient: Text<'_>,
    pair: Out<'_, u16>,
) -> i32 {
    answer(pair, |room| {
        let recipient = recipient.get()?;
        let purpose = Purposes::from_bits_retain(purpose);
        call(meeting, |gate| {
            room.put(gate.meeting.third_party(purpose, recipient)?.bits());
            Ok(())
        })
    })
}
