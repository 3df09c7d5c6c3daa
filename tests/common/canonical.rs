//! JSON in the one form in which ledgers are written, told once more: no spaces, keys in their order.

use framegate::Digest;
use serde_json::Value;

/// The keys in an order that every object's own agrees with.
const KEYS: &str = "event format digest version language controller narrowing taps torn who guardian key by grant why scopes \
     tap stream kind owner alone outlet released last is_releasing is_closed frames seen whole redacted blanked dropped name purpose recipient pair \
     notice scope method n prev at wall head until signed instance entries hash meeting started participants challenge device signature \
     kinds purposes blanks entry";

/// A value in that form; keys that no line has come last.
pub fn canonical(value: &Value) -> String {
    ordered(value, KEYS)
}

/// A value without spaces, its keys in an order; others come last.
pub fn ordered(value: &Value, keys: &str) -> String {
    match value {
        Value::Object(fields) => {
            let place = |key: &str| keys.split_whitespace().position(|known| known == key);
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| (place(key).unwrap_or(usize::MAX), *key));
            let fields = fields.iter().map(|(key, value)| {
                format!("{}:{}", Value::from(key.as_str()), ordered(value, keys))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| ordered(value, keys)).collect();
            format!("[{}]", values.join(","))
        }
        other => other.to_string(),
    }
}

/// Lines whose numbers and hashes follow from each other.
pub fn rechained(lines: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut prev = "0".repeat(64);
    for (n, line) in lines.iter().enumerate() {
        let mut line = line.clone();
        if let Value::Object(line) = &mut line {
            line.insert("n".into(), n.into());
            line.insert("prev".into(), prev.clone().into());
        }
        let text = canonical(&line);
        prev = Digest::of(&text).to_string();
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

/// Every value in a value, by the path to it.
pub fn paths(value: &Value, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                paths(value, &format!("{path}/{key}"), all);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                paths(value, &format!("{path}/{index}"), all);
            }
        }
        _ => {}
    }
}
