#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    framegate_fuzz::encoded::check(bytes);
});
