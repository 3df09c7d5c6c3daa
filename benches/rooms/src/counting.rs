//! Bytes that are allocated.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{
        AtomicBool, AtomicUsize,
        Ordering::{Relaxed, SeqCst},
    },
};

use crate::room::Room;

/// Whose consent ends by itself, and whose does not.
pub const PERSONS: [(bool, &str); 2] = [
    (false, "who agreed once, for good"),
    (true, "who agreed once, until some time"),
];
const PEOPLE: usize = 10_000;

/// Counts while it is asked to, and costs a load otherwise.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            BYTES.fetch_add(layout.size(), SeqCst);
        }
        // SAFETY: the caller keeps the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if COUNTS.load(Relaxed) {
            BYTES.fetch_sub(layout.size(), SeqCst);
        }
        // SAFETY: the caller keeps the same contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What somebody takes in a room for exactly so many, who all agreed once, in bytes; with an end or for good. They have no taps, and the ledger is not kept.
pub fn bytes_of_a_person(ends: bool) -> usize {
    BYTES.store(0, SeqCst);
    COUNTS.store(true, SeqCst);
    let mut room = Room::without_ledger(PEOPLE);
    for _ in 0..PEOPLE {
        let id = room.next_id();
        let who = room.join(&id);
        if ends {
            room.agree(who);
        } else {
            room.agree_for_good(who);
        }
    }
    COUNTS.store(false, SeqCst);
    BYTES.load(SeqCst) / PEOPLE
}
