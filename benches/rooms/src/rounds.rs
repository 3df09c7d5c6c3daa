//! Rounds of all acts in a small room and in a large one.

use std::{
    fmt,
    str::FromStr,
    time::{Duration, Instant},
};

use crate::{acts::Act, room::Room};

pub const SMALL: usize = 100;
pub const LARGE: usize = 10_000;
pub const ROOMS: [usize; 2] = [SMALL, LARGE];

/// It is not done again after so long, with what comes before and after it.
const ENOUGH: Duration = Duration::from_millis(50);
/// So many that take no longer than this are timed at once, as the clock itself takes as long as a few.
const BATCH: u32 = 256;
const SHORT: Duration = Duration::from_micros(20);

pub struct Rooms {
    rooms: [Room; ROOMS.len()],
    turn: usize,
}

/// What an act took in a room of so many, on average over the calls of a round.
#[derive(Clone, Copy)]
pub struct Took {
    pub act: Act,
    pub people: usize,
    pub micros: f64,
}

impl Rooms {
    pub fn new() -> Self {
        Self {
            rooms: ROOMS.map(Room::full),
            turn: 0,
        }
    }

    pub fn round(&mut self) -> Vec<Took> {
        let mut took = Vec::new();
        for act in Act::ALL {
            for room in &mut self.rooms {
                took.push(Took {
                    act,
                    people: room.people.len(),
                    micros: measure(room, act, &mut self.turn),
                });
            }
        }
        took
    }
}

fn measure(room: &mut Room, act: Act, turn: &mut usize) -> f64 {
    let start = Instant::now();
    let (least, most) = match act {
        // Everybody agrees anew after each.
        Act::Supersede => (1, 500),
        // Each leaves two closed taps.
        Act::Leave => (5, 10),
        _ => (5, 500),
    };
    let (mut calls, mut took, mut batch) = (0, Duration::ZERO, 1);
    while calls < least || calls < most * batch && start.elapsed() < ENOUGH {
        *turn += 1;
        act.run(room, *turn, &mut |call| {
            let start = Instant::now();
            for _ in 0..batch {
                call();
            }
            let this = start.elapsed();
            took += this;
            calls += batch;
            if act.is_bare() && this < SHORT {
                batch = BATCH;
            }
        });
    }
    took.as_secs_f64() * 1e6 / f64::from(calls)
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let act = Act::ALL.into_iter().position(|act| act == self.act);
        let act = act.unwrap_or(Act::ALL.len());
        write!(f, "{act} {} {}", self.people, self.micros)
    }
}

impl FromStr for Took {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let mut parts = line.split(' ');
        let mut part = || parts.next().ok_or_else(|| format!("no figure: {line}"));
        let number = |part: &str| part.parse::<usize>().map_err(|error| error.to_string());
        let act = number(part()?)?;
        Ok(Self {
            act: *Act::ALL.get(act).ok_or("no act")?,
            people: number(part()?)?,
            micros: part()?.parse().map_err(|_| format!("no time: {line}"))?,
        })
    }
}
