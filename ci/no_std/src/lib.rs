#![no_std]

use core::{
    alloc::{GlobalAlloc, Layout},
    panic::PanicInfo,
    ptr,
};

use framegate::{Instance, Meeting, MeetingOptions, WallTime};

struct NoMemory;

// SAFETY: it never hands out memory, as the contract allows.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
extern "C" fn participants() -> bool {
    let instance = Instance::from_bytes([1; 16]);
    let Ok(started) = WallTime::from_micros(1_796_029_200_000_000) else {
        return false;
    };
    let options = MeetingOptions::new("m", 1).started(started);
    let open = |instance| Meeting::open(options.instance(instance));
    instance.and_then(open).is_ok()
}
