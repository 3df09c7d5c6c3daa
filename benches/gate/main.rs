//! Deciding, redacting and verifying beside the floor of each: an atomic load, a fill or a copy of as many bytes, a look-up, a bare MAC.
//!
//! `cargo bench --bench gate | grep '^|'` is the table of ratios, in Markdown.

mod c;
#[path = "../../tests/common/mod.rs"]
mod common;
mod deciding;
mod encoded;
mod frames;
mod line;
mod load;
mod redacting;
mod verifying;

use criterion::{criterion_group, criterion_main};

fn heading(_: &mut criterion::Criterion) {
    println!("| what | takes | floor | takes | ratio | budget | |\n|---|---|---|---|---|---|---|");
}

criterion_group!(
    benches,
    heading,
    deciding::deciding,
    c::through_c,
    redacting::redacting,
    encoded::encoded,
    load::load,
    verifying::verifying
);
criterion_main!(benches);
