#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    framegate_fuzz::json::check(bytes);
});
