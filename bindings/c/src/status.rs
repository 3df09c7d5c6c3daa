//! Statuses: one number for each thing that can be wrong, never used again for another.

use framegate::{
    Error, Refusal, TagError,
    ledger::{FileStoreError, LedgerError, LedgerFault},
    wire::WireError,
};

macro_rules! statuses {
    ($($status:ident = $number:literal, $message:literal;)*) => {
        /// Why a call failed. The numbers are those of the header.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        pub(super) enum Status { $($status = $number,)* }

        /// What a number means.
        pub(super) fn message(number: i32) -> &'static str {
            match number {
                0 => "success",
                $($number => $message,)*
                _ => "unknown status",
            }
        }

        #[cfg(test)]
        pub(super) const ALL: &[(&str, i32)] = &[$((stringify!($status), $number),)*];
    };
}

statuses! {
    Null = -1, "null pointer: an argument that is required is null";
    Misaligned = -2, "misaligned pointer: align it as its type requires";
    Size = -3, "struct size: set `size` to sizeof the struct, and members that this library does not know to 0";
    Number = -4, "unknown enum value, or a reserved member that is not 0: use the header's values, and set reserved members to 0";
    Utf8 = -5, "invalid UTF-8 in a string: pass UTF-8, with its length in bytes";
    Length = -6, "length or count out of range: the function's comment has its limits";
    ShortBuffer = -7, "buffer too short: the length parameter has the length required";
    TwoStores = -8, "two ledgers: name a file or a store's callback, not both";
    Handle = -9, "invalid handle: closed, wrong type, or never opened; pass one that is open";
    Foreign = -10, "argument of another meeting: use those that this meeting returned";
    Busy = -11, "called from within a store's callback: return from it first";
    Releasing = -12, "release under way: call framegate_tap_end() first";
    NotReleasing = -13, "no release under way to end: call framegate_tap_end() once after each release";
    Panic = -14, "internal fault: nothing was released, and the meeting is closed if the call was on one";
    File = -15, "file system error: check the path (a new ledger's file must not be there yet), permissions and free space";
    Overlap = -16, "the buffer overlaps the input: pass separate memory";
    Order = -17, "subjects out of order: sort them by id, each once";
    InUse = -19, "object in use by a call on another thread: let its calls not overlap";
    StillCalled = -20, "meeting closed from within a callback while another thread is in a callback of the meeting or in a call on it: keep what the callbacks use until that thread is out";
    Forked = -21, "handle opened before fork(): open another in this process";
    Random = -22, "no random numbers from the system: pass an instance of your own, or try again";
    NoSource = -23, "invalid source: changed, made up, or of another process; pass one that a release or framegate_source_meet() gave";
    LedgerHeld = -24, "ledger in use: another meeting, in this process or another, writes to it; close that first";
    NoLock = -25, "the ledger's file cannot be locked: use a file system that supports locks";
    LedgerShorter = -26, "the ledger's file is shorter than the ledger that was read: find out who cut it";
    LedgerReplaced = -27, "the file does not contain the ledger that was read: pass that ledger's own file";
    LedgerGoneOn = -28, "the ledger's file has more entries than were read: read it again";
    Beside = -29, "the ledger's .withdrawals file cannot be read: check its permissions and content";
    Leftover = -30, "a .withdrawals file of another ledger is beside the new ledger: move it away first";
    LedgerSeveralNames = -31, "the ledger's file has several names and a meeting writes to it: remove the names by which that meeting did not open it";

    Overreach = -32, "grant refused: only the participant, or their guardian if they have one, can consent; the attempt is in the ledger";
    Unsigned = -33, "grant refused: signature missing, though the participant joined with a key or the method is SIGNED; the attempt is in the ledger";
    ForeignMeeting = -34, "grant refused: signed for another meeting; the attempt is in the ledger";
    Replayed = -35, "grant refused: signed over an earlier challenge: ask framegate_meeting_challenge() for the present one; the attempt is in the ledger";
    WrongSignature = -36, "grant refused: the signature is not by the participant's key over this grant; the attempt is in the ledger";
    BeyondNotice = -37, "scope beyond the notice: grant no more than the notice describes";
    UnknownNotice = -38, "unknown notice: show it with framegate_meeting_show() first";
    StaleNotice = -39, "superseded notice: show the present one and ask again";
    NotExplicit = -40, "purpose IDENTIFY needs an explicit statement: method TYPED, SPOKEN or SIGNED";
    WrongKey = -41, "invalid key, or not the key that this id joined with before: pass that key, or an Ed25519 public key for a new id";
    ConflictingNotice = -42, "conflicting notice: one of the same digest is registered with other members, or superseded; change its text";
    UnknownParticipant = -43, "unknown participant: nobody of this handle or id is in the meeting; pass a handle of this meeting, or an id that joined";
    AlreadyJoined = -44, "duplicate id: a participant of this id is in the meeting; give each participant an id of their own";
    OwnGuardian = -45, "guardian and participant have the same id: name the guardian by an id of their own";
    NotARestrainer = -46, "authority cannot restrict: participants and guardians withdraw instead";
    Empty = -47, "empty argument: an id, a name or a set is empty, or an instance, a digest or a secret all zeros; fill it in";
    Time = -48, "time out of range: negative, 49.7 days or more, more than a day ahead of the meeting's clock (framegate_meeting_advance()), or an end that is not in the future";
    Format = -49, "invalid format: it does not fit the kind, has no channels, a width or height outside 1 to 32,768, structural keys on a stream that is not JSON, or a decoder configuration that is none of its codec; give the kind that the format is of, or another format";
    DuplicateField = -50, "duplicate field name in a schema: give each field a name of its own";
    ForeignPurpose = -51, "purposes do not belong to the outlet's recipient: name pairs with framegate_meeting_third_party()";
    NotOnePurpose = -52, "not exactly one purpose: name one third-party pair at a time";
    Full = -53, "no room for more: close some, or open the meeting with more room";
    Unknown = -54, "unknown stream or outlet in this meeting or ledger: pass one of it";
    Ledger = -55, "ledger not written: the store or the file system refused, and nothing was done; call again when it works";
    Ended = -56, "meeting ended: open another";
    Keyless = -57, "grant refused: signature given, but the participant joined without a key; the attempt is in the ledger";
    Overtaken = -58, "overtaken by a withdrawal or a restriction of the same while the store was writing: ask again; the attempt is in the ledger";
    WrongGuardian = -59, "guardian differs from the one that this id joined with before: name that one";
    AgreedEarlier = -60, "grant refused: `at` is before the participant joined, before the notice was shown, or before the last withdrawal; the attempt is in the ledger";
    ControlCharacter = -61, "control character, such as a line feed, in a recipient's name: leave it out";
    Signer = -62, "the device's signer gave no signature that verifies: the entries are in the ledger, and the signature stays due";
    TwoDevices = -63, "two devices: pass a secret key or a signer, not both";

    NotAnEntry = -64, "invalid ledger: a line is not an entry; read a copy that is as it was written";
    Broken = -65, "invalid ledger: a line does not follow from the line before, as lines were changed, moved or left out; read a copy that is as it was written";
    LineTime = -66, "invalid ledger: a line's time is earlier than the line before, or out of range; read a copy that is as it was written";
    Signature = -67, "invalid ledger: a device's signature does not verify; read a copy that is as it was written";
    ResumedEnd = -68, "meeting ended: its ledger cannot be resumed; withdraw with framegate_past_meeting_withdraw()";
    Unwritable = -69, "ledger cannot be continued: open a new one";
    Impossible = -70, "invalid ledger: an entry breaks the rules, so it was made up; rely on nothing in it";
    Anchor = -71, "the ledger does not have this head: entries were changed or cut off, or the head is another ledger's; read the ledger that the head is of, as it was written";

    FormerFormat = -72, "ledger of format 1 to 3, which does not say all that this one does: read it with the library that wrote it";
    LaterFormat = -73, "ledger of a later format: read it with a newer library";
    OtherMeeting = -74, "ledger of another meeting than the head's, perhaps with the same id: pass the ledger that the head is of";
    RepeatedInstance = -75, "instance already used in this process: draw another";

    NotCanonical = -77, "invalid ledger: a line is not in canonical form, as after another program rewrote its JSON; read a copy that is as it was written";

    TagVersion = -80, "unknown tag version: treat it as no consent";
    TagInvalid = -81, "invalid tag: treat it as no consent";

    WireFormat = -96, "malformed or truncated packet or unit: pass a whole one";
    NoTag = -97, "no tag present: treat it as no consent";
    SeveralTags = -98, "several tags present: none counts";
    ExtensionId = -99, "header extension id absent, ambiguous, or outside 1 to 255: pass the one that was negotiated";
    ForeignExtension = -100, "the packet has a header extension that is not of RFC 8285, or that cannot be in the two-byte form: send the tag in a packet without it";
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(Refusal::Overreach, _) => Self::Overreach,
            Error::Refused(Refusal::AgreedEarlier, _) => Self::AgreedEarlier,
            Error::Refused(Refusal::Unsigned, _) => Self::Unsigned,
            Error::Refused(Refusal::Keyless, _) => Self::Keyless,
            Error::Refused(Refusal::ForeignMeeting, _) => Self::ForeignMeeting,
            Error::Refused(Refusal::Replayed, _) => Self::Replayed,
            Error::Refused(Refusal::WrongSignature, _) => Self::WrongSignature,
            Error::BeyondNotice => Self::BeyondNotice,
            Error::UnknownNotice => Self::UnknownNotice,
            Error::StaleNotice => Self::StaleNotice,
            Error::NotExplicit => Self::NotExplicit,
            Error::WrongKey => Self::WrongKey,
            Error::ConflictingNotice => Self::ConflictingNotice,
            Error::UnknownParticipant => Self::UnknownParticipant,
            Error::AlreadyJoined => Self::AlreadyJoined,
            Error::OwnGuardian => Self::OwnGuardian,
            Error::WrongGuardian => Self::WrongGuardian,
            Error::NotARestrainer(_) => Self::NotARestrainer,
            Error::ControlCharacter => Self::ControlCharacter,
            Error::Empty(_) => Self::Empty,
            Error::Time => Self::Time,
            Error::Format => Self::Format,
            Error::DuplicateField => Self::DuplicateField,
            Error::ForeignPurpose => Self::ForeignPurpose,
            Error::NotOnePurpose => Self::NotOnePurpose,
            Error::Full(_) => Self::Full,
            Error::Unknown(_) => Self::Unknown,
            Error::Overtaken => Self::Overtaken,
            Error::RepeatedInstance => Self::RepeatedInstance,
            Error::Random => Self::Random,
            Error::Ledger(_) => Self::Ledger,
            Error::Signer(_) => Self::Signer,
            Error::Ended => Self::Ended,
        }
    }
}

