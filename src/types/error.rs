use crate::types::{
    argument::{Argument, Object, Resource},
    authority::Authority,
    refusal::Refusal,
    signer_error::SignerError,
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
    #[error("grant refused in the name of the {}: {}", .1.name(), .0.explanation())]
    Refused(Refusal, Authority),
    /// A grant for kinds or purposes that its notice does not describe.
    #[error("scope beyond the notice: grant no more than it describes")]
    BeyondNotice,
    /// No such notice was shown.
    #[error("unknown notice: show it first")]
    UnknownNotice,
    /// The notice has been superseded.
    #[error("superseded notice: show the present one and ask again")]
    StaleNotice,
    /// Recognising who somebody is needs a statement of the person's own, not a click (GDPR Art. 9(2)(a)).
    #[error("purpose IDENTIFY needs an explicit statement: typed, spoken or signed, not clicked")]
    NotExplicit,
    /// Not a key, a weak one, or not the one that this id joined with before.
    #[error(
        "invalid key, or not the key that this id joined with before: pass that key, or an Ed25519 public key for a new id"
    )]
    WrongKey,
    /// A notice of the same text with another content is there already.
    #[error(
        "conflicting notice: one of the same text is there with other fields, or superseded; change its text"
    )]
    ConflictingNotice,
    /// The participant is not, or no longer, in this meeting.
    #[error(
        "unknown participant: nobody of this handle or id is in the meeting; pass a handle of this meeting, or an id that joined"
    )]
    UnknownParticipant,
    /// Somebody of this id is in the meeting already.
    #[error(
        "duplicate id: somebody of this id is in the meeting; give each person an id of their own"
    )]
    AlreadyJoined,
    /// Somebody was named as their own guardian.
    #[error("guardian and participant have the same id: name the guardian by an id of their own")]
    OwnGuardian,
    /// The id joined with a guardian before, and this is without one or with another.
    #[error(
        "guardian differs from the one that this id joined with before: name that one, who consents for it as long as the meeting lasts"
    )]
    WrongGuardian,
    /// Participants and guardians withdraw; restricting is for the host, an administrator and the vendor.
    #[error("the {} cannot restrict: withdraw instead", .0.name())]
    NotARestrainer(Authority),
    /// An empty id, name or set.
    #[error("empty {0}: fill it in")]
    Empty(Argument),
    /// A third party's name has a control character, such as a line feed, so that it could be read as several.
    #[error("control character, such as a line feed, in a third party's name: leave it out")]
    ControlCharacter,
    /// A time out of range or more than a day ahead of the meeting's, or an end that is not in the future.
    #[error(
        "time out of range: negative, 49.7 days or more, more than a day ahead of the meeting's (announce that with `advance`), or an end that is not in the future"
    )]
    Time,
    /// A format that does not fit the stream's kind ([`Format::fits`](crate::format::Format::fits)), or that cannot be: with no channels,
    /// or a picture of no size or too large a one; or structural keys of a stream that is not of JSON; or a decoder configuration that cannot be read,
    /// of another profile than AAC-LC, or of another format than H.264, HEVC and AAC ([`StreamOptions::decoder_config`](crate::StreamOptions::decoder_config)).
    #[error(
        "invalid format: it does not fit the stream's kind (sound for audio; pictures for video, screen or whiteboard; text and JSON for what is written), \
         has no channels, a width or height outside 1 to 32,768, structural keys without JSON, or a decoder configuration that is none of its codec, or of another profile of AAC than AAC-LC; give the kind that the format is of, or another format"
    )]
    Format,
    /// Two fields of a schema have the same name.
    #[error("duplicate field name in a schema: give each field a name of its own")]
    DuplicateField,
    /// An outlet's purposes are not all the controller's own, or not all pairs with its recipient.
    #[error(
        "purposes do not belong to the outlet's recipient: name pairs of them with `third_party`"
    )]
    ForeignPurpose,
    /// Not one purpose of the controller's own.
    #[error("not exactly one purpose of the controller's own: name one pair at a time")]
    NotOnePurpose,
    /// There is no room for more of these.
    #[error("no room for more {0}: open the meeting with more room, or use fewer")]
    Full(Resource),
    /// No such stream or outlet.
    #[error("unknown {0}: use one of this meeting")]
    Unknown(Object),
    /// A grant or a lift was withdrawn or restricted again, in all its scope, while the ledger was being written, so nothing of it holds.
    #[error(
        "overtaken by a withdrawal or a restriction of the same while the ledger was being written: ask again"
    )]
    Overtaken,
    /// A meeting of this process has this instance already; with it, evidence of the one would pass for the other's.
    #[error("instance already used by a meeting of this process: draw another")]
    RepeatedInstance,
    /// The operating system gave no random bytes, so that no instance could be drawn.
    #[error("no random bytes for an instance: set one with `MeetingOptions::instance`")]
    Random,
    /// The ledger could not be written, so nothing was done.
    #[error("the ledger could not be written, so nothing was done: {0}; call again when it works")]
    Ledger(#[source] StoreError),
    /// The device's signer gave no signature that verifies. All else was done; the signature stays due.
    #[error("{0}; the entries are in the ledger, and the signature stays due")]
    Signer(#[source] SignerError),
    /// The meeting is over.
    #[error("meeting ended: open another")]
    Ended,
}
