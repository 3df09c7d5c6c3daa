//! regorus: consent as data, a frame as input; compiled for its virtual machine, which is its fastest way.

use std::collections::BTreeMap;

use framegate::Time;
use regorus::{
    PolicyModule, Value, compile_policy_with_entrypoint, languages::rego::compiler::Compiler,
    rvm::RegoVM,
};

use crate::{
    contender::Contender,
    scene::{Consents, Interval, Intervals, Key, OUTLETS, PURPOSES, Run},
};

const ENTRY: &str = "data.consent.cleared";

pub struct Rego {
    machine: RegoVM,
    names: [Value; 4],
    outlets: Vec<Value>,
    streams: BTreeMap<Key, Value>,
}

impl Rego {
    pub fn new(consents: &Consents) -> Self {
        let streams: BTreeMap<_, _> = consents
            .keys()
            .map(|key| (*key, Value::from(format!("{}/{}", key.0, key.1))))
            .collect();
        let stream = |(key, all)| (streams[key].clone(), granted(all));
        let streams_of_data: BTreeMap<_, _> = consents.iter().map(stream).collect();
        let data = object([("streams", Value::from(streams_of_data))]);

        let module = PolicyModule {
            id: "consent.rego".into(),
            content: include_str!("consent.rego").into(),
        };
        let policy = compile_policy_with_entrypoint(data.clone(), &[module], ENTRY.into());
        let policy = policy.expect("the policy is well-formed");
        let program = Compiler::compile_from_policy(&policy, &[ENTRY]);
        let mut machine = RegoVM::new();
        machine.load_program(program.expect("the policy is well-formed"));
        machine.set_data(data).expect("no rule is named as data");
        Self {
            machine,
            names: ["stream", "purposes", "captured", "released"].map(Value::from),
            outlets: OUTLETS.map(wanted).to_vec(),
            streams,
        }
    }
}

impl Contender for Rego {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| {
            let values = [
                self.streams[&(run.owner, run.kind)].clone(),
                self.outlets[run.outlet].clone(),
                number(captured),
                number(run.released),
            ];
            let input: BTreeMap<_, _> = self.names.iter().cloned().zip(values).collect();
            self.machine.set_input(Value::from(input));
            let cleared = self.machine.execute().expect("the policy has no errors");
            matches!(cleared, Value::Bool(true))
        })
    }
}

fn wanted(purposes: framegate::Purposes) -> Value {
    let each = PURPOSES.iter();
    let each = each.filter(|(purpose, _)| purposes.contains(*purpose));
    let names: Vec<_> = each.map(|(_, name)| Value::from(*name)).collect();
    Value::from(names)
}

fn granted(intervals: &Intervals) -> Value {
    let each = PURPOSES.iter().zip(intervals.0);
    let each = each.filter(|(_, interval)| *interval != Interval::NONE);
    object(each.map(|((_, name), interval)| {
        let record = [
            ("since", number(interval.since)),
            ("until", number(interval.until)),
        ];
        (*name, object(record))
    }))
}

fn number(time: Time) -> Value {
    Value::from(time.as_micros())
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.into_iter();
    let fields: BTreeMap<_, _> = fields.map(|(name, of)| (Value::from(name), of)).collect();
    Value::from(fields)
}
