//! The law as code: what people were shown, what they agreed to, what was narrowed, and what that makes of their consent.

mod consents;
mod grant;
mod notice;
mod restriction;
mod rules;
mod signature;

pub(crate) use consents::Consents;
pub use grant::{Grant, Method, Scope};
pub(crate) use notice::Shown;
pub use notice::{Digest, Notice};
pub(crate) use restriction::{Restrainer, Restrictions};
pub(crate) use rules::{Act, agrees, covers};
pub use signature::{Challenge, PublicKey, Signed};
