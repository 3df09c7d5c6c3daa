//! What an error is about, so that it can be matched.

use core::fmt;

macro_rules! arguments {
    ($(#[$doc:meta])* $type:ident { $($(#[doc = $what:literal])* $value:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $type { $($(#[doc = $what])* $value,)* }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$value => $text,)* })
            }
        }
    };
}

arguments! {
    /// What must not be empty: [`Error::Empty`](crate::Error::Empty).
    Argument {
        /// An id, of a meeting, a person or a guardian.
        Id = "id",
        /// Room for people in a meeting.
        Room = "room for participants",
        /// A meeting's instance; all zeros are none.
        Instance = "instance",
        /// The time of day of a meeting's start; 1970's first microsecond is none.
        Started = "time of day of the meeting's start",
        /// A device's secret; all zeros are none.
        DeviceSecret = "device's secret",
        /// A meeting's secret, from which the keys of seals are made; all zeros are none.
        Secret = "secret",
        /// The scope of a notice, as far as its purposes have names.
        NoticeScope = "notice's scope",
        /// The scope of a grant.
        GrantScope = "grant's scope",
        /// The scope of a withdrawal.
        WithdrawalScope = "withdrawal's scope",
        /// The scope of a restriction, or of a lift.
        RestrictionScope = "restriction's scope",
        /// A third party's name.
        Recipient = "recipient",
        /// The people of a group.
        Group = "group",
        /// An outlet's name.
        OutletName = "outlet's name",
        /// An outlet's purposes.
        OutletPurposes = "outlet's purposes",
        /// The fields of a schema.
        Schema = "schema",
        /// The bits that a schema allows a minute.
        BitsPerMinute = "bits a minute",
        /// The name of a schema's field.
        FieldName = "field's name",
        /// The range of a schema's field.
        FieldRange = "field's range",
        /// The rate of a received stream's media clock.
        ClockRate = "clock rate",
        /// The error of two clocks that follow UTC; they are never the same.
        ClockError = "clock error",
        /// The longest that something is on its way; something always is.
        WorstDelay = "worst delay",
    }
}

arguments! {
    /// What there is no more room for: [`Error::Full`](crate::Error::Full).
    Resource {
        /// People at a time, in a meeting or a group.
        Participants = "participants",
        /// Streams of a meeting.
        Streams = "streams",
        /// Taps of a meeting.
        Taps = "taps",
        /// Consents of one person, or of a meeting, that began or end at different times.
        Consents = "consents of different times",
        /// Outlets of a meeting.
        Outlets = "outlets",
        /// Third parties' purposes of a meeting: seven.
        ThirdPartyPurposes = "third-party purposes",
        /// Fields of a schema: [`MAX_FIELDS`](crate::format::MAX_FIELDS).
        Fields = "fields",
        /// Sources of a transport that have not ended: [`SourceMap`](crate::receive::SourceMap).
        Sources = "sources",
    }
}

arguments! {
    /// What a meeting does not know: [`Error::Unknown`](crate::Error::Unknown).
    Object {
        /// A stream.
        Stream = "stream",
        /// An outlet.
        Outlet = "outlet",
        /// A settling of this meeting.
        Settling = "settling",
        /// A refusal.
        Refusal = "refusal",
    }
}
