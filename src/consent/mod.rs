//! The law as code: what people were shown, what they agreed to, what was narrowed, and what that makes of their consent.

mod effective;
mod grant;
mod notice;
mod refusal;
mod restriction;
mod signature;

pub(crate) use effective::{Act, Consents, Effective};
pub use grant::{Authority, Grant, Method, Scope};
pub use notice::{Digest, Notice};
pub use refusal::Refusal;
pub(crate) use restriction::{Restrainer, Restrictions};
pub use signature::{Challenge, PublicKey, Signed};
