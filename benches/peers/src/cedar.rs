//! cedar-policy: a stream is a resource with its owner's consent as attributes, an outlet a principal.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use framegate::Time;

use crate::{
    contender::Contender,
    scene::{Consents, Interval, Intervals, Key, OUTLETS, PURPOSES, Run},
};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    release: EntityUid,
    outlets: Vec<EntityUid>,
    streams: HashMap<Key, EntityUid>,
}

impl Cedar {
    pub fn new(consents: &Consents) -> Self {
        let outlets: Vec<_> = (0..OUTLETS.len())
            .map(|index| uid("Outlet", &index.to_string()))
            .collect();
        let streams: HashMap<_, _> = consents
            .keys()
            .map(|key| (*key, uid("Stream", &format!("{}/{}", key.0, key.1))))
            .collect();
        let outlet = |(uid, purposes): (&EntityUid, _)| entity(uid, wanted(purposes));
        let stream = |(key, all)| entity(&streams[key], granted(all));
        let entities = outlets.iter().zip(OUTLETS).map(outlet);
        let entities = entities.chain(consents.iter().map(stream));
        Self {
            authorizer: Authorizer::new(),
            policies: include_str!("consent.cedar")
                .parse()
                .expect("the policy is well-formed"),
            entities: Entities::from_entities(entities, None).expect("each is there once"),
            release: uid("Action", "release"),
            outlets,
            streams,
        }
    }
}

impl Contender for Cedar {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| {
            let context = Context::from_pairs([
                ("captured".to_owned(), long(captured)),
                ("released".to_owned(), long(run.released)),
            ]);
            let request = Request::new(
                self.outlets[run.outlet].clone(),
                self.release.clone(),
                self.streams[&(run.owner, run.kind)].clone(),
                context.expect("its names differ"),
                None,
            );
            let request = request.expect("there is no schema to break");
            let response = self
                .authorizer
                .is_authorized(&request, &self.policies, &self.entities);
            response.decision() == Decision::Allow
        })
    }
}

type Attributes = HashMap<String, RestrictedExpression>;

/// Whether an outlet is for each of the purposes.
fn wanted(purposes: framegate::Purposes) -> Attributes {
    let each = PURPOSES.iter().map(|(purpose, name)| {
        let wants = purposes.contains(*purpose);
        ((*name).to_owned(), RestrictedExpression::new_bool(wants))
    });
    each.collect()
}

fn granted(intervals: &Intervals) -> Attributes {
    let each = PURPOSES.iter().zip(intervals.0);
    let each = each.filter(|(_, interval)| *interval != Interval::NONE);
    let record = |((_, name), interval): (&(_, &str), Interval)| {
        let record = RestrictedExpression::new_record([
            ("since".to_owned(), long(interval.since)),
            ("until".to_owned(), long(interval.until)),
        ]);
        ((*name).to_owned(), record.expect("its names differ"))
    };
    each.map(record).collect()
}

fn long(time: Time) -> RestrictedExpression {
    RestrictedExpression::new_long(time.as_micros())
}

fn uid(kind: &str, id: &str) -> EntityUid {
    let uid = format!("{kind}::\"{id}\"");
    uid.parse().expect("it is well-formed")
}

fn entity(uid: &EntityUid, attributes: Attributes) -> Entity {
    let entity = Entity::new(uid.clone(), attributes, HashSet::new());
    entity.expect("attributes are plain values")
}
