//! The law as code: what people were shown, what they agreed to, what was narrowed, and what that makes of their consent.

mod consents;
mod grant;
mod notice;
mod refusal;
mod restriction;
mod rules;
mod signature;

pub(crate) use consents::Consents;
pub use grant::{Authority, Grant, Method, Scope};
pub(crate) use notice::Shown;
pub use notice::{Digest, Notice};
pub use refusal::Refusal;
pub(crate) use restriction::{Restrainer, Restrictions};
pub(crate) use rules::{Act, Effective, agrees, covers};
pub use signature::{Challenge, PublicKey, Signed};
