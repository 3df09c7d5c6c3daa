//! Groups: people who are in many frames together.

use alloc::vec::Vec;

use super::{
    answer::answer,
    gate::{Shared, call},
    handle::HotObjects,
    memory::{Handle, In, Out},
    status::Status,
    words::Person,
};
use framegate::Group;

pub(super) static GROUPS: HotObjects<Group, 5> = HotObjects::new();

#[unsafe(no_mangle)]
extern "C" fn framegate_group_open(
    meeting: Handle<Shared>,
    people: In<'_, Person>,
    count: usize,
    group: Out<'_, Handle<Group>>,
) -> i32 {
    answer(group, |room| {
        let people = people.array(count)?;
        let group = call(meeting, |gate| {
            let people: Result<Vec<_>, Status> =
                people.iter().map(|who| gate.person(*who)).collect();
            Ok(gate.meeting.group(&people?)?)
        })?;
        room.put(GROUPS.insert(group)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_group_close(group: Handle<Group>) -> i32 {
    answer((), |()| GROUPS.remove(group).map(drop))
}
