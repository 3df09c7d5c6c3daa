//! The build before, in a process of its own.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{
    acts::Act,
    rounds::{ROOMS, Took},
};

pub struct Before {
    child: Child,
    asks: ChildStdin,
    tells: BufReader<ChildStdout>,
}

impl Before {
    pub fn start(program: OsString) -> io::Result<Self> {
        let piped = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = piped?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (asks, tells) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self {
            child,
            asks,
            tells: BufReader::new(tells),
        })
    }

    /// What the next person takes of memory: one who agreed for good, then one with an end.
    pub fn bytes(&mut self) -> io::Result<usize> {
        self.line()?.parse().map_err(io::Error::other)
    }

    /// Has it measure a round.
    pub fn round(&mut self) -> io::Result<Vec<Took>> {
        writeln!(self.asks)?;
        let figures = Act::ALL.len() * ROOMS.len();
        let took = |_| self.line()?.parse().map_err(io::Error::other);
        (0..figures).map(took).collect()
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.tells.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    pub fn end(self) -> io::Result<()> {
        let Self {
            mut child, asks, ..
        } = self;
        drop(asks);
        let status = child.wait()?;
        let failed = || io::Error::other(format!("the build before: {status}"));
        status.success().then_some(()).ok_or_else(failed)
    }
}
