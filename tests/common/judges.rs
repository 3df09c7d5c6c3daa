//! Other people's programs that judge: a test that needs one is skipped where it is not installed, and says so.
//! With `FRAMEGATE_JUDGES` set, as `.ci/run` has it, it fails instead.

use std::{
    env,
    io::{self, Write},
    process::{Command, Stdio},
};

/// Returns from the test, with a line about it, unless all these judges are installed.
macro_rules! needs {
    ($($judge:literal),+) => {{
        fn here() {}
        if $crate::common::judges::is_skipped(std::any::type_name_of_val(&here), &[$($judge),+]) {
            return;
        }
    }};
}
pub(crate) use needs;

/// Whether the test must be skipped, for want of a judge. `here` is the path of something in it.
pub fn is_skipped(here: &str, judges: &[&str]) -> bool {
    let Some(judge) = judges.iter().find(|judge| !is_installed(judge)) else {
        return false;
    };
    assert!(
        env::var_os("FRAMEGATE_JUDGES").is_none(),
        "{judge} is not installed, and FRAMEGATE_JUDGES is set"
    );
    let test = here.trim_end_matches("::here");
    // Unlike what macros print, this is not held back while tests pass.
    let mut errors = io::stderr().lock();
    writeln!(errors, "skipped: {test}: {judge} is not installed").unwrap();
    true
}

fn is_installed(judge: &str) -> bool {
    match judge {
        "jsonschema" => succeeds("python3", &["-c", "import jsonschema"]),
        "libopus" => is_library("opus"),
        "libfaad" => is_library("faad"),
        "libvpx" => succeeds(
            "cc",
            &[
                "-include",
                "vpx/vp8cx.h",
                "-fsyntax-only",
                "-xc",
                "/dev/null",
            ],
        ),
        "openh264dec" | "openh264enc" | "mp4mux" => {
            succeeds("gst-inspect-1.0", &["--exists", judge])
        }
        program => env::var_os("PATH").is_some_and(|path| {
            env::split_paths(&path).any(|folder| folder.join(program).is_file())
        }),
    }
}

fn is_library(name: &str) -> bool {
    let code =
        format!("import ctypes.util; assert ctypes.CDLL(ctypes.util.find_library('{name}'))._name");
    succeeds("python3", &["-c", &code])
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let quiet = Stdio::null;
    let mut command = Command::new(program);
    command.args(arguments).stdout(quiet()).stderr(quiet());
    command.status().is_ok_and(|status| status.success())
}
