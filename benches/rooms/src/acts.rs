//! What somebody does in a room, once, with what must come before and after it.

use std::{fmt, hint::black_box};

use crate::room::Room;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Join,
    Grant,
    Withdraw,
    WithdrawAnywhere,
    Tick,
    TickDue,
    NextDeadline,
    Restrict,
    Supersede,
    Leave,
}

impl Act {
    pub const ALL: [Self; 10] = [
        Self::Join,
        Self::Grant,
        Self::Withdraw,
        Self::WithdrawAnywhere,
        Self::Tick,
        Self::TickDue,
        Self::NextDeadline,
        Self::Restrict,
        Self::Supersede,
        Self::Leave,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Grant => "grant",
            Self::Withdraw => "withdraw, to settled",
            Self::WithdrawAnywhere => "the same, of people far apart",
            Self::Tick => "tick, nothing due",
            Self::TickDue => "tick, one end due",
            Self::NextDeadline => "next_deadline",
            Self::Restrict => "restrict for all",
            Self::Supersede => "supersede",
            Self::Leave => "leave, to settled",
        }
    }

    /// It needs nothing before or after it, so that it can be done many times at once.
    pub const fn is_bare(self) -> bool {
        matches!(self, Self::Tick | Self::NextDeadline)
    }

    /// Does it in a full room; `around` gets the act itself, without what is before and after it.
    pub fn run(self, room: &mut Room, turn: usize, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let (people, next) = (room.people.len(), turn / 2 % room.people.len());
        let at = match self {
            // Nothing of the next person is near in memory.
            Self::WithdrawAnywhere => turn * 7919 % people,
            // In the order of joining, from both ends: a search from one end has as far to go on average.
            _ if turn.is_multiple_of(2) => next,
            _ => people - 1 - next,
        };
        let who = room.people[at];
        match self {
            Self::Join => {
                let (id, mut who) = (room.next_id(), None);
                around(&mut || who = Some(room.join(&id)));
                room.leave(who.expect("somebody who joined"));
            }
            Self::Grant => {
                room.withdraw(who);
                around(&mut || room.agree(who));
            }
            Self::Withdraw | Self::WithdrawAnywhere => {
                around(&mut || room.withdraw(who));
                room.agree(who);
            }
            Self::Tick => around(&mut || room.tick()),
            Self::TickDue => {
                room.withdraw(who);
                room.agree_for_a_moment(who);
                around(&mut || room.tick());
                room.agree(who);
            }
            Self::NextDeadline => around(&mut || {
                black_box(room.next_deadline());
            }),
            Self::Restrict => {
                around(&mut || room.restrict());
                room.lift();
            }
            Self::Supersede => {
                let notice = room.show();
                around(&mut || room.supersede(notice));
                for at in 0..room.people.len() {
                    room.agree(room.people[at]);
                }
            }
            Self::Leave => {
                let id = room.next_id();
                let who = room.join(&id);
                room.agree(who);
                let taps = room.tap(who);
                room.regroup(&[who]);
                // The group's registration is long ago, as far as the processor's caches know.
                room.withdraw(who);
                room.agree(who);
                around(&mut || room.leave(who));
                drop(taps);
                room.regroup(&[]);
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
