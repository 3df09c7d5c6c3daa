//! Another static library of Rust's, which panics within itself, as this one may.

#[unsafe(no_mangle)]
pub extern "C" fn other_catches() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    i32::from(std::panic::catch_unwind(|| std::hint::black_box(Vec::<u8>::new())[0]).is_err())
}
