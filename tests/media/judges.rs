//! That a test without its judge is skipped and says so, or fails.

use std::{env, process::Command};

use crate::common::judges::needs;

#[test]
#[ignore = "run by the other, without its judge"]
fn nobody_judges() {
    needs!("framegate-nobody");
    panic!("it went on");
}

/// Whether it passes, and what it prints.
fn without_its_judge(all: Option<&str>) -> (bool, String) {
    let mut test = Command::new(env::current_exe().unwrap());
    test.args(["judges::nobody_judges", "--exact", "--ignored"]);
    test.env_remove("FRAMEGATE_JUDGES");
    test.envs(all.map(|all| ("FRAMEGATE_JUDGES", all)));
    let output = test.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[test]
fn control_a_test_without_its_judge_is_skipped_by_name_or_fails() {
    let (passes, printed) = without_its_judge(None);
    assert!(passes, "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
    let line = "skipped: media::judges::nobody_judges: framegate-nobody is not installed\n";
    assert!(printed.contains(line), "{printed}");
    let (passes, printed) = without_its_judge(Some("all"));
    assert!(
        !passes && printed.contains("framegate-nobody is not installed"),
        "{printed}"
    );
    assert!(!printed.contains("skipped: "), "{printed}");
}
