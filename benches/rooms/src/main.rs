//! What acts on consent take in a room of a hundred and in one of ten thousand, beside the build before if its program is named, in rooms of ever more people,
//! and what each person takes of memory: `bash benches/rooms/run`

mod acts;
mod before;
mod counting;
mod library;
mod report;
mod room;
mod rounds;
mod scaling;

use std::{env, io};

use before::Before;
use report::Quietest;
use rounds::Rooms;

const ROUNDS: usize = 8;

fn main() -> io::Result<()> {
    let mut before = env::args_os().nth(1).map(Before::start).transpose()?;
    println!("| bytes of a person | now | ef5fbcf | goal |\n|---|---|---|---|");
    for (ends, what) in counting::PERSONS {
        let now = counting::bytes_of_a_person(ends);
        let then = before.as_mut().map(Before::bytes).transpose()?;
        report::print_bytes(what, now, then);
    }

    let (mut now, mut then) = (Quietest::default(), Quietest::default());
    let mut rooms = Rooms::new();
    for _ in 0..ROUNDS {
        now.keep(rooms.round());
        if let Some(before) = &mut before {
            then.keep(before.round()?);
        }
    }
    drop(rooms);
    before.map_or(Ok(()), Before::end)?;
    report::print_acts(&now, &then);
    let quick = scaling::print();
    scaling::print_beside(quick);
    Ok(())
}