impl From<FileStoreError> for Status {
    fn from(error: FileStoreError) -> Self {
        match error {
            FileStoreError::Io(_) => Self::File,
            FileStoreError::Held => Self::LedgerHeld,
            FileStoreError::NoLock(_) => Self::NoLock,
            FileStoreError::Shorter => Self::LedgerShorter,
            FileStoreError::Replaced => Self::LedgerReplaced,
            FileStoreError::GoneOn => Self::LedgerGoneOn,
            FileStoreError::Ledger(error) => error.into(),
            FileStoreError::Beside { .. } => Self::Beside,
            FileStoreError::Leftover => Self::Leftover,
            FileStoreError::SeveralNames => Self::LedgerSeveralNames,
        }
    }
}

impl From<LedgerError> for Status {
    fn from(error: LedgerError) -> Self {
        match error.what {
            LedgerFault::NotAnEntry => Self::NotAnEntry,
            LedgerFault::NotCanonical => Self::NotCanonical,
            LedgerFault::Broken => Self::Broken,
            LedgerFault::Time => Self::LineTime,
            LedgerFault::Signature => Self::Signature,
            LedgerFault::Ended => Self::ResumedEnd,
            LedgerFault::Unwritable => Self::Unwritable,
            LedgerFault::Impossible => Self::Impossible,
            LedgerFault::FormerFormat => Self::FormerFormat,
            LedgerFault::LaterFormat => Self::LaterFormat,
            LedgerFault::OtherMeeting => Self::OtherMeeting,
            LedgerFault::Anchor => Self::Anchor,
        }
    }
}

impl From<TagError> for Status {
    fn from(error: TagError) -> Self {
        match error {
            TagError::Version(_) => Self::TagVersion,
            TagError::Invalid => Self::TagInvalid,
            TagError::Length(_) => Self::Length,
        }
    }
}

impl From<WireError> for Status {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Malformed => Self::WireFormat,
            WireError::Absent => Self::NoTag,
            WireError::Several => Self::SeveralTags,
            // As long as it was said to be.
            WireError::Tag(TagError::Length(_)) => Self::TagInvalid,
            WireError::Tag(error) => error.into(),
            WireError::Id => Self::ExtensionId,
            WireError::Foreign => Self::ForeignExtension,
            WireError::NoRoom(_) => Self::ShortBuffer,
        }
    }
}
