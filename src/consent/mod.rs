//! The law as code: what people were shown, what they agreed to, what was narrowed, and what that makes of their consent.

mod effective;
mod grant;
mod notice;
mod restriction;

pub(crate) use effective::{Act, Consents, Effective};
pub use grant::{Authority, Grant, Method, Scope};
pub use notice::{Digest, Notice};
pub(crate) use restriction::{Restrainer, Restrictions};
