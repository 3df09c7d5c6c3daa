//! Notes which compiler this is built with.

use std::{env, error::Error, process::Command};

fn main() -> Result<(), Box<dyn Error>> {
    let version = Command::new(env::var("RUSTC")?).arg("--version").output()?;
    let version = String::from_utf8(version.stdout)?;
    println!("cargo::rustc-env=COMPILER={}", version.trim());
    Ok(())
}
