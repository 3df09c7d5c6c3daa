//! Makes of the feature the cfg that the library's `sync.rs` knows.

fn main() {
    for checker in ["loom", "shuttle"] {
        if std::env::var_os(format!("CARGO_FEATURE_{}", checker.to_uppercase())).is_some() {
            println!("cargo::rustc-cfg=framegate_{checker}");
        }
    }
}
