//! The law as code: what people were shown, what they agreed to, what was narrowed, and what that makes of their consent.

mod consents;
mod grant;
mod message;
mod notice;
mod restriction;
mod rules;
mod scope;
mod signature;

pub use consents::Consent;
pub(crate) use consents::Consents;
pub use grant::{Grant, Method};
pub use notice::Notice;
pub(crate) use notice::Shown;
pub(crate) use restriction::{Restrainer, Restrictions};
pub(crate) use rules::{Act, check_notice, who_consents};
pub use scope::Scope;
pub use signature::{Challenge, PublicKey, Signed};
