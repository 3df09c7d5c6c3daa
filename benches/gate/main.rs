//! Deciding and redacting beside the floor of each: an atomic load, a fill or a copy of as many bytes.
//!
//! `cargo bench --bench gate | grep '^|'` is the table of ratios, in Markdown.

mod c;
#[path = "../../tests/common/mod.rs"]
mod common;
mod deciding;
mod line;
mod redacting;

use criterion::{criterion_group, criterion_main};

fn heading(_: &mut criterion::Criterion) {
    println!("| what | takes | floor | takes | ratio | budget | |\n|---|---|---|---|---|---|---|");
}

criterion_group!(
    benches,
    heading,
    deciding::deciding,
    redacting::redacting,
    c::through_c
);
criterion_main!(benches);
