//! Processes that die, what is left of their ledgers, and who goes on with it.

use std::time::UNIX_EPOCH;

use framegate::{
    Authority, Meeting, PastMeeting, Time,
    ledger::{Ledger, VerifiedLedger},
};

use super::{
    disk::{Disk, device},
    meetings::{IDS, Run, Told, durability},
    recording::PAST,
};

fn verified(ledger: &Ledger) -> VerifiedLedger {
    let verified = ledger.clone().verify();
    verified.expect("what the meeting wrote")
}

impl Run {
    pub fn crash(&mut self) {
        if self.chance.one_in(3) {
            // It dies while it writes what comes next.
            self.disk
                .die_while_writing(self.chance.of(&[0, 10, 500, 999, 1000]));
            match self.chance.below(3) {
                0 => self.grant(),
                1 => self.withdraw(),
                _ => self.lift(),
            }
            self.frame();
        }
        let of_machine = self.chance.one_in(2);
        let left = self.disk.after_crash(of_machine, &mut self.chance);
        self.go_on_after(&left);
    }

    /// Another process goes on with what is left of the ledger.
    pub fn go_on_after(&mut self, left: &[u8]) {
        let ledger = Ledger::read(left, None, None).expect("what the meeting wrote");
        self.forget_lost(ledger.lines().len());
        if ledger.lines().is_empty() {
            return;
        }
        let length = usize::try_from(ledger.length()).expect("not so long");
        let mut ledger = ledger;
        let mut disk = Disk::with(&left[..length]);
        if self.chance.one_in(3) {
            let torn = ledger.torn();
            self.withdraw_past(&ledger, &disk);
            let bytes = disk.bytes();
            // If nothing was entered, it is still torn.
            let rest: &[u8] = if torn && bytes.len() == length {
                b"{"
            } else {
                b""
            };
            ledger = Ledger::read(&[&bytes, rest].concat(), None, None).expect("what was entered");
            disk = Disk::with(&bytes);
        }
        let writer = disk.writer().durability(durability(&mut self.chance));
        let last = ledger.lines().last().map_or(0, |line| line.at.as_micros());
        let Ok(meeting) = Meeting::resume(&verified(&ledger), writer) else {
            // It had ended.
            self.disk = disk;
            return;
        };
        self.meeting = meeting;
        self.disk = disk;
        self.now = match self.chance.below(8) {
            0..3 => self.now + self.chance.of(&[0, 1, 1000, 300_000]),
            3 => self.now + 3_600_000_000,
            4 => last,
            5 => (last - self.chance.of(&[1, 1000, 5000])).max(0),
            6 => last / 2,
            _ => 0,
        };
        self.streams.clear();
        self.outlets.clear();
        self.taps.clear();
        self.settlings.clear();
        self.kept.clear();
        self.set_up();
    }

    /// Lines that were lost say nothing of the frames that were released after them.
    pub fn forget_lost(&mut self, lines: usize) {
        for frame in &mut self.frames[self.own..] {
            frame.is_lost |= frame.had_lines > lines;
            frame.after = frame.after.min(lines);
            frame.had_lines = frame.had_lines.min(lines);
            frame.outlet = frame.outlet.filter(|_| frame.declared < lines);
        }
        self.own = self.frames.len();
    }

    /// Somebody withdraws while no process has the meeting.
    pub fn withdraw_past(&mut self, ledger: &Ledger, disk: &Disk) {
        let id = self.chance.of(&IDS);
        let scope = self.scope();
        let restricts = self.chance.one_in(4);
        let store = Box::new(disk.clone());
        let device = self.chance.one_in(2).then(|| Box::new(device()) as _);
        let mut past =
            PastMeeting::of(verified(ledger), store, device).expect("what the meeting wrote");
        let wall = (UNIX_EPOCH + PAST).into();
        // Of somebody who never joined there is nothing to withdraw.
        let _ = past.withdraw(Authority::Participant, id, scope, wall);
        if restricts {
            let _ = past.restrict(Authority::Host, None, scope, wall);
        }
    }

    pub fn finish(mut self) -> Told {
        let instance = self.meeting.instance();
        if self.chance.one_in(3) {
            self.end();
        }
        let mut ledger = if self.chance.one_in(2) {
            self.disk.after_crash(true, &mut self.chance)
        } else {
            let disk = self.disk.clone();
            disk.refuse(false);
            self.taps.clear();
            self.settlings.clear();
            self.meeting.tick(Time::START);
            disk.bytes()
        };
        let read = Ledger::read(&ledger, None, None).expect("what the meeting wrote");
        self.forget_lost(read.lines().len());
        if self.chance.one_in(3) && !read.lines().is_empty() {
            let length = usize::try_from(read.length()).expect("not so long");
            let disk = Disk::with(&ledger[..length]);
            let before = disk.bytes();
            self.withdraw_past(&read, &disk);
            if disk.bytes() != before {
                ledger = disk.bytes();
            }
        }
        Told {
            instance,
            ledger,
            frames: self.frames,
        }
    }
}
