//! casbin: the rule over attributes, which are looked up beside it and passed with each request.
//!
//! A rule for each consent would be its other way, but it goes through all of them for each request.

use std::collections::HashMap;

use casbin::{CoreApi, DefaultModel, Enforcer, rhai::Dynamic};
use framegate::Time;

use crate::{
    contender::Contender,
    maps::collect,
    scene::{Consents, Intervals, Key, PURPOSES, Run},
};

pub struct Casbin {
    enforcer: Enforcer,
    consents: HashMap<Key, Intervals>,
}

impl Casbin {
    pub fn new(consents: &Consents) -> Self {
        let model = DefaultModel::from_str(include_str!("consent.conf"));
        let model = pollster::block_on(model).expect("the model is well-formed");
        let enforcer = pollster::block_on(Enforcer::new(model, ()));
        Self {
            enforcer: enforcer.expect("the model is well-formed"),
            consents: collect(consents),
        }
    }
}

impl Contender for Casbin {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| {
            let intervals = &self.consents[&(run.owner, run.kind)];
            let mut each = PURPOSES.iter().zip(intervals.0);
            each.all(|((purpose, _), interval)| {
                let times = [captured, run.released, interval.since, interval.until];
                let request = || self.enforcer.enforce(times.map(number).to_vec());
                !run.purposes.contains(*purpose) || request().expect("the rule has no errors")
            })
        })
    }
}

fn number(time: Time) -> Dynamic {
    let millis = i32::try_from(time.as_micros() / 1000);
    Dynamic::from(millis.expect("no time is out of range"))
}
