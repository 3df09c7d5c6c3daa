use crate::types::{
    argument::{Argument, Object, Resource},
    authority::Authority,
    refusal::Refusal,
    store_error::StoreError,
};

/// Why a meeting did not do what was asked. A failed call never widens anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
// For the bindings of this repository a new case must break their build.
#[cfg_attr(
    feature = "binding",
    expect(clippy::exhaustive_enums, reason = "a new case must get a status")
)]
#[cfg_attr(not(feature = "binding"), non_exhaustive)]
pub enum Error {
    /// Somebody tried to agree who cannot, or not in this way (R2). The attempt is in the ledger.
    #[error("the {} cannot agree: {}", .1.name(), .0.explanation())]
    Refused(Refusal, Authority),
    /// A grant for kinds or purposes that its notice does not describe.
    #[error("more than the notice describes")]
    BeyondNotice,
    /// No such notice was shown.
    #[error("no notice of this digest")]
    UnknownNotice,
    /// The notice has been superseded.
    #[error("the notice has been superseded")]
    StaleNotice,
    /// Recognising who somebody is needs a statement of the person's own, not a click (GDPR Art. 9(2)(a)).
    #[error("identifying somebody needs a statement of their own, not a click")]
    NotExplicit,
    /// Not a key, a weak one, or not the one that this id joined with before.
    #[error("not the key that this id joined with before, or no valid one")]
    WrongKey,
    /// A notice of the same text with another content is there already.
    #[error("a notice of the same text, but otherwise different or superseded, is there already")]
    ConflictingNotice,
    /// The participant is not, or no longer, in this meeting.
    #[error("no such participant in the meeting")]
    UnknownParticipant,
    /// Somebody of this id is in the meeting already.
    #[error("somebody of this id is in the meeting already")]
    AlreadyJoined,
    /// Somebody was named as their own guardian.
    #[error("nobody is their own guardian")]
    OwnGuardian,
    /// The id joined with a guardian before, and this is without one or with another.
    #[error(
        "the id joined with another guardian before, who agrees for it as long as the meeting lasts"
    )]
    WrongGuardian,
    /// Participants and guardians withdraw; restricting is for the host, an administrator and the vendor.
    #[error("the {} withdraws instead of restricting", .0.name())]
    NotARestrainer(Authority),
    /// An empty id, name or set.
    #[error("the {0} must not be empty")]
    Empty(Argument),
    /// A third party's name has a control character, such as a line feed, so that it could be read as several.
    #[error("a third party's name has a control character, such as a line feed")]
    ControlCharacter,
    /// A time out of range or more than a day ahead of the meeting's, or an end that is not in the future.
    #[error(
        "a time is out of range or more than a day ahead of the meeting's (announce that with `advance`), or an end not in the future"
    )]
    Time,
    /// A format that does not fit the stream's kind ([`Format::fits`](crate::format::Format::fits)), or that cannot be: with no channels,
    /// or a picture of no size or too large a one; or structural keys of a stream that is not of JSON.
    #[error(
        "the stream's format does not fit its kind (sound is audio, pictures are video, screen or whiteboard, text and JSON are what is written), \
         or has no channels, a picture of no size or beyond 32,768 a side, or structural keys without JSON: give the kind that the format is of, or another format"
    )]
    Format,
    /// Two fields of a schema have the same name.
    #[error("two fields of the same name")]
    DuplicateField,
    /// An outlet's purposes are not all the controller's own, or not all pairs with its recipient.
    #[error("an outlet's purposes must all be its recipient's")]
    ForeignPurpose,
    /// Not one purpose of the controller's own.
    #[error("a third party's purpose is named by one purpose at a time")]
    NotOnePurpose,
    /// No more of these can be had.
    #[error("no room for more {0}")]
    Full(Resource),
    /// No such stream or outlet.
    #[error("no such {0} in this meeting")]
    Unknown(Object),
    /// What was agreed to, or taken back, was withdrawn or restricted again while the ledger was being written, so nothing of it holds.
    #[error("overtaken by a withdrawal or a restriction of the same")]
    Overtaken,
    /// A meeting of this process has this instance already; with it, evidence of the one would pass for the other's.
    #[error("the instance is that of a meeting of this process already: draw another")]
    RepeatedInstance,
    /// The operating system gave no random bytes, so that no instance could be drawn.
    #[error("no random bytes for an instance: give one of your own")]
    Random,
    /// The ledger could not be written, so nothing was done.
    #[error("the ledger could not be written: {0}")]
    Ledger(#[source] StoreError),
    /// The meeting is over.
    #[error("the meeting is over")]
    Ended,
}
