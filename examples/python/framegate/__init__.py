"""framegate from Python: the C library by ctypes, with a class for each of its handles.

The library is the one that FRAMEGATE_LIBRARY names, else the one that is installed.
What framegate.h says of threads, times and lifetimes holds here too. Times are microseconds since the meeting's start.
"""

from ._c import Counters, Digest, Error, Head, Outlet, Participant, Stream
from .archive import Archived, Ledger, PastMeeting, Verifier
from .meeting import Field, Group, Meeting, Settling, Signed, digest_of
from .receive import CaptureClock, ntp_time, ntp_units
from .seal import Carried, MeetingKey, StreamKey, Subject
from .tag import Decision, TagFields, meet, read_tag
from .tap import Channel, Cleared, Complete, Contributors, Csrcs, Fault, Frame, Owner, Partial, Rectangle, Source, Sources, Span, Tap, record
from .words import NO_TIME, Authority, CanBlank, Entered, Finding, Format, Kind, Method, Purpose, StreamType, Verdict

__all__ = [
    "NO_TIME", "Archived", "Authority", "CanBlank", "CaptureClock", "Carried", "Channel", "Cleared", "Complete", "Contributors", "Counters", "Csrcs", "Decision", "Digest", "Entered", "Error", "Fault", "Field",
    "Finding", "Format", "Frame", "Group", "Head", "Kind", "Ledger", "Meeting", "MeetingKey", "Method", "Outlet", "Owner", "Partial", "Participant", "PastMeeting",
    "Purpose", "Rectangle", "Settling", "Signed", "Source", "Sources", "Span", "Stream", "StreamKey", "StreamType", "Subject", "TagFields", "Tap", "Verdict", "Verifier",
    "digest_of", "meet", "ntp_time", "ntp_units", "read_tag", "record",
]  # fmt: skip
