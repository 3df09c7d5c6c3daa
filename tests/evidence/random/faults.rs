//! Faults of a millisecond, each of which must be found.

/// What is wrong with what the library says, or with what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A frame captured a millisecond before consent began is cleared.
    ClearedBefore,
    /// A frame captured in the millisecond in which consent ended by itself is cleared.
    ClearedAtTheEnd,
    /// A frame captured in the millisecond after the cut is cleared.
    ClearedAfterTheCut,
    /// A frame captured in the very millisecond of the cut is not cleared.
    NotClearedInTheCut,
    /// A withdrawal that comes with the line right after a release does not reach it.
    NextLineForgotten,
    /// A range to be erased begins a millisecond late.
    ErasedLate,
    /// Or ends a millisecond early.
    ErasedShort,
    /// Or a millisecond late.
    ErasedLong,
    /// A range of a receipt begins a millisecond late.
    ReceiptLate,
    /// Or ends a millisecond early.
    ReceiptShort,
    /// A vCon says that consent began a millisecond late.
    SinceLate,
    /// Or that it ends a millisecond late.
    ExpirationLate,
    /// A consent that ended in the last millisecond is said to be granted.
    GrantedAtTheEnd,
    /// Every use of everything is allowed.
    AllAllowed,
    /// An event of a consent record is a millisecond late.
    EventLate,
    /// A consent record whose last event says that it was withdrawn or expired leaves that one out.
    LastEventForgotten,
}

impl Fault {
    pub const ALL: [Self; 16] = [
        Self::ClearedBefore,
        Self::ClearedAtTheEnd,
        Self::ClearedAfterTheCut,
        Self::NotClearedInTheCut,
        Self::NextLineForgotten,
        Self::ErasedLate,
        Self::ErasedShort,
        Self::ErasedLong,
        Self::ReceiptLate,
        Self::ReceiptShort,
        Self::SinceLate,
        Self::ExpirationLate,
        Self::GrantedAtTheEnd,
        Self::AllAllowed,
        Self::EventLate,
        Self::LastEventForgotten,
    ];

    /// Which check finds it.
    pub const fn of(self) -> Of {
        match self {
            Self::ClearedBefore
            | Self::ClearedAtTheEnd
            | Self::ClearedAfterTheCut
            | Self::NotClearedInTheCut
            | Self::NextLineForgotten => Of::Clearing,
            Self::ErasedLate
            | Self::ErasedShort
            | Self::ErasedLong
            | Self::ReceiptLate
            | Self::ReceiptShort => Of::Erasing,
            Self::SinceLate | Self::ExpirationLate | Self::GrantedAtTheEnd | Self::AllAllowed => {
                Of::Exporting
            }
            Self::EventLate | Self::LastEventForgotten => Of::Recording,
        }
    }
}

/// The checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Clearing,
    Erasing,
    Exporting,
    Recording,
}
