//! Everything that is read from JSON.

use std::fmt::Debug;

use framegate::{
    Authority, Counters, Digest, Grant, Instance, Kind, Kinds, Method, Notice, OutletId, PublicKey,
    Purposes, Reason, Refusal, Scope, Signed, StreamId, Tag, Time, Verdict, WallTime,
    archive::{Carried, Finding, PayloadDigest, Seal},
    ledger::{Entry, Head, Line, TapCount},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whatever is read is written again and read to the same, and with a name too many nothing is read. How many types the bytes are.
pub fn check(bytes: &[u8]) -> usize {
    let checks = [
        reads::<Line>,
        reads::<Entry>,
        reads::<TapCount>,
        reads::<Counters>,
        reads::<Head>,
        reads::<Notice>,
        reads::<Grant>,
        reads::<Signed>,
        reads::<Scope>,
        reads::<Kind>,
        reads::<Kinds>,
        reads::<Purposes>,
        reads::<Authority>,
        reads::<Method>,
        reads::<Refusal>,
        reads::<Digest>,
        reads::<PublicKey>,
        reads::<StreamId>,
        reads::<OutletId>,
        reads::<Time>,
        reads::<WallTime>,
        reads::<Tag>,
        reads::<Seal>,
        reads::<PayloadDigest>,
        reads::<Instance>,
        reads::<Carried>,
        reads::<Verdict>,
        reads::<Reason>,
        reads::<Finding>,
    ];
    checks.iter().filter(|reads| reads(bytes)).count()
}

fn reads<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> bool {
    let Ok(read) = serde_json::from_slice::<T>(bytes) else {
        return false;
    };
    let written = serde_json::to_vec(&read).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&written).unwrap(), read);
    // By way of a tree, in which strings are not borrowed and fields come in another order.
    let tree: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!(serde_json::from_value::<T>(tree.clone()).unwrap(), read);
    let again = serde_json::to_value(&read).unwrap();
    assert_eq!(serde_json::from_value::<T>(again.clone()).unwrap(), read);
    let mut objects = Vec::new();
    find_objects(&tree, "", &mut objects);
    for object in objects {
        let mut more = tree.clone();
        more.pointer_mut(&object).unwrap()["unknown"] = Value::Null;
        let refused = serde_json::from_value::<T>(more).is_err();
        assert!(refused, "an unknown name in {object} of {tree}");
    }
    true
}

/// The paths to all objects in a value.
fn find_objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(path.to_owned());
            for (name, value) in fields {
                find_objects(value, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                find_objects(value, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}
