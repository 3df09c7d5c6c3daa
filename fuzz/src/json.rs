//! Everything that is read from JSON.

use std::{fmt::Debug, mem::discriminant};

use framegate::{
    Authority, Counters, Digest, Entry, Grant, Head, Kind, Kinds, Line, Method, Notice, OutletId,
    PublicKey, Purposes, Refusal, Scope, Signed, StreamId, TapCount, Time,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whatever is read is written again and read to the same, and nothing of it is passed over. How many types the bytes are.
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
    assert!(is_of_one_form(&tree, &again), "{tree} is read as {again}");
    true
}

/// Whether both have the same fields with the same types. What is null may be left out.
fn is_of_one_form(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys());
            let mut fields =
                names.map(|name| [a, b].map(|fields| fields.get(name).unwrap_or(&Value::Null)));
            fields.all(|[a, b]| is_of_one_form(a, b))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_of_one_form(a, b))
        }
        _ => discriminant(a) == discriminant(b),
    }
}
