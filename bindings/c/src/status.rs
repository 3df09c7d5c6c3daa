//! Statuses: one number for each thing that can be wrong, never used again for another.

use framegate::{
    Error, FileStoreError, LedgerError, LedgerFault, Refusal, TagError, wire::WireError,
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
                0 => "all is well",
                $($number => $message,)*
                _ => "an unknown status",
            }
        }

        #[cfg(test)]
        pub(super) const ALL: &[(&str, i32)] = &[$((stringify!($status), $number),)*];
    };
}

statuses! {
    Null = -1, "a pointer is null that must not be";
    Misaligned = -2, "a pointer is not aligned as its type is";
    Size = -3, "a struct is too short, or has something in it that this library does not know";
    Number = -4, "a number stands for nothing";
    Utf8 = -5, "a string is not UTF-8";
    Length = -6, "a length or a count is larger than can be";
    ShortBuffer = -7, "there is no room for the result";
    TwoStores = -8, "a ledger goes to a file or to a store, not to both";
    Handle = -9, "a handle of nothing, of something else, or of what is closed";
    Foreign = -10, "of another meeting";
    Busy = -11, "called from within a store's callback";
    Releasing = -12, "the tap's release before was never ended";
    NotReleasing = -13, "no release is under way that could be ended";
    Panic = -14, "an internal fault";
    File = -15, "the file system refused";
    Overlap = -16, "a buffer overlaps what is to be copied into it";
    Order = -17, "people's ids are not in order, or one of them is there twice";
    StillCalled = -20, "closed from within a callback, and another thread is still in a callback of the meeting or in a call on it";
    Forked = -21, "a handle from before the process was forked";
    Random = -22, "the system gave no random numbers: give an instance of your own, or try again";
    NoSource = -23, "a source that came out of no release of this library in this process, or was changed since";
    LedgerHeld = -24, "a meeting writes this ledger, in this process or another";
    NoLock = -25, "the ledger's file cannot be locked where it is";
    LedgerShorter = -26, "the file is shorter than the ledger that was read";
    LedgerReplaced = -27, "the file does not hold the ledger that was read";
    LedgerGoneOn = -28, "the ledger has gone on since it was read: read it again";
    Beside = -29, "what lies beside the ledger, in the file that ends in .withdrawals, cannot be read";
    Leftover = -30, "withdrawals from another ledger lie beside the new one";
    LedgerSeveralNames = -31, "a meeting writes the ledger, and its file has several names: remove those by which that meeting did not open it";

    Overreach = -32, "only the person can agree, or their guardian if they have one";
    Unsigned = -33, "nothing is signed, though the person joined with a key or is said to have signed";
    ForeignMeeting = -34, "what is signed is of another meeting";
    Replayed = -35, "what is signed is over an earlier challenge";
    WrongSignature = -36, "the signature is not by the person's key over this grant";
    BeyondNotice = -37, "more than the notice describes";
    UnknownNotice = -38, "no notice of this digest";
    StaleNotice = -39, "the notice has been superseded";
    NotExplicit = -40, "identifying somebody needs a statement of their own, not a click";
    WrongKey = -41, "not the key that this id joined with before, or no valid one";
    ConflictingNotice = -42, "a notice of the same text, but otherwise different or superseded, is there already";
    UnknownParticipant = -43, "no such participant in the meeting";
    AlreadyJoined = -44, "somebody of this id is in the meeting already";
    OwnGuardian = -45, "nobody is their own guardian";
    NotARestrainer = -46, "participants and guardians withdraw instead of restricting";
    Empty = -47, "an id, a name or a set is empty that must not be, or an instance or a secret all zeros";
    Time = -48, "a time is out of range or more than a day ahead of the meeting's, or an end not in the future";
    Format = -49, "the stream's format does not fit its kind, or has no channels, a picture of no size or beyond 32,768 a side, or keys of what is no JSON";
    DuplicateField = -50, "two fields of the same name";
    ForeignPurpose = -51, "an outlet's purposes must all be its recipient's";
    NotOnePurpose = -52, "a third party's purpose is named by one purpose at a time";
    Full = -53, "no room for more of these";
    Unknown = -54, "no such stream or outlet in this meeting";
    Ledger = -55, "the ledger could not be written";
    Ended = -56, "the meeting is over";
    Keyless = -57, "the person joined without a key, and something is signed";
    Overtaken = -58, "overtaken by a withdrawal or a restriction of the same, so nothing of it holds";
    WrongGuardian = -59, "the id joined with another guardian before, who agrees for it as long as the meeting lasts";
    AgreedEarlier = -60, "agreed before the person came, before the notice was shown, or before the last withdrawal of it";
    ControlCharacter = -61, "a third party's name has a control character, such as a line feed";

    NotAnEntry = -64, "a line is not an entry";
    Broken = -65, "a line does not follow from the line before";
    LineTime = -66, "a line's time is earlier than that of the line before, or out of range";
    Signature = -67, "a device's signature does not hold";
    ResumedEnd = -68, "the meeting has ended and cannot be resumed";
    Unwritable = -69, "the ledger cannot be written on";
    Impossible = -70, "something that cannot have happened there";
    Anchor = -71, "not the ledger that the head is of";

    FormerFormat = -72, "a ledger of format 1, which names no instance of its meeting";
    LaterFormat = -73, "a ledger of a later format than this library knows";
    OtherMeeting = -74, "the ledger of another meeting than the head's, perhaps of the same id";
    RepeatedInstance = -75, "the instance is that of a meeting of this process already";

    NotCanonical = -77, "a line is not in the one form in which lines are written";

    TagVersion = -80, "a tag of another version";
    TagInvalid = -81, "not a tag that can be written";

    WireFormat = -96, "a packet or a unit is not of its format, or cut short";
    NoTag = -97, "there is no tag";
    SeveralTags = -98, "there are several tags, so none of them counts";
    ExtensionId = -99, "not an id that an extension can have, or not just one";
    ForeignExtension = -100, "a header extension of another kind is there already";
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
            Error::Ledger => Self::Ledger,
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
