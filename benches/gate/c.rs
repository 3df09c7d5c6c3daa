//! Deciding through the C interface: the shared library, built and loaded as a C program would have it.

use std::{env, hint::black_box, path::Path, process::Command};

use criterion::Criterion;
use framegate::{Kind, Purposes, StreamOptions, Time, format::Format};
use libloading::{Library, Symbol};

use crate::{
    common::{SCOPE, agree, meeting, own, tap},
    line::{Budget::AtMost, Line, NOW},
};

const BATCH: usize = 64;

/// A decision as C has it.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Decision {
    verdict: i32,
    reason: u32,
    purposes: u16,
    reserved: u16,
    generation: u32,
}

/// Frames that C has made; what is in them is C's.
type Frames = *const u8;
type DecideOne = unsafe extern "C" fn(u64, i64, i64, *mut Decision) -> i32;
type DecideMany = unsafe extern "C" fn(u64, Frames, usize, i64, *mut Decision) -> i32;

pub fn through_c(criterion: &mut Criterion) {
    let scene = load();
    // SAFETY: these are the functions of that name in scene.c and framegate.h.
    let (scene_tap, scene_frames, decide, decide_many) = unsafe {
        let tap: Symbol<unsafe extern "C" fn() -> u64> = scene.get(b"scene_tap").expect("scene.c");
        let frames: Symbol<unsafe extern "C" fn(i64) -> Frames> =
            scene.get(b"scene_frames").expect("scene.c");
        let decide: Symbol<DecideOne> = scene.get(b"framegate_tap_decide").expect("framegate.h");
        let many: Symbol<DecideMany> = scene
            .get(b"framegate_tap_decide_batch")
            .expect("framegate.h");
        (tap, frames, decide, many)
    };
    let now = NOW.as_micros();
    // SAFETY: they take nothing that could be wrong.
    let (c_tap, frames) = unsafe { (scene_tap(), scene_frames(now)) };

    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let stream = StreamOptions::owned(who, Kind::Audio, Format::OPAQUE);
    let mut inlined = tap(&mut meeting, stream, Purposes::RECORD);
    let mut decisions = [Decision::default(); BATCH];

    let group = &mut criterion.benchmark_group("through C");
    let decide: DecideOne = *decide;
    let one = move |decision: &mut Decision| {
        // SAFETY: the tap is open and this thread's, and there is room for a decision.
        let done = unsafe { decide(c_tap, black_box(now), black_box(now), decision) };
        assert_eq!(done, 0);
    };
    let mut decision = Decision::default();
    one(&mut decision);
    assert_eq!(decision.verdict, 1, "whole");
    Line {
        name: "a frame of one person, through the C ABI",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: Some(AtMost(1.3)),
        floor: ("inlined, from microseconds too", &mut |_| {
            black_box(inlined.decide(&own(micros(now)), micros(now)));
        }),
        // On either way the whole decision is then in memory, and nobody reads it.
        run: &mut move |_| {
            one(&mut decision);
            black_box(&decision);
        },
    }
    .measure(group);
    Line {
        name: "64 frames of one person, through the C ABI",
        bytes: 0,
        batch: 100,
        prepare: &mut || {},
        budget: Some(AtMost(0.9)),
        floor: ("one by one, inlined, from microseconds too", &mut |_| {
            for _ in 0..BATCH {
                black_box(inlined.decide(&own(micros(now)), micros(now)));
            }
        }),
        run: &mut |_| {
            // SAFETY: the tap is open and this thread's, and there are as many frames and tags.
            let done = unsafe {
                decide_many(c_tap, black_box(frames), BATCH, now, decisions.as_mut_ptr())
            };
            assert_eq!(done, 0);
            black_box(&decisions);
        },
    }
    .measure(group);
    assert!(decisions.iter().all(|one| one.verdict == 1), "whole");
}

/// What a client's clock tells, on either way.
fn micros(micros: i64) -> Time {
    Time::from_micros(black_box(micros))
}

/// Builds the library as the README says, and a scene in C that is linked with it.
fn load() -> Library {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bench = env::current_exe().expect("a path");
    let release = bench.ancestors().nth(2).expect("target/release/deps");
    let target = release.parent().expect("target/release");
    let cargo = ["build", "--quiet", "--locked", "--release", "--package"];
    // As the Makefile has it.
    let across = [
        "profile.release.lto='fat'",
        "profile.release.codegen-units=1",
    ];
    run(Command::new(env!("CARGO"))
        .args(cargo)
        .arg("framegate-capi")
        .args(across.iter().flat_map(|one| ["--config", one]))
        .arg("--target-dir")
        .arg(target)
        .current_dir(here));
    let scene = release.join("scene.so");
    let include = |folder| format!("-I{}", here.join(folder).display());
    let folder = release.display();
    run(Command::new("cc")
        .args(["-std=c11", "-O2", "-shared", "-fPIC", "-Wl,-z,defs", "-o"])
        .arg(&scene)
        .arg(here.join("benches/gate/scene.c"))
        .args([include("bindings/c/include"), include("bindings/c/tests")])
        .args([format!("-L{folder}"), format!("-Wl,-rpath,{folder}")])
        .arg("-lframegate"));
    // SAFETY: neither it nor what it is linked with does anything when it is loaded.
    unsafe { Library::new(scene) }.expect("what was just built")
}

fn run(command: &mut Command) {
    let status = command.status().expect("a program that is there");
    assert!(status.success(), "{command:?}");
}
