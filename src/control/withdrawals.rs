//! Narrowing from anywhere, at once.

use crate::{
    control::{consent::Scope, core::Core, state::State},
    shared::settling::Settling,
    types::{authority::Authority, digest::Digest, error::Error, ids::Participant, time::Time},
};
use core::fmt;

/// A handle with which any thread narrows what a meeting's people agreed to: [`Meeting::withdrawals`](crate::Meeting::withdrawals).
///
/// None of its calls waits: not for a store that is slow or never returns, not for a grant, a join or a callback that is under way.
/// Once a call has returned, the consent that it narrowed releases no more frames, except those whose release was under way;
/// the [`Settling`] shows when these are over and the ledger has the entry.
///
/// It does not keep the meeting open: once that is dropped, everything is closed, and its calls fail with [`Error::Ended`].
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Authority, Error, Time};
///
/// # let scene::Scene { meeting, ada, scope, .. } = scene::scene();
/// let withdrawals = meeting.withdrawals();
/// let switch = std::thread::spawn(move || {
///     // Whatever another thread is doing with the meeting meanwhile.
///     withdrawals.withdraw(Authority::Participant, ada, scope, Time::from_millis(5_000))
/// });
/// let settling = switch.join().expect("no panic")?;
/// assert!(settling.is_settled());
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Withdrawals {
    pub(crate) core: Core,
}

impl Withdrawals {
    pub(crate) fn new(core: Core) -> Self {
        Self { core }
    }

    /// Refuses, or withdraws: as [`Meeting::withdraw`](crate::Meeting::withdraw).
    ///
    /// # Errors
    ///
    /// As there, and [`Error::Ended`] once the meeting was dropped.
    pub fn withdraw(
        &self,
        by: Authority,
        who: Participant,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        self.core
            .narrow(|state| state.withdraw(by, who, scope, now))
    }

    /// Closes everything of somebody who leaves: as [`Meeting::leave`](crate::Meeting::leave).
    ///
    /// # Errors
    ///
    /// As there, and [`Error::Ended`] once the meeting was dropped.
    pub fn leave(&self, who: Participant, now: Time) -> Result<Settling, Error> {
        self.core.narrow(|state| state.leave(who, now))
    }

    /// Restricts consent: as [`Meeting::restrict`](crate::Meeting::restrict).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn restrict(
        &self,
        by: Authority,
        whom: Option<Participant>,
        scope: Scope,
        now: Time,
    ) -> Result<Settling, Error> {
        self.core
            .narrow(|state| state.restrict(by, whom, scope, now))
    }

    /// Supersedes a notice: as [`Meeting::supersede`](crate::Meeting::supersede).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn supersede(&self, notice: Digest, now: Time) -> Result<Settling, Error> {
        self.core.narrow(|state| state.supersede(notice, now))
    }

    /// Ends the meeting: as [`Meeting::end`](crate::Meeting::end).
    pub fn end(&self) -> Settling {
        self.core.narrow_surely(State::end)
    }
}

impl fmt::Debug for Withdrawals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Withdrawals").finish_non_exhaustive()
    }
}
