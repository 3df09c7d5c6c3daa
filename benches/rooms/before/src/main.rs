//! Tells what a person takes in memory, and the figures of a round of all acts for each line that it reads.

#[path = "../../src/acts.rs"]
mod acts;
#[path = "../../src/counting.rs"]
mod counting;
mod library;
#[path = "../../src/room.rs"]
mod room;
#[path = "../../src/rounds.rs"]
mod rounds;

use std::io::{self, stdin};

fn main() -> io::Result<()> {
    for (ends, _) in counting::PERSONS {
        println!("{}", counting::bytes_of_a_person(ends));
    }
    let mut rooms = rounds::Rooms::new();
    for line in stdin().lines() {
        line?;
        for took in rooms.round() {
            println!("{took}");
        }
    }
    Ok(())
}
