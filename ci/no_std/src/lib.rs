#![no_std]

use core::{
    alloc::{GlobalAlloc, Layout},
    panic::PanicInfo,
    ptr,
};

use framegate::{Instance, Meeting, MeetingOptions};

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
    let open = |instance| Meeting::open(MeetingOptions::new("m", 1).instance(instance));
    instance.and_then(open).is_ok()
}
