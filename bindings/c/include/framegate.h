/* framegate: a consent gate for conferencing media. The C interface, C11 and C++17.
 *
 * A meeting is the control half: people join, agree and withdraw. A tap is the hot half: it leads one stream into
 * one outlet, and every frame goes through framegate_tap_admit() before the outlet receives a byte. All rules of the
 * library hold here too. The conventions of all functions, in seven paragraphs:
 *
 * 1. Results. Every function fails closed: it returns FRAMEGATE_OK, or a negative status that
 * framegate_error_message() explains, in which case nothing was released, no consent became wider, and nothing was
 * written past a length. Answers, truths and counts go through out parameters, so that no error reads as a yes; only
 * functions that return a version, a name or a remedy return no status. Withdrawing, leaving, ending and superseding
 * always take effect, even when the call returns an error about its out parameter. Numbers are never reused.
 *
 * 2. Out parameters are cleared before anything else is checked: handles, numbers, lengths and times become 0,
 * truths false, and tags, seals, digests and structs zeros, which clear nothing. After an error they stay so, and
 * arrays and buffers are zeros over their stated length, unless the function's comment says otherwise. An out
 * parameter that is misaligned is an error, and so is null unless the comment allows it.
 *
 * 3. Values. A forgotten member is no yes: 0 is no kind, purpose, method, authority, type, format or handle, and a
 * struct of zeros gives nothing away. Times are microseconds since the meeting's start, from one steady clock for
 * the whole meeting; the library has none. A time that is negative, or 49.7 days or more, is out of range: such
 * a frame is withheld, such a grant refused, and such a withdrawal counts as made now. Strings are UTF-8 with a
 * length; no zero is needed at the end. Enumerations are named types, but members and parameters that hold one are
 * uint32_t or int32_t, as the size of an enum is the compiler's choice. Structs that may grow begin with their size:
 * set `size` to sizeof the struct and every other member that is not needed to 0. A struct from a later header is
 * accepted if the members unknown to this library are 0. In an array all have the same size.
 *
 * 4. Memory. The caller ensures what cannot be checked. A pointer that is not null leads to as many bytes as its
 * type or its length states, initialised if they are read; nobody changes them during the call; and what the library
 * writes to overlaps nothing else that is passed. Nothing passed in is kept after the call, except callbacks and
 * their `user`. A callback and its `user` must stay valid until framegate_meeting_close() has returned; if that
 * returns STILL_CALLED, until the other thread has come out of the callback or the call. A callback may be called on
 * any thread that calls the library, and on the one that framegate_settling_wait() starts. It must not throw, nor
 * leave by longjmp().
 *
 * 5. Handles are numbers, not addresses; 0 is none. A handle that was closed, has another type or was made up gives
 * FRAMEGATE_ERROR_HANDLE. So does a handle of another copy of this library in the process (a program and a plugin
 * that are linked with one each), or of another process: each copy numbers from a start of its own, drawn at random.
 * Participants, streams and outlets know their meeting: one of another meeting gives FRAMEGATE_ERROR_FOREIGN, and
 * counts in a frame as an unknown person. A framegate_source must be this library's, of this process, and unchanged,
 * or a frame that names it is withheld.
 *
 * 6. Threads. Functions of meetings, settlings, ledgers, verifiers, keys, tags, packets and descriptions may be
 * called from any thread, at the same time too. The calls of one meeting wait for each other, except
 * framegate_meeting_withdraw(), _leave(), _restrict(), _supersede() and _end(), which are in force at once whatever
 * other calls, stores and callbacks are doing. A tap may be on any one thread at a time: its calls must not overlap.
 * So it is with a capture clock and a source map, where a call that overlaps with another gives
 * FRAMEGATE_ERROR_IN_USE. Closing a tap, a group, a stream key, a capture clock or a source map must not overlap with
 * a call that uses it. Calls on these, except opening and closing, never allocate, lock, call the system or wait; nor
 * do calls that read or write a tag, take a packet apart, or join tags or sources.
 *
 * 7. Processes. If the library panics, the call returns FRAMEGATE_ERROR_PANIC, and a meeting that it was in is
 * closed with all its taps; that needs unwinding, as in what `make install` builds. Where a panic aborts, the
 * process ends instead, and releases nothing more either. dlclose() is safe after the last handle is closed and no
 * call is under way: the library keeps nothing in the caller's threads, and the only thread that it starts, which
 * offers a store its lines during framegate_settling_wait(), is over when framegate_meeting_close() has returned, if
 * that was not called from within a callback. After fork() of the C library (POSIX) the child has none of its
 * parent's handles: every call with one gives FRAMEGATE_ERROR_FORKED there, at once, whatever other threads were
 * doing, and no tap releases anything, as no withdrawal in the parent would reach it. People, streams and outlets
 * are those of no meeting of the child's, and sources none. The child may open meetings, keys, ledgers and verifiers
 * of its own, and has nothing to close; in the parent nothing changes. If no thread was using a meeting at that
 * moment, its ledger's file is closed in the child. That holds once the first call that opened something has
 * returned. A callback in which the process was forked must not return in the child. After vfork(), _Fork() or a
 * system call of one's own, the child must not call the library before exec(). */
#ifndef FRAMEGATE_H
#define FRAMEGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Truths that the library writes are one byte, 0 or 1. */
#ifdef __cplusplus
static_assert(sizeof(bool) == 1, "a bool of one byte");
#else
_Static_assert(sizeof(bool) == 1, "a bool of one byte");
#endif

#if defined(__cplusplus)
#define FRAMEGATE_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define FRAMEGATE_NODISCARD __attribute__((warn_unused_result))
#else
#define FRAMEGATE_NODISCARD
#endif

/* Exports a function from the library; define it beforehand for compilers that need another word. */
#ifndef FRAMEGATE_API
#if defined(__GNUC__)
#define FRAMEGATE_API __attribute__((visibility("default")))
#else
#define FRAMEGATE_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions, statuses ---- */

/* The version of this interface. It is raised whenever a program built with an earlier header could not run as
 * before. */
#define FRAMEGATE_ABI_VERSION 5u

/* Returns the version of the library that is loaded: compare it with FRAMEGATE_ABI_VERSION before anything else. Any
 * thread. Never fails. */
FRAMEGATE_API uint32_t framegate_abi_version(void);

/* 0, or one of FRAMEGATE_ERROR_…. Compilers warn if one is ignored, except for closing and
 * framegate_tap_end(). */
typedef int32_t framegate_status;

typedef enum framegate_status_code {
  FRAMEGATE_OK = 0,

  /* Arguments and state of the call. */

  /* null pointer: an argument that is required is null */
  FRAMEGATE_ERROR_NULL = -1,
  /* misaligned pointer: align it as its type requires */
  FRAMEGATE_ERROR_MISALIGNED = -2,
  /* struct size: set `size` to sizeof the struct, and members that this library does not know to 0 */
  FRAMEGATE_ERROR_SIZE = -3,
  /* unknown enum value, or a reserved member that is not 0: use the header's values, and set reserved members to 0 */
  FRAMEGATE_ERROR_NUMBER = -4,
  /* invalid UTF-8 in a string: pass UTF-8, with its length in bytes */
  FRAMEGATE_ERROR_UTF8 = -5,
  /* length or count out of range: the function's comment has its limits */
  FRAMEGATE_ERROR_LENGTH = -6,
  /* buffer too short: the length parameter has the length required */
  FRAMEGATE_ERROR_SHORT_BUFFER = -7,
  /* two ledgers: name a file or a store's callback, not both */
  FRAMEGATE_ERROR_TWO_STORES = -8,
  /* invalid handle: closed, wrong type, or never opened; pass one that is open */
  FRAMEGATE_ERROR_HANDLE = -9,
  /* argument of another meeting: use those that this meeting returned */
  FRAMEGATE_ERROR_FOREIGN = -10,
  /* called from within a store's callback: return from it first */
  FRAMEGATE_ERROR_BUSY = -11,
  /* release under way: call framegate_tap_end() first */
  FRAMEGATE_ERROR_RELEASING = -12,
  /* no release under way to end: call framegate_tap_end() once after each release */
  FRAMEGATE_ERROR_NOT_RELEASING = -13,
  /* internal fault: nothing was released, and the meeting is closed if the call was on one */
  FRAMEGATE_ERROR_PANIC = -14,
  /* file system error: check the path (a new ledger's file must not be there yet), permissions and free space */
  FRAMEGATE_ERROR_FILE = -15,
  /* the buffer overlaps the input: pass separate memory */
  FRAMEGATE_ERROR_OVERLAP = -16,
  /* subjects out of order: sort them by id, each once */
  FRAMEGATE_ERROR_ORDER = -17,
  /* object in use by a call on another thread: let its calls not overlap */
  FRAMEGATE_ERROR_IN_USE = -19,
  /* meeting closed from within a callback while another thread is in a callback of the meeting or in a call on it:
     keep what the callbacks use until that thread is out */
  FRAMEGATE_ERROR_STILL_CALLED = -20,
  /* handle opened before fork(): open another in this process */
  FRAMEGATE_ERROR_FORKED = -21,
  /* no random numbers from the system: pass an instance of your own, or try again */
  FRAMEGATE_ERROR_RANDOM = -22,
  /* invalid source: changed, made up, or of another process; pass one that a release or framegate_source_meet()
     gave */
  FRAMEGATE_ERROR_NO_SOURCE = -23,

  /* Of a ledger's file, which has one writer at a time. Nothing in it was changed. */
  /* ledger in use: another meeting, in this process or another, writes to it; close that first */
  FRAMEGATE_ERROR_LEDGER_HELD = -24,
  /* the ledger's file cannot be locked: use a file system that supports locks */
  FRAMEGATE_ERROR_NO_LOCK = -25,
  /* the ledger's file is shorter than the ledger that was read: find out who cut it */
  FRAMEGATE_ERROR_LEDGER_SHORTER = -26,
  /* the file does not contain the ledger that was read: pass that ledger's own file */
  FRAMEGATE_ERROR_LEDGER_REPLACED = -27,
  /* the ledger's file has more entries than were read: read it again */
  FRAMEGATE_ERROR_LEDGER_GONE_ON = -28,
  /* the ledger's .withdrawals file cannot be read: check its permissions and content */
  FRAMEGATE_ERROR_BESIDE = -29,
  /* a .withdrawals file of another ledger is beside the new ledger: move it away first */
  FRAMEGATE_ERROR_LEFTOVER = -30,
  /* the ledger's file has several names and a meeting writes to it: remove the names by which that meeting did not
     open it */
  FRAMEGATE_ERROR_LEDGER_SEVERAL_NAMES = -31,

  /* Why the meeting refused. */
  /* grant refused: only the participant, or their guardian if they have one, can consent; the attempt is in the
     ledger */
  FRAMEGATE_ERROR_OVERREACH = -32,
  /* grant refused: signature missing, though the participant joined with a key or the method is SIGNED; the attempt
     is in the ledger */
  FRAMEGATE_ERROR_UNSIGNED = -33,
  /* grant refused: signed for another meeting; the attempt is in the ledger */
  FRAMEGATE_ERROR_FOREIGN_MEETING = -34,
  /* grant refused: signed over an earlier challenge: ask framegate_meeting_challenge() for the present one; the
     attempt is in the ledger */
  FRAMEGATE_ERROR_REPLAYED = -35,
  /* grant refused: the signature is not by the participant's key over this grant; the attempt is in the ledger */
  FRAMEGATE_ERROR_WRONG_SIGNATURE = -36,
  /* scope beyond the notice: grant no more than the notice describes */
  FRAMEGATE_ERROR_BEYOND_NOTICE = -37,
  /* unknown notice: show it with framegate_meeting_show() first */
  FRAMEGATE_ERROR_UNKNOWN_NOTICE = -38,
  /* superseded notice: show the present one and ask again */
  FRAMEGATE_ERROR_STALE_NOTICE = -39,
  /* purpose IDENTIFY needs an explicit statement: method TYPED, SPOKEN or SIGNED */
  FRAMEGATE_ERROR_NOT_EXPLICIT = -40,
  /* invalid key, or not the key that this id joined with before: pass that key, or an Ed25519 public key for a new
     id */
  FRAMEGATE_ERROR_WRONG_KEY = -41,
  /* conflicting notice: one of the same digest is registered with other members, or superseded; change its text */
  FRAMEGATE_ERROR_CONFLICTING_NOTICE = -42,
  /* unknown participant: nobody of this handle or id is in the meeting; pass a handle of this meeting, or an id
     that joined */
  FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT = -43,
  /* duplicate id: a participant of this id is in the meeting; give each participant an id of their own */
  FRAMEGATE_ERROR_ALREADY_JOINED = -44,
  /* guardian and participant have the same id: name the guardian by an id of their own */
  FRAMEGATE_ERROR_OWN_GUARDIAN = -45,
  /* authority cannot restrict: participants and guardians withdraw instead */
  FRAMEGATE_ERROR_NOT_A_RESTRAINER = -46,
  /* empty argument: an id, a name or a set is empty, or an instance, a digest or a secret all zeros; fill it in */
  FRAMEGATE_ERROR_EMPTY = -47,
  /* time out of range: negative, 49.7 days or more, more than a day ahead of the meeting's clock
     (framegate_meeting_advance()), or an end that is not in the future */
  FRAMEGATE_ERROR_TIME = -48,
  /* invalid format: it does not fit the kind, has no channels, a width or height outside 1 to 32,768,
     structural keys on a stream that is not JSON, or a decoder configuration that is none of its codec; give the kind
     that the format is of, or another format */
  FRAMEGATE_ERROR_FORMAT = -49,
  /* duplicate field name in a schema: give each field a name of its own */
  FRAMEGATE_ERROR_DUPLICATE_FIELD = -50,
  /* purposes do not belong to the outlet's recipient: name pairs with framegate_meeting_third_party() */
  FRAMEGATE_ERROR_FOREIGN_PURPOSE = -51,
  /* not exactly one purpose: name one third-party pair at a time */
  FRAMEGATE_ERROR_NOT_ONE_PURPOSE = -52,
  /* no room for more: close some, or open the meeting with more room */
  FRAMEGATE_ERROR_FULL = -53,
  /* unknown stream or outlet in this meeting or ledger: pass one of it */
  FRAMEGATE_ERROR_UNKNOWN = -54,
  /* ledger not written: the store or the file system refused, and nothing was done; call again when it works */
  FRAMEGATE_ERROR_LEDGER = -55,
  /* meeting ended: open another */
  FRAMEGATE_ERROR_ENDED = -56,
  /* grant refused: signature given, but the participant joined without a key; the attempt is in the ledger */
  FRAMEGATE_ERROR_KEYLESS = -57,
  /* overtaken by a withdrawal or a restriction of the same while the store was writing: ask again; the attempt is in
     the ledger */
  FRAMEGATE_ERROR_OVERTAKEN = -58,
  /* guardian differs from the one that this id joined with before: name that one */
  FRAMEGATE_ERROR_WRONG_GUARDIAN = -59,
  /* grant refused: `at` is before the participant joined, before the notice was shown, or before the last withdrawal;
     the attempt is in the ledger */
  FRAMEGATE_ERROR_AGREED_EARLIER = -60,
  /* control character, such as a line feed, in a recipient's name: leave it out */
  FRAMEGATE_ERROR_CONTROL_CHARACTER = -61,
  /* the device's signer gave no signature that verifies: the entries are in the ledger, and the signature stays due */
  FRAMEGATE_ERROR_SIGNER = -62,
  /* two devices: pass a secret key or a signer, not both */
  FRAMEGATE_ERROR_TWO_DEVICES = -63,

  /* Why a ledger does not verify. */
  /* invalid ledger: a line is not an entry; read a copy that is as it was written */
  FRAMEGATE_ERROR_NOT_AN_ENTRY = -64,
  /* invalid ledger: a line does not follow from the line before, as lines were changed, moved or left out; read a
     copy that is as it was written */
  FRAMEGATE_ERROR_BROKEN = -65,
  /* invalid ledger: a line's time is earlier than the line before, or out of range; read a copy that is as it was
     written */
  FRAMEGATE_ERROR_LINE_TIME = -66,
  /* invalid ledger: a device's signature does not verify; read a copy that is as it was written */
  FRAMEGATE_ERROR_SIGNATURE = -67,
  /* meeting ended: its ledger cannot be resumed; withdraw with framegate_past_meeting_withdraw() */
  FRAMEGATE_ERROR_RESUMED_END = -68,
  /* ledger cannot be continued: open a new one */
  FRAMEGATE_ERROR_UNWRITABLE = -69,
  /* invalid ledger: an entry breaks the rules, so it was made up; rely on nothing in it */
  FRAMEGATE_ERROR_IMPOSSIBLE = -70,
  /* the ledger does not have this head: entries were changed or cut off, or the head is another ledger's; read the
     ledger that the head is of, as it was written */
  FRAMEGATE_ERROR_ANCHOR = -71,

  /* Which meeting it is. */
  /* ledger of format 1 to 3, which does not say all that this one does: read it with the library that wrote it */
  FRAMEGATE_ERROR_FORMER_FORMAT = -72,
  /* ledger of a later format: read it with a newer library */
  FRAMEGATE_ERROR_LATER_FORMAT = -73,
  /* ledger of another meeting than the head's, perhaps with the same id: pass the ledger that the head is of */
  FRAMEGATE_ERROR_OTHER_MEETING = -74,
  /* instance already used in this process: draw another */
  FRAMEGATE_ERROR_REPEATED_INSTANCE = -75,

  /* invalid ledger: a line is not in canonical form, as after another program rewrote its JSON; read a copy that
     is as it was written */
  FRAMEGATE_ERROR_NOT_CANONICAL = -77,

  /* Why bytes are no tag. */
  /* unknown tag version: treat it as no consent */
  FRAMEGATE_ERROR_TAG_VERSION = -80,
  /* invalid tag: treat it as no consent */
  FRAMEGATE_ERROR_TAG_INVALID = -81,

  /* Why a packet or a unit has no tag. */
  /* malformed or truncated packet or unit: pass a whole one */
  FRAMEGATE_ERROR_WIRE_FORMAT = -96,
  /* no tag present: treat it as no consent */
  FRAMEGATE_ERROR_NO_TAG = -97,
  /* several tags present: none counts */
  FRAMEGATE_ERROR_SEVERAL_TAGS = -98,
  /* header extension id absent, ambiguous, or outside 1 to 255: pass the one that was negotiated */
  FRAMEGATE_ERROR_EXTENSION_ID = -99,
  /* the packet has a header extension that is not of RFC 8285, or that cannot be in the two-byte form: send the
     tag in a packet without it */
  FRAMEGATE_ERROR_FOREIGN_EXTENSION = -100
} framegate_status_code;

/* Text in UTF-8, of which `data` need not end with a zero. Of length 0 `data` may be null. */
typedef struct framegate_string {
  const char *data;
  size_t length;
} framegate_string;

/* Makes a string of a literal: FRAMEGATE_STRING("standup"). */
#ifdef __cplusplus
#define FRAMEGATE_STRING(literal) (framegate_string{"" literal, sizeof(literal) - 1})
#else
#define FRAMEGATE_STRING(literal) ((framegate_string){"" literal, sizeof(literal) - 1})
#endif

/* Returns the release of the library that is loaded, such as "1.2.3". Valid as long as the library is loaded. Any
 * thread. */
FRAMEGATE_API framegate_string framegate_version_string(void);

/* Returns the message for a status, in English, for unknown numbers too. Valid as long as the library is loaded. Any
 * thread. */
FRAMEGATE_API framegate_string framegate_error_message(framegate_status status);

/* Return names in lower case, as files and reports write them; "unknown" for an unknown number. Valid as long as the
 * library is loaded. Any thread. */
FRAMEGATE_API framegate_string framegate_kind_name(uint32_t kind);
FRAMEGATE_API framegate_string framegate_reason_name(uint32_t reason);

/* ---- Words ---- */

/* No time: no end, or no time earlier than the one that is given beside it. */
#define FRAMEGATE_NO_TIME INT64_MAX

/* The kind of a frame. 0 is no kind. In a tag's bytes the numbers are one less: framegate_tag_get() reads a tag's kind. */
typedef enum framegate_kind {
  FRAMEGATE_KIND_AUDIO = 1,
  FRAMEGATE_KIND_VIDEO = 2,
  FRAMEGATE_KIND_SCREEN = 3,
  FRAMEGATE_KIND_CHAT = 4,
  FRAMEGATE_KIND_CAPTION = 5,
  FRAMEGATE_KIND_REACTION = 6,
  FRAMEGATE_KIND_POLL = 7,
  FRAMEGATE_KIND_WHITEBOARD = 8,
  FRAMEGATE_KIND_NOTE = 9,
  FRAMEGATE_KIND_COMMENT = 10,
  FRAMEGATE_KIND_CALENDAR = 11,
  FRAMEGATE_KIND_FILE = 12,
  FRAMEGATE_KIND_TELEMETRY = 13,
  FRAMEGATE_KIND_DIAGNOSTIC = 14,
  FRAMEGATE_KIND_USAGE = 15,
  FRAMEGATE_KIND_UNCLASSIFIED = 16, /* can never be cleared */
  FRAMEGATE_NO_KIND = 255           /* of a region: its stream's; of a tag: several */
} framegate_kind;

/* Makes the set of one kind; the empty set for a number that is no kind. */
#ifdef __cplusplus
#define FRAMEGATE_KINDS(kind) (static_cast<uint16_t>((1u << ((kind) & 31u)) >> 1))
#else
#define FRAMEGATE_KINDS(kind) ((uint16_t)((1u << ((kind) & 31u)) >> 1))
#endif

/* The purposes of a release, bits of a set. The other seven bits are named by framegate_meeting_third_party(). */
typedef enum framegate_purpose {
  FRAMEGATE_PURPOSE_RECORD = 1 << 0,
  FRAMEGATE_PURPOSE_TRANSCRIBE = 1 << 1,
  FRAMEGATE_PURPOSE_ASSIST = 1 << 2,
  FRAMEGATE_PURPOSE_TRAIN = 1 << 3,
  FRAMEGATE_PURPOSE_ANALYTICS = 1 << 4,
  FRAMEGATE_PURPOSE_REVIEW = 1 << 5,
  FRAMEGATE_PURPOSE_PUBLISH = 1 << 6,
  FRAMEGATE_PURPOSE_DERIVE = 1 << 7,
  FRAMEGATE_PURPOSE_IDENTIFY = 1 << 8
} framegate_purpose;

/* Each of the kinds for each of the purposes. */
typedef struct framegate_scope {
  uint16_t kinds;
  uint16_t purposes;
} framegate_scope;

/* In whose name a call is made. Only the person opens, or their guardian if they have one; the others can only
 * narrow. */
typedef enum framegate_authority {
  FRAMEGATE_AUTHORITY_PARTICIPANT = 1,
  FRAMEGATE_AUTHORITY_GUARDIAN = 2,
  FRAMEGATE_AUTHORITY_HOST = 3,
  FRAMEGATE_AUTHORITY_ADMINISTRATOR = 4,
  FRAMEGATE_AUTHORITY_VENDOR = 5
} framegate_authority;

/* How a person agreed. */
typedef enum framegate_method {
  FRAMEGATE_METHOD_CLICKED = 1,
  FRAMEGATE_METHOD_TYPED = 2,
  FRAMEGATE_METHOD_SPOKEN = 3,
  FRAMEGATE_METHOD_SIGNED = 4
} framegate_method;

/* How the gate treated a frame. Something of the frame reached the outlet only if WHOLE or REDACTED. */
typedef enum framegate_verdict {
  FRAMEGATE_VERDICT_DROPPED = 0,  /* withheld */
  FRAMEGATE_VERDICT_WHOLE = 1,    /* handed on as it was */
  FRAMEGATE_VERDICT_REDACTED = 2, /* handed on without the parts of those who did not agree */
  FRAMEGATE_VERDICT_BLANKED = 3   /* withheld; in its place the outlet gets an empty frame of the same form */
} framegate_verdict;

/* Why a frame was not handed on whole. If several reasons hold, the one with the smallest number is given. */
typedef enum framegate_reason {
  FRAMEGATE_REASON_NONE = 0,
  FRAMEGATE_REASON_ENDED = 1,            /* the meeting is over */
  /* a time is out of range, or the frame would have been captured after its release */
  FRAMEGATE_REASON_TIME = 2,
  /* the payload does not have the stream's format, or a region is not in it; or the frame cannot be read */
  FRAMEGATE_REASON_MALFORMED = 3,
  FRAMEGATE_REASON_UNCLASSIFIED = 4,     /* the kind is unclassified */
  FRAMEGATE_REASON_FREE_BYTES = 5,       /* service data that is not a record of registered fields */
  FRAMEGATE_REASON_CONTENDED = 6,        /* consent changed faster than the frame could be judged */
  FRAMEGATE_REASON_OVER_BUDGET = 7,      /* more bits than one person may send to one outlet in a minute */
  FRAMEGATE_REASON_OUT_OF_RANGE = 8,     /* a record's field is not in its range */
  /* the tap was given a time more than a day ahead of the meeting's, now or before */
  FRAMEGATE_REASON_CLOCK = 9,
  FRAMEGATE_REASON_INCOMPLETE = 16,      /* not everybody in the frame was named */
  FRAMEGATE_REASON_UNKNOWN = 17,         /* somebody in the frame is not known to the meeting */
  FRAMEGATE_REASON_ABSENT = 18,          /* somebody in the frame has left */
  FRAMEGATE_REASON_RESTRICTED = 32,      /* the host, an administrator or the vendor restricts it */
  FRAMEGATE_REASON_WITHDRAWN = 33,       /* somebody refused, or withdrew */
  FRAMEGATE_REASON_STALE_NOTICE = 34,    /* the notice under which somebody agreed has been superseded */
  FRAMEGATE_REASON_EXPIRED = 35,         /* somebody's consent came to its end */
  FRAMEGATE_REASON_NOT_GRANTED = 36,     /* somebody never agreed */
  FRAMEGATE_REASON_CAPTURED_EARLIER = 37,/* agreed to now, but not without a break since the frame was captured */
  FRAMEGATE_REASON_BEYOND_SOURCE = 40,   /* its sources were not cleared for this */
  /* it may depend on a frame that was withheld, or never came: framegate_tap_keyframe_request() */
  FRAMEGATE_REASON_AWAITS_KEYFRAME = 48,
  /* it may yield media captured earlier, by an unknown time */
  FRAMEGATE_REASON_REACHES_BACK = 49,
  FRAMEGATE_REASON_DISJOINT = 255        /* two frames that have no purpose in common */
} framegate_reason;

/* A SHA-256. */
typedef struct framegate_digest {
  uint8_t bytes[32];
} framegate_digest;

/* Returns the digest of a text, byte for byte as it was shown. Any thread.
 * Errors: NULL, UTF8, LENGTH. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_digest_of(framegate_string text, framegate_digest *digest);

/* ---- Handles ---- */

/* One meeting's control half. */
typedef struct framegate_meeting {
  uint64_t handle;
} framegate_meeting;

/* A narrowing of consent that is settling. */
typedef struct framegate_settling {
  uint64_t handle;
} framegate_settling;

/* A ledger that was read. */
typedef struct framegate_ledger {
  uint64_t handle;
} framegate_ledger;

/* A ledger in a file in which people withdraw when the meeting is over, its process has gone, or it goes on
 * elsewhere. */
typedef struct framegate_past_meeting {
  uint64_t handle;
} framegate_past_meeting;

/* One stream into one outlet: the hot half. */
typedef struct framegate_tap {
  uint64_t handle;
} framegate_tap;

/* People who are in many frames together. */
typedef struct framegate_group {
  uint64_t handle;
} framegate_group;

/* The key for a meeting's tags, of all its streams. */
typedef struct framegate_meeting_key {
  uint64_t handle;
} framegate_meeting_key;

/* The key for the tags of one stream. */
typedef struct framegate_stream_key {
  uint64_t handle;
} framegate_stream_key;

/* Turns the RTP timestamps of a received SSRC into the meeting's times. */
typedef struct framegate_capture_clock {
  uint64_t handle;
} framegate_capture_clock;

/* Maps the SSRCs and CSRCs of a received transport to people. */
typedef struct framegate_source_map {
  uint64_t handle;
} framegate_source_map;

/* A meeting's ledger, made ready for checking many frames. */
typedef struct framegate_verifier {
  uint64_t handle;
} framegate_verifier;

/* Somebody in a meeting: one stay of theirs. Copy and compare it freely; it needs no closing. */
typedef struct framegate_participant {
  uint32_t stay;
  uint16_t slot;
  uint16_t meeting;
} framegate_participant;

/* Somebody who did not join: a voice in the room, a face behind a colleague. Nothing of theirs is ever cleared. */
#ifdef __cplusplus
#define FRAMEGATE_PARTICIPANT_UNKNOWN (framegate_participant{0, UINT16_MAX, 0})
#else
#define FRAMEGATE_PARTICIPANT_UNKNOWN ((framegate_participant){0, UINT16_MAX, 0})
#endif

/* A registered source of frames, of this meeting alone. `number` is what tags carry. */
typedef struct framegate_stream {
  uint64_t meeting;
  uint16_t number;
  uint16_t reserved[3];
} framegate_stream;

/* A declared destination, of this meeting alone. `number` counts from 0 in the order of opening. */
typedef struct framegate_outlet {
  uint64_t meeting;
  uint16_t number;
  uint16_t reserved[3];
} framegate_outlet;

/* ---- Meetings ---- */

/* Appends whole lines to where a ledger is kept; if `durable` is not 0, so that they outlast a crash of the machine.
 * Returns 0 if it has, anything else if nothing of the lines is there. It is called one call at a time for each
 * meeting, by calls on the meeting and on its settlings, on their threads; from within framegate_settling_wait() on
 * one that the library starts. From within it a call on any meeting is FRAMEGATE_ERROR_BUSY, except
 * framegate_meeting_close(), and framegate_meeting_withdraw(), _leave(), _restrict(), _supersede() and _end(), which
 * are in force when they return; calls that need no meeting work. */
typedef int32_t (*framegate_append)(void *user, const uint8_t *lines, size_t length, int32_t durable);

/* Signs a message with the key of the device that vouches for the ledger, wherever that is kept: Ed25519 (RFC 8032,
 * 5.1.6), into 64 bytes. Returns 0 if it has, anything else if it has not. It may take its time or refuse: withdrawals
 * are in force and settle without it, and entries go on; the signature stays due, and so does one that does not verify.
 * It is called by calls on the meeting and on its settlings, on their threads, one at a time for each meeting. From
 * within it the same may be called as from within framegate_append. */
typedef int32_t (*framegate_sign)(void *user, const uint8_t *message, size_t length, uint8_t *signature);

/* Receives an event of the control half: a line of the ledger, JSON without its line feed, once it is in the ledger
 * (without one: at once). It is called by the call that gave the store the line, before that returns, on its thread,
 * outside of any lock; from within it the library may be called, and the meeting closed. Events from two threads may
 * arrive out of the order of their member "n". `line` is valid only during the call. Frames are not events. */
typedef void (*framegate_event)(void *user, const char *line, size_t length);

/* Which entries of a ledger are made durable at once. Grants, lifts, streams, outlets and everything that narrows
 * always are. */
typedef enum framegate_durability {
  FRAMEGATE_DURABILITY_EACH = 0,   /* every entry */
  FRAMEGATE_DURABILITY_BATCHED = 1 /* only those; the others together with the next of them */
} framegate_durability;

/* A meeting's own number: 16 random bytes in the first line of its ledger, no secret. An id is a name, and a daily
 * meeting has the same one every day; ledgers, seals, archives and signatures are bound to the instance, so that
 * those of one meeting do not pass for another's. All zeros are refused. */
typedef struct framegate_instance {
  uint8_t bytes[16];
} framegate_instance;

/* How a meeting is opened, or resumed. */
typedef struct framegate_meeting_options {
  uint32_t size;
  /* for how many at a time there is room, 1 to 65,535; about 0.7 KB each; not looked at in resuming */
  uint32_t participants;
  framegate_string id;          /* its id, not empty; not looked at in resuming */
  /* the path of the ledger's file, which must not be there yet, and in resuming must be; empty: no file */
  framegate_string ledger;
  framegate_append append;      /* the ledger's store, instead of a file; null: none */
  void *append_user;            /* passed to it */
  framegate_event event;        /* called with every entry; null: none */
  void *event_user;             /* passed to it */
  /* the device's Ed25519 secret key, 32 bytes, not all zeros, which vouches for the ledger; null: none */
  const uint8_t *device_secret;
  uint32_t durability;          /* FRAMEGATE_DURABILITY_… */
  uint32_t reserved;            /* 0 */
  /* 16 new random bytes, if they must be known before; null: drawn; not looked at in resuming */
  const framegate_instance *instance;
  /* the time of day when the meeting's times are 0, microseconds since 1970-01-01T00:00:00Z, before the year 10000;
     0: the system's time at this call, so that the times count from it; not looked at in resuming */
  uint64_t started;
  framegate_sign sign;          /* the device's signer, instead of its secret key; null: none */
  void *sign_user;              /* passed to it */
  const uint8_t *device_key;    /* with `sign`: the Ed25519 public key that it signs with, 32 bytes; else null */
} framegate_meeting_options;

/* Opens a meeting, in which everything is closed. Close it by framegate_meeting_close(); what each `user` points to
 * must be valid until then. A ledger's file is locked until the meeting is closed.
 * Errors: NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, BUSY, FILE, TWO_STORES, LEDGER_HELD, NO_LOCK, LEFTOVER,
 * EMPTY, FULL, TIME for `started`, LEDGER, REPEATED_INSTANCE, RANDOM, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_open(
    const framegate_meeting_options *options, framegate_meeting *meeting);

/* Resumes a meeting from its ledger, with exactly the consents that were in force. Open streams, outlets, groups and
 * taps again, and find people again by framegate_meeting_find(). After a torn last line nobody's consent is left.
 * `ledger` must have been read from the file or store that the options name: the file is locked and appended to, and
 * a torn line is copied to a file beside it. A steady clock that begins anew with
 * the process must not begin at 0: add to it the time that framegate_meeting_time_at() returns, and pass that to
 * framegate_meeting_advance() first.
 * Errors: as framegate_meeting_open(), LEDGER_SHORTER, LEDGER_REPLACED, LEDGER_GONE_ON, BESIDE, HANDLE, RESUMED_END,
 * IMPOSSIBLE, UNWRITABLE. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_resume(
    framegate_ledger ledger, const framegate_meeting_options *options, framegate_meeting *meeting);

/* Ends a meeting: closes everything for good, and enters the last counters. A second end changes nothing. `settling`
 * may be null; otherwise close it by framegate_settling_close(). The end is in force before the ledger's store is
 * called. If `settling` is null, the store is offered the line before the call returns, or, if another call is in the
 * store, by that call. Otherwise the store is offered the line when the settling is asked or closed. It waits for no
 * call that is under way, and works from within callbacks.
 * Errors: HANDLE, PANIC; with the meeting ended all the same, MISALIGNED, FULL. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_end(
    framegate_meeting meeting, framegate_settling *settling);

/* Closes the handle, and shuts every tap of the meeting for good; handles of taps, groups and settlings must still
 * be closed. A meeting that was not ended can be resumed from its ledger. Once this has returned, none of the
 * meeting's callbacks is called any more, and what they use (`user`) may be freed.
 *
 * It waits for calls on the meeting, and for callbacks of it, that are under way on other threads: the caller must
 * not hold a lock for which these wait. From within a callback, of this meeting or of another, it never waits. The
 * handle is closed at once all the same, and the event callback receives no further line of a call under way. The taps
 * are shut at once, too, unless a call on the meeting is under way, as in its own store's callback: then they are
 * when that call returns. If at that moment another thread is in a callback of the meeting, or in a call on it, the
 * status is STILL_CALLED, and what the callbacks use must be kept until that thread has come out of it.
 * Errors: HANDLE, FORKED; after it is done STILL_CALLED. */
FRAMEGATE_API framegate_status framegate_meeting_close(framegate_meeting meeting);

/* Writes the meeting's id into `buffer` of `capacity` bytes; `length` says how long it is, even if it does not fit.
 * So do all functions with these three; `buffer` may be null if `capacity` is 0, `length` may be null. No zero is
 * written after it.
 * Errors: HANDLE, NULL, MISALIGNED, SHORT_BUFFER, LENGTH, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_id(
    framegate_meeting meeting, char *buffer, size_t capacity, size_t *length);

/* Returns the meeting's instance.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_instance(
    framegate_meeting meeting, framegate_instance *instance);

/* Returns the time of day at the meeting's start, microseconds since 1970-01-01T00:00:00Z.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_started(
    framegate_meeting meeting, uint64_t *started);

/* Returns the meeting's clock: the largest time that any call, or any tap, was passed, except those out of range or
 * more than a day ahead. Of a meeting that was just resumed it is the time of the ledger's last line.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_clock(framegate_meeting meeting, int64_t *now);

/* Returns the meeting's time at a time of day, microseconds since 1970-01-01T00:00:00Z, 0 for the system's now; no less
 * than the meeting's clock, however far the time of day was set back. After resuming the steady clock goes on from it.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC; TIME from the year 10000 on, and once the meeting started 49.7 days
 * ago. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_time_at(
    framegate_meeting meeting, uint64_t wall, int64_t *time);

/* Returns how many entries the ledger has: the generation that tags carry.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_generation(
    framegate_meeting meeting, uint64_t *generation);

/* How far a ledger goes. Kept apart from the ledger, a head shows later that nothing was changed or cut off. */
typedef struct framegate_head {
  framegate_instance instance; /* of which meeting */
  uint64_t entries;
  framegate_digest hash;
} framegate_head;

/* Returns the ledger's head.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_head(
    framegate_meeting meeting, framegate_head *head);

/* Writes the message that a device signs to vouch for a head: 72 bytes.
 * Errors: NULL, MISALIGNED, SHORT_BUFFER, LENGTH, EMPTY; ANCHOR for a head of no entries, which no ledger has. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_head_message(
    const framegate_head *head, uint8_t *buffer, size_t capacity, size_t *length);

/* Returns when the next consent ends by itself, FRAMEGATE_NO_TIME if none does. Call framegate_meeting_tick()
 * then.
 * Errors: HANDLE, NULL, MISALIGNED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_next_deadline(
    framegate_meeting meeting, int64_t *deadline);

/* Moves the meeting's clock on to `now`, even if that is more than a day ahead. Any other call with such a time takes
 * it for a mistake: it gives TIME, a withdrawal counts as made now, and a tap that is passed it is closed for good,
 * with FRAMEGATE_REASON_CLOCK.
 * Errors: HANDLE, TIME if it is out of range, ENDED, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_advance(framegate_meeting meeting, int64_t now);

/* Enters the consents that came to their end, and withdrawals made beside the ledger. Consents end on time without
 * this, to the millisecond. It also offers the store again the lines that it did not take before.
 * Errors: HANDLE, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_tick(framegate_meeting meeting, int64_t now);

/* ---- People ---- */

/* How somebody joins. */
typedef struct framegate_join_options {
  uint32_t size;
  /* who agrees for them: FRAMEGATE_AUTHORITY_PARTICIPANT, themselves, or FRAMEGATE_AUTHORITY_GUARDIAN */
  uint32_t agrees;
  /* the client's name for them, unique in the meeting; the client must make sure that it stands for the right person */
  framegate_string id;
  /* the id of the guardian (GDPR Art. 8); empty for somebody who agrees for themselves. Without `key`, who they are and
     what they agreed to is the client's word alone; with it, only the holder of that key agrees */
  framegate_string guardian;
  /* the Ed25519 public key, 32 bytes, that agreements must be signed with, now and whenever they join again; null:
     none */
  const uint8_t *key;
} framegate_join_options;

/* Adds a participant, who has agreed to nothing yet.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, BUSY, PANIC, ALREADY_JOINED, OWN_GUARDIAN,
 * WRONG_GUARDIAN, WRONG_KEY, EMPTY, FULL, TIME, LEDGER, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_join(
    framegate_meeting meeting, const framegate_join_options *join, int64_t now, framegate_participant *participant);

/* Removes a participant, and closes everything of theirs. If they are not present, everything is closed already.
 * `settling` as in framegate_meeting_end(). It waits for no call that is under way, and works from within callbacks.
 * Errors: HANDLE, FOREIGN, PANIC; after it is done MISALIGNED, FULL. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_leave(
    framegate_meeting meeting, framegate_participant who, int64_t now, framegate_settling *settling);

/* Finds the participant of an id: their present stay or, if they have left, their last one, also in a meeting that
 * was resumed. Participants who have left can withdraw like anybody.
 * Errors: HANDLE, NULL, MISALIGNED, UTF8, LENGTH, BUSY, PANIC, UNKNOWN_PARTICIPANT. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_find(
    framegate_meeting meeting, framegate_string id, framegate_participant *participant);

/* Lists the participants who are present, into an array of `capacity`; `count` says how many there are, even if they
 * do not fit.
 * Errors: HANDLE, NULL, MISALIGNED, LENGTH, SHORT_BUFFER, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_participants(
    framegate_meeting meeting, framegate_participant *participants, size_t capacity, size_t *count);

/* Consent that is in force: each of the kinds for each of the purposes. */
typedef struct framegate_consent {
  framegate_scope scope;
  uint32_t reserved;           /* 0 */
  int64_t since;               /* when it began: what was captured earlier is not covered */
  int64_t until;               /* when it ends by itself; FRAMEGATE_NO_TIME if it does not */
} framegate_consent;

/* Lists what a participant consents to now, such as for "recorded with Ada's consent": grants, less what was withdrawn,
 * restricted, superseded or has ended by the meeting's clock; nothing of one who has left. Into an array as in
 * framegate_meeting_participants().
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, LENGTH, SHORT_BUFFER, BUSY, PANIC; UNKNOWN_PARTICIPANT for the unknown
 * participant, who is nobody's. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_consents(
    framegate_meeting meeting, framegate_participant who, framegate_consent *consents, size_t capacity, size_t *count);

/* Writes the id of a participant who is present.
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, LENGTH, SHORT_BUFFER, BUSY, PANIC, UNKNOWN_PARTICIPANT. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_id_of(
    framegate_meeting meeting, framegate_participant who, char *buffer, size_t capacity, size_t *length);

/* ---- Notices and grants ---- */

/* The notice that people are shown before they are asked (GDPR Art. 4(11), 13). */
typedef struct framegate_notice {
  uint32_t size;
  framegate_scope scope;       /* the kinds and purposes that it describes: a grant under it covers no more */
  framegate_digest digest;     /* of its text, by framegate_digest_of(); not zeros */
  framegate_string version;    /* as the controller counts them */
  framegate_string language;   /* a BCP 47 tag */
  framegate_string controller; /* who decides on purposes and means (GDPR Art. 4(7)) */
} framegate_notice;

/* Registers a notice that people are shown. Without a notice nothing can be granted. A notice that describes only
 * third parties that have no name yet is EMPTY.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, UTF8, LENGTH, BUSY, PANIC, CONFLICTING_NOTICE, EMPTY, LEDGER, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_show(
    framegate_meeting meeting, const framegate_notice *notice);

/* Supersedes a notice: consent under it is stale until people agree under another. `settling` as in
 * framegate_meeting_end(). It waits for no call that is under way, and works from within callbacks.
 * Errors: HANDLE, NULL, MISALIGNED, PANIC, UNKNOWN_NOTICE, ENDED; after it is done MISALIGNED, FULL. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_supersede(
    framegate_meeting meeting, const framegate_digest *notice, int64_t now, framegate_settling *settling);

/* A person's signature over the bytes that framegate_grant_message() writes. */
typedef struct framegate_signed {
  uint32_t size;
  uint32_t reserved;          /* 0 */
  framegate_instance instance; /* of the meeting that it was made for, */
  framegate_string meeting;   /* and its id */
  framegate_digest challenge; /* the challenge that it was made over */
  uint8_t signature[64];      /* Ed25519 (RFC 8032) */
} framegate_signed;

/* One act of agreeing. */
typedef struct framegate_grant {
  uint32_t size;
  framegate_scope scope;             /* never more than the notice describes */
  framegate_digest notice;           /* what was shown */
  uint32_t method;                   /* FRAMEGATE_METHOD_… */
  uint32_t reserved;                 /* 0 */
  /* when the person agreed, if that was before now, else FRAMEGATE_NO_TIME; it holds from now on in any case. Before
     they came, before the notice was shown or before its scope was last withdrawn: AGREED_EARLIER */
  int64_t at;
  /* when it ends by itself, or FRAMEGATE_NO_TIME. A 0 is refused, so that nothing is left open by forgetting it */
  int64_t until;
  const framegate_signed *signature; /* of somebody who joined with a key; else null */
} framegate_grant;

/* Enters a participant's consent. It holds from now on, for media captured from now on.
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, BUSY, PANIC, OVERREACH, AGREED_EARLIER,
 * UNSIGNED, KEYLESS, FOREIGN_MEETING, REPLAYED, WRONG_SIGNATURE, UNKNOWN_PARTICIPANT, UNKNOWN_NOTICE, STALE_NOTICE,
 * BEYOND_NOTICE, NOT_EXPLICIT, EMPTY, TIME, LEDGER, OVERTAKEN, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_grant(
    framegate_meeting meeting, uint32_t authority, framegate_participant who, const framegate_grant *grant, int64_t
    now);

/* Returns the challenge that a participant's signature must be over. It is renewed at each join and each withdrawal.
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, BUSY, PANIC, UNKNOWN_PARTICIPANT. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_challenge(
    framegate_meeting meeting, framegate_participant who, framegate_digest *challenge);

/* Writes the message that a person signs to agree to `grant`, over their present challenge; the grant's own
 * signature is ignored.
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, SIZE, NUMBER, LENGTH, SHORT_BUFFER, BUSY, PANIC, UNKNOWN_PARTICIPANT. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_grant_message(
    framegate_meeting meeting, framegate_participant who, const framegate_grant *grant, uint8_t *buffer, size_t
    capacity, size_t *length);

/* Enters that a participant refuses, or withdraws consent (GDPR Art. 7(3)). It takes effect whoever asks; an unknown
 * `authority` is entered as the vendor's. If `scope` names no kinds it covers all kinds, and if it names no purposes,
 * all purposes. A time out of range counts as now. It works after leaving and after the end; for somebody who was
 * never there it does nothing. Once it has settled, no frame of theirs is released any more. It waits for no call
 * that is under way, and works from within callbacks. `settling` as in framegate_meeting_end(): pass one if the call
 * must not wait for the store.
 * Errors: HANDLE, FOREIGN, PANIC; after it is done MISALIGNED, FULL. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_withdraw(
    framegate_meeting meeting, uint32_t authority, framegate_participant who, framegate_scope scope, int64_t now,
    framegate_settling *settling);

/* Restricts kinds and purposes in the name of the host, an administrator or the vendor: for one person, or, if
 * `whom` is null, for everybody, later joiners too. `settling` as in framegate_meeting_end(). It waits for no call
 * that is under way, and works from within callbacks.
 * Errors: HANDLE, FOREIGN, MISALIGNED, NUMBER, EMPTY, PANIC, NOT_A_RESTRAINER, UNKNOWN_PARTICIPANT, ENDED; after it
 * is done MISALIGNED, FULL. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_restrict(
    framegate_meeting meeting, uint32_t authority, const framegate_participant *whom, framegate_scope scope, int64_t
    now, framegate_settling *settling);

/* Lifts a restriction of the same authority, for the same person or for everybody.
 * Errors: HANDLE, FOREIGN, MISALIGNED, NUMBER, EMPTY, BUSY, PANIC, NOT_A_RESTRAINER, UNKNOWN_PARTICIPANT, TIME,
 * LEDGER, OVERTAKEN, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_lift(
    framegate_meeting meeting, uint32_t authority, const framegate_participant *whom, framegate_scope scope, int64_t
    now);

/* ---- Settling ---- */

/* How far a tap had come. */
typedef struct framegate_tap_release {
  uint32_t tap;        /* which tap: from 0 in the order of opening, since the meeting was opened or resumed */
  uint16_t stream;     /* from which stream, by number */
  uint16_t outlet;     /* into which outlet */
  uint32_t releasing;  /* 1 while a release that was under way when consent was narrowed has not ended yet */
  uint32_t closed;     /* 1 if the tap was closed, so that these are its last counts */
  uint64_t released;   /* how many frames it had released */
  int64_t last;        /* when the last of them was captured; FRAMEGATE_NO_TIME before the first */
} framegate_tap_release;

/* Returns whether every release that was under way when consent was narrowed has ended, and the narrowing is
 * durable. Needs no meeting. Any thread.
 * Errors, with `settled` false: HANDLE, NULL, MISALIGNED, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_settling_is_settled(
    framegate_settling settling, bool *settled);

/* Waits until a narrowing has settled, at most this many milliseconds, and returns whether it has, even if the store
 * does not return. It holds no lock while waiting. Not for media threads: it might wait for their own release.
 * Errors, with `settled` false: HANDLE, NULL, MISALIGNED, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_settling_wait(
    framegate_settling settling, uint32_t milliseconds, bool *settled);

/* Lists the taps that can carry whoever the narrowing is about, in the order of their numbers: how far each has come,
 * and whether it is still in a release that was under way. A tap of a stream of somebody else alone is not listed.
 * Into an array as in framegate_meeting_participants().
 * Errors: HANDLE, NULL, MISALIGNED, LENGTH, SHORT_BUFFER. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_settling_taps(
    framegate_settling settling, framegate_tap_release *taps, size_t capacity, size_t *count);

/* Enters in the ledger how far each of these taps had come, or that the narrowing has not settled, and returns whether it has.
 * Nothing is entered if nothing was narrowed since the meeting was opened or resumed.
 * Errors, with `settled` false: HANDLE, NULL, MISALIGNED, BUSY, PANIC; FOREIGN for a settling of another meeting, and
 * nothing is entered then. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_settled(
    framegate_meeting meeting, framegate_settling settling, int64_t now, bool *settled);

/* Closes the handle; the narrowing holds as it did. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_settling_close(framegate_settling settling);

/* ---- Streams, outlets, groups, taps ---- */

/* Whose a stream is. */
typedef enum framegate_stream_type {
  FRAMEGATE_STREAM_OWNED = 1,     /* one person's; they count in every frame */
  FRAMEGATE_STREAM_MIX = 2,       /* several people's, who cannot be told apart; each frame names them */
  /* several people's side by side; each frame names them, and its regions say which part is whose */
  FRAMEGATE_STREAM_COMPOSITE = 3,
  FRAMEGATE_STREAM_DERIVED = 4,   /* made from frames of other streams; each frame names its sources */
  FRAMEGATE_STREAM_RECORDS = 5,   /* service data about one person: records of integers, of their owner alone */
  /* one person's, such as a headset's microphone; a frame that names anybody else is malformed */
  FRAMEGATE_STREAM_ALONE = 6
} framegate_stream_type;

/* The form of a stream's payloads. Pictures have the names that FFmpeg and WebCodecs use, and 8 bits a
 * sample but for P010. */
typedef enum framegate_format {
  FRAMEGATE_FORMAT_PCM_U8 = 1,    /* 8 bits unsigned */
  FRAMEGATE_FORMAT_PCM_S16 = 2,   /* 16 bits signed, in either byte order */
  FRAMEGATE_FORMAT_PCM_S32 = 3,   /* 32 bits signed, in either byte order */
  FRAMEGATE_FORMAT_PCM_F32 = 4,   /* 32 bits floating point, in either byte order */
  FRAMEGATE_FORMAT_PCM_MU_LAW = 5,/* G.711, one byte a sample */
  FRAMEGATE_FORMAT_PCM_A_LAW = 6,
  FRAMEGATE_FORMAT_UTF8 = 16,     /* text, one message a frame */
  FRAMEGATE_FORMAT_JSON = 17,     /* a JSON text, of which whole values are hidden */
  FRAMEGATE_FORMAT_OPAQUE = 18,   /* bytes whose inside the gate does not know: whole or dropped */
  FRAMEGATE_FORMAT_I420 = 32,     /* three planes, chroma at half the width and height, rounded up */
  FRAMEGATE_FORMAT_I422 = 33,     /* three planes, chroma at half the width */
  FRAMEGATE_FORMAT_I444 = 34,     /* three planes of one size */
  FRAMEGATE_FORMAT_NV12 = 35,     /* two planes, U and V by turns */
  FRAMEGATE_FORMAT_NV21 = 36,     /* two planes, V and U by turns */
  FRAMEGATE_FORMAT_YUY2 = 37,     /* one plane: Y, U, Y, V */
  FRAMEGATE_FORMAT_UYVY = 38,     /* one plane: U, Y, V, Y */
  FRAMEGATE_FORMAT_P010 = 39,     /* as NV12, 10 bits in the upper ones of 16, little-endian */
  FRAMEGATE_FORMAT_RGBA = 40,     /* one plane */
  FRAMEGATE_FORMAT_BGRA = 41,     /* one plane */
  FRAMEGATE_FORMAT_RGB24 = 42,    /* one plane */
  FRAMEGATE_FORMAT_GRAY8 = 43,    /* one plane */
  FRAMEGATE_FORMAT_OPUS = 64,     /* one packet a frame */
  FRAMEGATE_FORMAT_OPUS_RED = 65, /* one RTP payload a frame, earlier packets before the packet itself (RFC 2198) */
  FRAMEGATE_FORMAT_H264 = 66,     /* one access unit a frame, with start codes (annex B), or as decoder_config says, of one layer and view */
  FRAMEGATE_FORMAT_HEVC = 67,     /* one access unit a frame, with start codes (annex B), or as decoder_config says, of one layer */
  FRAMEGATE_FORMAT_VP8 = 68,      /* one frame */
  FRAMEGATE_FORMAT_VP9 = 69,      /* one frame or superframe */
  FRAMEGATE_FORMAT_AV1 = 70,      /* one temporal unit, or one spatial layer of it, in the low-overhead format */
  FRAMEGATE_FORMAT_OPUS_MULTISTREAM = 71, /* one packet a frame, of as many streams as `channels` says */
  FRAMEGATE_FORMAT_AAC = 72       /* AAC-LC: one frame of ADTS, or, with its AudioSpecificConfig as decoder_config, a raw one */
} framegate_format;

/* How the samples of several channels are stored. For one channel it need not be set. */
typedef enum framegate_layout {
  FRAMEGATE_LAYOUT_INTERLEAVED = 1, /* a sample of each channel by turns */
  FRAMEGATE_LAYOUT_PLANAR = 2       /* all of one channel before those of the next, in one run of bytes */
} framegate_layout;

/* An integer of a record. */
typedef struct framegate_field {
  uint32_t size;
  uint32_t reserved;     /* 0 */
  framegate_string name; /* unique in its schema */
  framegate_string unit; /* "packets", "ms" */
  /* the values that it can have, both ends included; 0 is always allowed, and means that there is no value */
  int64_t minimum;
  int64_t maximum;
} framegate_field;

/* A source of frames. */
typedef struct framegate_stream_options {
  uint32_t size;
  uint32_t type;               /* FRAMEGATE_STREAM_… */
  framegate_participant owner; /* of one person's stream, alone or not, and of records */
  uint32_t kind;               /* FRAMEGATE_KIND_… */
  /* FRAMEGATE_FORMAT_…, which must fit the kind: sound is audio, pictures are video, screen or whiteboard, text and
     JSON are writing, a file can have any of these, and any kind can be opaque bytes; ignored for records, which are
     telemetry, diagnostics or usage */
  uint32_t format;
  uint32_t channels;           /* of PCM, at least 1; of FRAMEGATE_FORMAT_OPUS_MULTISTREAM, its streams */
  uint32_t layout;             /* of PCM of more than one channel: FRAMEGATE_LAYOUT_… */
  /* of pictures: 0 if black is 16, 1 if it is 0; hidden parts have one color in either case */
  uint32_t full_range;
  uint32_t width;              /* of pictures, 1 to 32,768 */
  uint32_t height;
  uint32_t bits_per_minute;    /* of records: how many bits one person may send to one outlet in a minute; 0: none */
  const framegate_field *fields; /* of records: 1 to 64, each 8 bytes of a record, little-endian */
  size_t field_count;
  const framegate_string *structural_keys; /* of JSON: keys that say nothing about anybody and are never hidden */
  size_t structural_key_count;
  /* of FRAMEGATE_FORMAT_H264, FRAMEGATE_FORMAT_HEVC and FRAMEGATE_FORMAT_AAC: what the encoder says beforehand, or NULL.
     A decoder configuration record (ISO/IEC 14496-15: avcC, hvcC): the frames have their NAL units behind lengths. Parameter sets behind start codes:
     the frames have start codes, too. An AudioSpecificConfig of AAC-LC (ISO/IEC 14496-3): the frames are raw, without ADTS */
  const uint8_t *decoder_config;
  size_t decoder_config_length;
} framegate_stream_options;

/* Opens a stream: a source of frames, as long as the meeting lasts.
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, BUSY, PANIC, FORMAT, EMPTY, DUPLICATE_FIELD,
 * UNKNOWN_PARTICIPANT, FULL, LEDGER, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_stream_open(
    framegate_meeting meeting, const framegate_stream_options *options, framegate_stream *stream);

/* A destination of frames. */
typedef struct framegate_outlet_options {
  uint32_t size;
  /* it gets only what is cleared for all of these; for a third party, pairs by framegate_meeting_third_party() */
  uint16_t purposes;
  /* the kinds whose withheld frames are replaced by empty ones, if their format has such; those of other kinds, and
     faulty ones, are dropped */
  uint16_t blanks;
  framegate_string name;      /* not empty */
  framegate_string recipient; /* the third party to whom it leads; empty: the controller's own */
} framegate_outlet_options;

/* Opens an outlet: a destination of frames, as long as the meeting lasts.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, UTF8, LENGTH, BUSY, PANIC, EMPTY, FOREIGN_PURPOSE, FULL, LEDGER, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_outlet_open(
    framegate_meeting meeting, const framegate_outlet_options *options, framegate_outlet *outlet);

/* Names the pair of a purpose and a third party, as a purpose of its own that nothing implies; at most seven in a
 * meeting.
 * Errors: HANDLE, NULL, MISALIGNED, UTF8, LENGTH, BUSY, PANIC, NOT_ONE_PURPOSE, EMPTY, CONTROL_CHARACTER, FULL,
 * LEDGER, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_third_party(
    framegate_meeting meeting, uint16_t purpose, framegate_string recipient, uint16_t *pair);

/* Registers people who are in many frames together, so that those are decided as fast as one person's. Once one of
 * them leaves, the group clears nothing more. Close it by framegate_group_close().
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, LENGTH, BUSY, PANIC, EMPTY, UNKNOWN_PARTICIPANT, FULL, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_group_open(
    framegate_meeting meeting, const framegate_participant *people, size_t count, framegate_group *group);

/* Closes a group. No call may be under way in which a frame names it; frames that name it later are withheld.
 * Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_group_close(framegate_group group);

/* Opens a tap, the gate between a stream and an outlet. Close it by framegate_tap_close(), before or after its
 * meeting. At most 65,535 taps at a time in a process.
 * Errors: HANDLE, FOREIGN, NULL, MISALIGNED, BUSY, PANIC, UNKNOWN, FULL, RANDOM, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_open(
    framegate_meeting meeting, framegate_stream stream, framegate_outlet outlet, framegate_tap *tap);

/* Closes a tap; a release that is under way ends. No other call on it may be under way. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_tap_close(framegate_tap tap);

/* ---- Frames ---- */

/* Who is in a frame, and whether that is everybody. A frame that does not say is incomplete and withheld, and so is one
 * that lists people beside OWNER, GROUP or SOURCES. */
typedef enum framegate_contributors {
  FRAMEGATE_CONTRIBUTORS_OWNER = 1,    /* the stream's owner and nobody else */
  /* `people` are all, beside the stream's owner if it has one; on a composite its members */
  FRAMEGATE_CONTRIBUTORS_COMPLETE = 2,
  FRAMEGATE_CONTRIBUTORS_GROUP = 3,    /* those of `group`, as if they were listed */
  FRAMEGATE_CONTRIBUTORS_PARTIAL = 4,  /* there may be others: withheld */
  /* `people` are the contributing sources of an RTP packet: complete if fewer than 15 (RFC 3550 section 5.1) */
  FRAMEGATE_CONTRIBUTORS_CSRCS = 5,
  FRAMEGATE_CONTRIBUTORS_SOURCES = 6   /* those of `sources`: on a stream of derived data, and there alone */
} framegate_contributors;

/* Where in a frame a region lies. */
typedef enum framegate_area {
  /* `x`, `y`, `width`, `height` of a picture, in luma samples; malformed if `width` or `height` is beyond INT32_MAX, as
     a converted negative number is */
  FRAMEGATE_AREA_RECTANGLE = 1,
  FRAMEGATE_AREA_CHANNEL = 2,   /* `channel` of audio, from 0 */
  FRAMEGATE_AREA_SPAN = 3       /* bytes of a text, from `start` to before `end`, on boundaries of code points */
} framegate_area;

/* A part of a frame, and whose it is. */
typedef struct framegate_region {
  uint32_t size;
  uint32_t area;               /* FRAMEGATE_AREA_… */
  framegate_participant owner;
  uint32_t x;
  uint32_t y;
  uint32_t width;
  uint32_t height;
  uint32_t channel;
  uint32_t start;
  uint32_t end;
  /* of another kind than its stream (a face on a shared screen is VIDEO), or FRAMEGATE_NO_KIND; with 0 the frame is
     malformed */
  uint32_t kind;
  /* when its content was captured, if that was before the frame (a quotation), or FRAMEGATE_NO_TIME */
  int64_t captured;
} framegate_region;

/* The consent state of a frame: 16 bytes that travel with it. All zeros are no tag, so no consent. */
typedef struct framegate_tag {
  uint8_t bytes[16];
} framegate_tag;

/* The source of a derived frame: a frame, or several joined. Only the gate makes one: framegate_cleared has that of
 * the frame that an outlet received, framegate_source_meet() joins two. A frame is malformed if it names a source that
 * was changed, made up or of another process. To keep a source after its release, let `people` point to a copy of
 * them, in their order. */
typedef struct framegate_source {
  uint32_t size;
  uint32_t kinds;                       /* the kinds that it was made from, as a set, beside its tag's kind */
  framegate_tag tag;                    /* as it came with the frame */
  const framegate_participant *people;  /* everybody who was in it */
  size_t people_count;
  int64_t captured;                     /* when its earliest part was captured */
  /* that the gate made it: over all of the above but `size`, and the people, not where they are */
  uint8_t proof[16];
} framegate_source;

typedef enum framegate_limit {
  FRAMEGATE_MAX_REGIONS = 64, /* a frame with more is withheld */
  FRAMEGATE_MAX_SOURCES = 64, /* a frame with more is withheld */
  FRAMEGATE_MAX_FRAMES = 1024,    /* in one call */
  FRAMEGATE_MAX_CONTRIBUTORS = 16 /* of framegate_source_map_contributors() */
} framegate_limit;

/* Whether the client takes a frame of encoded video for a keyframe. A stream resumes only if the frame's own header
 * says so, too. */
typedef enum framegate_keyframe {
  FRAMEGATE_KEYFRAME_UNSAID = 0, /* the header alone decides */
  FRAMEGATE_KEYFRAME_YES = 1,
  FRAMEGATE_KEYFRAME_NO = 2
} framegate_keyframe;

/* The facts about a frame beside its payload. */
typedef struct framegate_frame {
  uint32_t size;
  uint32_t contributors;               /* FRAMEGATE_CONTRIBUTORS_…: 0 is none of them */
  int64_t captured;                    /* when its earliest sample was; of a derived frame by its sources */
  const framegate_participant *people;
  size_t people_count;
  framegate_group group;
  const framegate_region *regions;     /* at most FRAMEGATE_MAX_REGIONS, in any order */
  size_t region_count;
  const framegate_source *sources;     /* at most FRAMEGATE_MAX_SOURCES */
  size_t source_count;
  uint32_t keyframe;                   /* FRAMEGATE_KEYFRAME_… */
  uint32_t reserved;                   /* 0 */
} framegate_frame;

/* Bytes, or one plane of a picture. Bytes between its rows and below the last are slack: decoders repeat the
 * picture's edge there, and in a crop they show its surroundings. A whole frame is handed on with its slack as it
 * is; framegate_tap_admit_into() copies none, so that `buffers` keep theirs. In place and in `buffers`, slack of a
 * redacted or blanked frame is black, and of a dropped one zeros. */
typedef struct framegate_plane {
  const uint8_t *data;
  size_t length; /* from the first row's first sample at least to the last row's last */
  size_t stride; /* bytes from one row to the next, at least a row's width; 0 of bytes */
} framegate_plane;

/* A frame's content, which is only read. */
typedef struct framegate_payload {
  uint32_t size;
  /* for a picture: as many as its format has; for all else: 0, and the bytes are in the first */
  uint32_t planes;
  framegate_plane plane[4]; /* those not used are 0 */
} framegate_payload;

/* A plane, and a payload, that is written to. */
typedef struct framegate_plane_mut {
  uint8_t *data;
  size_t length;
  size_t stride;
} framegate_plane_mut;

typedef struct framegate_payload_mut {
  uint32_t size;
  uint32_t planes;
  framegate_plane_mut plane[4];
} framegate_payload_mut;

/* The frame that an outlet receives: the verdict, and what is left. `size`, `room` and `capacity` are set by the
 * caller, all else by the gate. */
typedef struct framegate_cleared {
  uint32_t size;
  int32_t verdict;            /* FRAMEGATE_VERDICT_… */
  framegate_tag tag;          /* travels with the frame */
  /* the content that the outlet may have; empty if dropped. Do not touch it after framegate_tap_end() */
  framegate_payload payload;
  /* a bit for each region, or field of a record, that was hidden; all of a withheld frame */
  uint64_t hidden;
  /* for the people of `source`; null: no source is wanted, and none proved, which takes time */
  framegate_participant *room;
  size_t capacity;
  /* the source to name for anything derived from it; of size 0 if `room` is too small or nothing was released */
  framegate_source source;
} framegate_cleared;

/* Joins two sources of one meeting: the meet of their tags, all kinds, the earlier capture, and everybody in either
 * once. The people are written to `room`, and `source->people` points there. `source->size` is set by the caller. Any
 * thread. A caption of many frames collects them with two rooms: one of what there is, and one for that joined with
 * the next. If a room is too small, derive nothing of them until it begins anew: never go on with fewer.
 * Errors, with `source` zeros after its size, and `room` too: NULL, MISALIGNED, SIZE, LENGTH, PANIC; NO_SOURCE if one
 * of the two is none; SHORT_BUFFER, and then `source->people_count` says how many people need room: as many as both
 * have together are always enough. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_source_meet(
    const framegate_source *a, const framegate_source *b, framegate_participant *room, size_t capacity, framegate_source
    *source);

/* ---- Taps: the hot half ---- */

/* Hands frames on as they are, without copying, or drops them: a release begins, `count` frames are judged, each by
 * itself, and `cleared[i]` has the verdict on `frames[i]`. `handed_on`, unless null, says how many were handed on.
 * If that is not 0, the release is under way until framegate_tap_end(): the outlet must take what it may have before
 * that. If it is 0, the release has ended, and framegate_tap_end() is NOT_RELEASING, which is no harm. `now` is the
 * time of release; the latest that the tap has seen counts.
 *
 * A frame of which only a part is cleared is dropped. None is blanked, except encoded ones if the outlet says so:
 * `cleared[i].payload` then belongs to the gate, until framegate_tap_end(). A frame or a payload that cannot be read
 * is dropped as MALFORMED and counted. In an encoded stream a payload without bytes is no frame: it is dropped as
 * MALFORMED, but not counted, and the stream goes on as if it had not been offered. A release that is not ended makes
 * its tap withhold from then on, and no withdrawal settles before it ends.
 *
 * Every picture of an encoded stream is to be offered, also those that will be withheld. A predicted one needs the
 * consent of everybody in it without a break since the last one that went through was captured, or it waits for a
 * keyframe; but who is in a picture that is not offered the gate cannot know.
 *
 * One thread at a time for each tap. On an error no frame was looked at, `handed_on` is 0, and each of the `count`
 * of `cleared` says DROPPED and leads to nothing, also FRAMEGATE_MAX_FRAMES, up to one whose `size` is wrong, and of
 * fewer beside such a one, which does so as far as it says it goes; unless `cleared` is null, misaligned, or longer
 * than memory. The frames are withheld all the same: an encoded stream then resumes only at a frame that starts
 * afresh.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, LENGTH (more than FRAMEGATE_MAX_FRAMES, or than one of an encoded stream
 * whose outlet blanks), RELEASING, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_admit(
    framegate_tap tap, const framegate_frame *frames, const framegate_payload *payloads, size_t count, int64_t now,
    framegate_cleared *cleared, size_t *handed_on);

/* Copies the cleared part of each frame into `buffers`, and hands that on: `cleared[i].payload` is `buffers[i]`. All
 * else as in framegate_tap_admit(). A frame may be redacted, or blanked as its outlet says; an encoded one as there.
 * Buffers have the stream's format and, except for pictures, exactly the length of their payload, or the frame is
 * dropped. The buffer of a dropped frame is wiped. Blanked frames count as handed on.
 * Errors: as framegate_tap_admit(); a buffer that overlaps its payload is MALFORMED and not written to. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_admit_into(
    framegate_tap tap, const framegate_frame *frames, const framegate_payload *payloads, const framegate_payload_mut
    *buffers, size_t count, int64_t now, framegate_cleared *cleared, size_t *handed_on);

/* Hands frames on as framegate_tap_admit_into() does, redacted or blanked in place, for payloads that nobody else
 * reads: the conference call itself must have a copy of its own, and so must other taps. A dropped frame's payload is
 * wiped.
 * Errors: as framegate_tap_admit(). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_admit_in_place(
    framegate_tap tap, const framegate_frame *frames, const framegate_payload_mut *payloads, size_t count, int64_t now,
    framegate_cleared *cleared, size_t *handed_on);

/* Ends the release that is under way. Errors: HANDLE, NOT_RELEASING. */
FRAMEGATE_API framegate_status framegate_tap_end(framegate_tap tap);

/* Returns whether to ask the sender for a keyframe now (RFC 4585 section 6.3.1, RFC 5104 section 3.5.1): the last frame
 * was cleared but withheld because it may depend on one that was withheld or never came, and the last request is at
 * least `least` milliseconds ago. Call it after every frame: it is true once, then again every `least` until a
 * keyframe has gone through, and never sooner. Take about a round trip, as 500. Otherwise nothing is released until
 * the next keyframe comes by itself. `now` is the time of release; a later one that the tap was given counts, and out
 * of range it is false. One thread at a time for each tap.
 * Errors, with `request` false: HANDLE, NULL, MISALIGNED, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_keyframe_request(
    framegate_tap tap, int64_t now, uint32_t least, bool *request);

typedef enum framegate_can_blank {
  FRAMEGATE_CAN_BLANK_UNKNOWN = 0, /* not before the first keyframe with its parameter sets */
  FRAMEGATE_CAN_BLANK_YES = 1,
  FRAMEGATE_CAN_BLANK_NO = 2       /* the outlet does not take them, or there are none of such a format or sequence */
} framegate_can_blank;

/* Returns FRAMEGATE_CAN_BLANK_…: whether frames that are withheld for want of consent go to the outlet blank. In an
 * encoded stream it can change with every keyframe. Dropped all the same are frames with a fault, frames that are not
 * shown, RASL pictures of HEVC, and raw frames in framegate_tap_admit(), which changes no payload. One thread at a
 * time for each tap.
 * Errors, with `can_blank` 0: HANDLE, NULL, MISALIGNED, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_can_blank(framegate_tap tap, uint32_t *can_blank);

/* What was wrong with a frame, if the client rather than somebody's consent was the cause. framegate_fault_remedy()
 * says what to do. */
typedef enum framegate_fault {
  FRAMEGATE_FAULT_NONE = 0,
  FRAMEGATE_FAULT_PLANES = 1,                   /* planes instead of bytes */
  FRAMEGATE_FAULT_BYTES = 2,                    /* bytes instead of planes */
  FRAMEGATE_FAULT_EMPTY = 3,                    /* empty payload */
  FRAMEGATE_FAULT_TOO_LONG = 4,                 /* payload too long */
  FRAMEGATE_FAULT_PARTIAL_SAMPLE = 5,           /* part of a sample */
  FRAMEGATE_FAULT_MISSING_PLANE = 6,            /* missing plane */
  FRAMEGATE_FAULT_EXTRA_PLANE = 7,              /* plane too many */
  FRAMEGATE_FAULT_STRIDE = 8,                   /* stride too small */
  FRAMEGATE_FAULT_PLANE_TOO_SMALL = 9,          /* plane too small */
  FRAMEGATE_FAULT_CHROMA_ROUNDED_DOWN = 10,     /* chroma rounded down */
  FRAMEGATE_FAULT_BUFFER = 11,                  /* buffer does not fit */
  FRAMEGATE_FAULT_NOT_UTF8 = 12,                /* not UTF-8 */
  FRAMEGATE_FAULT_NOT_JSON = 13,                /* not JSON */
  FRAMEGATE_FAULT_RECORD_LENGTH = 14,           /* length of a record */
  FRAMEGATE_FAULT_RECORD_OF_OTHERS = 15,        /* record of others */
  FRAMEGATE_FAULT_TOO_MANY_REGIONS = 16,        /* too many regions */
  FRAMEGATE_FAULT_TOO_MANY_SOURCES = 17,        /* too many sources */
  FRAMEGATE_FAULT_AREA_KIND = 18,               /* area of another format */
  FRAMEGATE_FAULT_EMPTY_AREA = 19,              /* empty area */
  FRAMEGATE_FAULT_AREA_OUTSIDE = 20,            /* area outside the frame */
  FRAMEGATE_FAULT_NO_SUCH_CHANNEL = 21,         /* no such channel */
  FRAMEGATE_FAULT_SPLIT_CHARACTER = 22,         /* split character */
  FRAMEGATE_FAULT_NO_OWNER = 23,                /* stream without owner */
  FRAMEGATE_FAULT_NOBODY_NAMED = 24,            /* nobody named */
  FRAMEGATE_FAULT_NOT_DERIVED = 25,             /* sources on a stream that is not derived */
  FRAMEGATE_FAULT_NO_SOURCES = 26,              /* derived data without sources */
  FRAMEGATE_FAULT_LENGTH_PREFIXED = 27,         /* length-prefixed units */
  FRAMEGATE_FAULT_NO_START_CODE = 28,           /* no start code */
  FRAMEGATE_FAULT_UNIT_HEADER = 29,             /* header of a unit */
  FRAMEGATE_FAULT_LAYER = 30,                   /* further layer */
  FRAMEGATE_FAULT_NO_PARAMETER_SETS = 31,       /* keyframe without parameter sets */
  FRAMEGATE_FAULT_SEVERAL_FRAMES = 32,          /* several frames in one */
  FRAMEGATE_FAULT_OPEN_GROUP = 33,              /* open group of pictures */
  FRAMEGATE_FAULT_FRAME_HEADER = 34,            /* frame header */
  FRAMEGATE_FAULT_UNIT_SIZE = 35,               /* size of a unit */
  FRAMEGATE_FAULT_NO_UNIT_SIZE = 36,            /* unit without a size */
  FRAMEGATE_FAULT_LENGTH_DELIMITED = 37,        /* length-delimited units */
  FRAMEGATE_FAULT_OPUS_PACKET = 38,             /* packet of Opus */
  FRAMEGATE_FAULT_OPUS_STREAMS = 39,            /* number of Opus streams */
  FRAMEGATE_FAULT_OPUS_REDUNDANCY = 40,         /* redundant Opus */
  FRAMEGATE_FAULT_DENIED_KEYFRAME = 41,         /* keyframe said to be none */
  FRAMEGATE_FAULT_STRUCT = 42,                  /* struct */
  FRAMEGATE_FAULT_OTHERS_NAMED = 43,            /* others named */
  FRAMEGATE_FAULT_START_CODE = 44,              /* start code in place of a length */
  FRAMEGATE_FAULT_ADTS = 45,                    /* ADTS header before raw AAC */
  FRAMEGATE_FAULT_NO_ADTS = 46,                 /* no ADTS header */
  FRAMEGATE_FAULT_AAC_PROFILE = 47,             /* profile of AAC */
  FRAMEGATE_FAULT_AAC_FRAME = 48                /* frame of AAC */
} framegate_fault;

/* Returns FRAMEGATE_FAULT_… of the last frame that had a fault: withheld as MALFORMED, as INCOMPLETE because its
 * contributors are none that such a stream can have, or as AWAITS_KEYFRAME though the stream was meant to resume at
 * it. It stays when frames without a fault come; 0 before the first. One thread at a time for each tap.
 * Errors, with `fault` 0: HANDLE, NULL, MISALIGNED, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_last_fault(framegate_tap tap, uint32_t *fault);

/* The name of a fault, and what to do about it, as framegate_kind_name() gives names. */
FRAMEGATE_API framegate_string framegate_fault_name(uint32_t fault);
FRAMEGATE_API framegate_string framegate_fault_remedy(uint32_t fault);

/* The purposes for which a frame could be released now. It is no tag, cannot be made one, and releases nothing. */
typedef struct framegate_decision {
  int32_t verdict;     /* WHOLE if for any purpose, else DROPPED */
  uint32_t reason;     /* FRAMEGATE_REASON_… */
  uint16_t purposes;   /* whatever the outlet's are */
  uint16_t reserved;   /* 0 */
  uint32_t generation; /* how many entries of the ledger it surely took into account */
} framegate_decision;

/* Decides about a frame of nobody but the stream's owner: for which purposes they agree to it. It releases nothing
 * and is not counted; the answer may no longer hold when the call returns. One thread at a time for each tap.
 * Errors, with `decision` zeros, so no consent: HANDLE, NULL, MISALIGNED, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_decide(
    framegate_tap tap, int64_t captured, int64_t now, framegate_decision *decision);

/* Decides about any frames, in their order: for which purposes everybody in each agrees to the whole frame. One
 * thread at a time for each tap.
 * Errors, with all `count` of `decisions` zeros: HANDLE, NULL, MISALIGNED, SIZE, LENGTH (more than
 * FRAMEGATE_MAX_FRAMES), PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_decide_batch(
    framegate_tap tap, const framegate_frame *frames, size_t count, int64_t now, framegate_decision *decisions);

/* How many frames a tap saw, and how it treated them. `seen` is the sum of the others. Payloads without bytes are not
 * counted in encoded streams. */
typedef struct framegate_counters {
  uint32_t size;
  uint16_t stream; /* from which stream, by number */
  uint16_t outlet; /* into which outlet */
  uint64_t seen;
  uint64_t whole;
  uint64_t redacted;
  uint64_t blanked;
  uint64_t dropped;
} framegate_counters;

/* Returns the counters of one tap. `counters->size` is set by the caller. One thread at a time for each tap.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_counters(
    framegate_tap tap, framegate_counters *counters);

/* How many frames had this verdict for this reason. */
typedef struct framegate_reason_count {
  int32_t verdict; /* FRAMEGATE_VERDICT_… */
  uint32_t reason; /* FRAMEGATE_REASON_…; NONE if whole */
  uint64_t count;  /* at least 1 */
} framegate_reason_count;

/* Lists the counters of one tap by verdict and reason, without those of no frames: each frame is counted once. Into an
 * array as in framegate_meeting_participants(). One thread at a time for each tap.
 * Errors: HANDLE, NULL, MISALIGNED, LENGTH, SHORT_BUFFER, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tap_reasons(
    framegate_tap tap, framegate_reason_count *counts, size_t capacity, size_t *count);

/* Returns the counters of every tap that was opened, in that order, closed ones too, into an array as in
 * framegate_meeting_participants(). Each `size` is set by the gate.
 * Errors: HANDLE, NULL, MISALIGNED, LENGTH, SHORT_BUFFER, BUSY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_counters(
    framegate_meeting meeting, framegate_counters *counters, size_t capacity, size_t *count);

/* Enters the counters of every tap in the ledger, and the device's signature if the meeting has a device's key. The
 * end of a meeting does so by itself.
 * Errors: HANDLE, BUSY, PANIC, LEDGER, ENDED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_count(framegate_meeting meeting, int64_t now);

/* ---- Tags ---- */

/* The content of a tag. */
typedef struct framegate_tag_fields {
  uint32_t size;
  int32_t verdict;     /* FRAMEGATE_VERDICT_… */
  uint32_t reason;     /* FRAMEGATE_REASON_… */
  uint32_t kind;       /* FRAMEGATE_KIND_…; FRAMEGATE_NO_KIND: several */
  uint16_t purposes;   /* for which it was cleared; 0 unless whole or redacted */
  uint16_t stream;     /* its number; 65,535: several */
  uint32_t generation; /* how many entries of the ledger the verdict surely took into account */
  int64_t captured;    /* rounded down to a millisecond; FRAMEGATE_NO_TIME: out of range */
} framegate_tag_fields;

/* Reads 16 bytes as a tag. To write one, copy its bytes. Any thread. Errors: NULL, LENGTH, TAG_VERSION, TAG_INVALID. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tag_read(
    const uint8_t *bytes, size_t length, framegate_tag *tag);

/* Reads a tag's fields; `fields->size` is set by the caller. After an error the other members are zeros: DROPPED,
 * for no purpose, of no kind. Any thread.
 * Errors: NULL, MISALIGNED, SIZE, TAG_VERSION, TAG_INVALID. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tag_get(framegate_tag tag, framegate_tag_fields *fields);

/* Joins two tags into that of data derived from both frames, which clears no more than either. A tag is no source,
 * and joining does not make it one. Any thread.
 * Errors, with `tag` zeros, so no consent: NULL, MISALIGNED, PANIC; TAG_VERSION, TAG_INVALID if one of the two is no
 * tag. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tag_meet(
    framegate_tag a, framegate_tag b, framegate_tag *tag);

/* Joins tags of two meetings in the same way, without the purposes that a meeting names.
 * Errors: as framegate_tag_meet(). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_tag_meet_across_meetings(
    framegate_tag a, framegate_tag b, framegate_tag *tag);

/* ---- Seals ---- */

/* The MAC that binds a tag to its meeting, its people and its payload. Whoever can verify a seal can make one: it
 * proves nothing to outsiders. */
typedef struct framegate_seal {
  uint8_t bytes[16];
} framegate_seal;

/* A keyed digest of a payload, which can stand in an archive: without the meeting's secret it reveals nothing about the
 * payload. */
typedef struct framegate_payload_digest {
  uint8_t bytes[32];
} framegate_payload_digest;

/* The consent evidence that travels with a frame: its tag, and its seal if it has one; as bytes one right after the
 * other, 16 or 32 in all. */
typedef struct framegate_carried {
  uint32_t size;
  uint32_t sealed;     /* 1 if there is a seal, else 0; a tag without one is only its writer's word */
  framegate_tag tag;
  framegate_seal seal; /* zeros if there is none */
} framegate_carried;

/* Somebody in a frame, by the id that they joined with. */
typedef struct framegate_subject {
  uint32_t size;
  /* the kinds that they are in it as, beside the kind of its tag: a face on a shared screen is VIDEO */
  uint32_t kinds;
  framegate_string id; /* in an array ids ascend, byte by byte, each once */
} framegate_subject;

/* A part of a payload, as a row of a picture is. */
typedef struct framegate_piece {
  const uint8_t *data;
  size_t length;
} framegate_piece;

/* A released frame, as an archive keeps it. */
typedef struct framegate_archived {
  uint32_t size;
  uint32_t reserved;                   /* 0 */
  framegate_instance instance;         /* of its meeting */
  const framegate_carried *carried;    /* null: none. One whose tag does not parse is none */
  /* everybody in it, its stream's owner too; for a redacted frame, everybody in the rest: `source` of
     framegate_cleared */
  const framegate_subject *subjects;
  size_t subject_count;
  /* of its payload: framegate_stream_key_digest(); null: none, and no seal is made or checked */
  const framegate_payload_digest *digest;
} framegate_archived;

/* Reads 16 bytes as a tag, or 32 as a tag with its seal. `carried->size` is set by the caller; after an error the
 * other members, if they can be written, are zeros, so no consent. Any thread.
 * Errors: NULL, MISALIGNED, SIZE, LENGTH, TAG_VERSION, TAG_INVALID. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_carried_read(
    const uint8_t *bytes, size_t length, framegate_carried *carried);

/* Derives the key of a meeting from a secret: 32 random bytes, not all zeros, that the client shares with those who
 * verify, and nobody else has. Several meetings may have the same secret. Not for media threads. The key is wiped
 * when it is closed by framegate_meeting_key_close().
 * Errors: NULL, MISALIGNED, EMPTY, FULL, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_key_open(
    const uint8_t *secret, const framegate_instance *instance, framegate_meeting_key *key);

/* Closes the handle; keys of streams hold on. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_meeting_key_close(framegate_meeting_key key);

/* Seals many frames: `seals[i]` is that of `frames[i]`, zeros if it has no tag or no digest, or is of another
 * meeting. Seals that the frames have are ignored. Not for media threads. On an error all seals are zeros.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, ORDER, EMPTY, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_meeting_key_seal_batch(
    framegate_meeting_key key, const framegate_archived *frames, size_t count, framegate_seal *seals);

/* Derives the key of the stream of this number: `number` of framegate_stream, `stream` of framegate_tag_fields. Tags
 * of several streams, 65,535, share one more key. The key is wiped when it is closed by framegate_stream_key_close(),
 * before or after the meeting's key. At most 65,535 at a time in a process. Not for media threads.
 * Errors: HANDLE, NULL, MISALIGNED, FULL, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_stream_key_open(
    framegate_meeting_key meeting, uint16_t stream, framegate_stream_key *key);

/* Closes the handle. No other call that uses it may be under way. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_stream_key_close(framegate_stream_key key);

/* Returns the digest of a payload of FRAMEGATE_FORMAT_…, in pieces, of which only the bytes count and not where one
 * ends. H.264, HEVC and AV1 must be in one piece; their digest is over what every transport leaves alone, so that it
 * is the same with and without a tag in the frame, without temporal delimiters, and with start codes and sizes of any
 * form. It may be called inside a release, on any thread; it reads the payload once.
 * Errors: HANDLE, NULL, MISALIGNED, NUMBER, LENGTH, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_stream_key_digest(
    framegate_stream_key key, uint32_t format, const framegate_piece *pieces, size_t piece_count,
    framegate_payload_digest *digest);

/* Seals a frame: its tag, everybody in it, and its payload by its digest. It may be called inside a release, on any
 * thread.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, ORDER, TAG_VERSION, TAG_INVALID, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_stream_key_seal(
    framegate_stream_key key, framegate_tag tag, const framegate_subject *subjects, size_t subject_count, const
    framegate_payload_digest *digest, framegate_seal *seal);

/* Returns whether a seal is of this tag, these people and the payload of this digest. The key must be that of the
 * tag's stream. It may be called inside a release, on any thread.
 * Errors, with `holds` false: HANDLE, NULL, MISALIGNED, SIZE, NUMBER, UTF8, LENGTH, ORDER, TAG_VERSION, TAG_INVALID,
 * PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_stream_key_verify(
    framegate_stream_key key, framegate_seal seal, framegate_tag tag, const framegate_subject *subjects, size_t
    subject_count, const framegate_payload_digest *digest, bool *holds);

/* ---- Tags on the wire ---- */

/* The writers below copy a packet or a unit with a tag into `buffer` of `capacity` bytes, which must not overlap it.
 * `length`, unless null, gets the length of the copy, even if it does not fit, and 0 after any other error: the content
 * of `buffer` is then unusable. The readers set `carried` as framegate_carried_read() does. A tag may be dropped on the
 * way; an absent one means no consent. Any thread, media threads too.
 * Errors of all: NULL, MISALIGNED, SIZE, LENGTH, WIRE_FORMAT, SEVERAL_TAGS, TAG_VERSION, TAG_INVALID, PANIC; in
 * reading NO_TAG; in writing NUMBER, OVERLAP, SHORT_BUFFER. */

/* Reads the tag of an RTP packet under the id of its header extension (RFC 8285), 1 to 255.
 * Errors: also EXTENSION_ID. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_rtp_read(
    const uint8_t *packet, size_t length, uint32_t id, framegate_carried *carried);

/* Writes an RTP packet with a tag. A tag of 16 bytes under an id up to 14 takes the one-byte form; with its seal, or
 * under a larger id, it takes the two-byte form for all extensions of the packet. If a stream mixes packets of both
 * forms, FRAMEGATE_SDP_ALLOW_MIXED must have been agreed. A tag that was there before is replaced; all else is as it
 * was. Call it before SRTP protects the packet.
 * Errors: also EXTENSION_ID, FOREIGN_EXTENSION; not SEVERAL_TAGS. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_rtp_write(
    const uint8_t *packet, size_t packet_length, uint32_t id, const framegate_carried *carried, uint8_t *buffer, size_t
    capacity, size_t *length);

/* Read and write the tag of an access unit with start codes, of FRAMEGATE_FORMAT_H264 or FRAMEGATE_FORMAT_HEVC:
 * supplemental enhancement information that decoders skip.
 * Errors: also NUMBER. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_sei_read(
    const uint8_t *unit, size_t length, uint32_t format, framegate_carried *carried);
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_sei_write(
    const uint8_t *unit, size_t unit_length, uint32_t format, const framegate_carried *carried, uint8_t *buffer, size_t
    capacity, size_t *length);

/* Read and write the tag of a temporal unit of AV1 in the low-overhead format: a metadata OBU that decoders skip. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_obu_read(
    const uint8_t *unit, size_t length, framegate_carried *carried);
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_obu_write(
    const uint8_t *unit, size_t unit_length, const framegate_carried *carried, uint8_t *buffer, size_t capacity, size_t
    *length);

/* ---- What is received ---- */

/* A packet of RTP, decrypted, as far as it says when something was captured and by whom. framegate_rtp_parse() fills
 * it; where packets are taken apart elsewhere, as in a browser's encoded frames, fill in what is known. */
typedef struct framegate_packet {
  uint32_t size;
  uint32_t ssrc;
  uint32_t timestamp;        /* in units of the payload format's clock */
  uint32_t csrc_count;       /* at most 15 */
  uint32_t csrcs[15];        /* the contributing sources */
  uint16_t sequence_number;
  uint8_t payload_type;
  uint8_t marker;            /* 0 or 1 */
  /* when it was captured, as the header extension abs-capture-time says it, as an NTP time; 0: it does not say it */
  uint64_t capture_time;
  /* how much the clock of that is ahead of the one that the sender's reports are written by, in 2^-32 s; counts only
     if `has_clock_offset` is 1: 0 says that it is not known */
  int64_t clock_offset;
  uint32_t has_clock_offset;
  uint32_t reserved;         /* 0 */
  const uint8_t *payload;    /* in the packet's own memory, without padding; only for the caller to read */
  size_t payload_length;
} framegate_packet;

/* What a sender says of its clocks: at `ntp` by its wall clock, its media clock stood at `rtp_timestamp` (RFC 3550
 * section 6.4.1). */
typedef struct framegate_sender_report {
  uint64_t ntp; /* 0 if it has no wall clock: then the report says nothing */
  uint32_t ssrc;
  uint32_t rtp_timestamp;
} framegate_sender_report;

/* Takes an RTP packet apart. `capture_time_id` is the id that abs-capture-time was negotiated under
 * (http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time), or 0; `parsed->size` is set by the caller.
 * Padding must fit (RFC 3550 section 5.1). Any thread, media threads too.
 * Errors: NULL, MISALIGNED, SIZE, LENGTH, EXTENSION_ID, WIRE_FORMAT, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_rtp_parse(
    const uint8_t *packet, size_t length, uint32_t capture_time_id, framegate_packet *parsed);

/* Takes a compound packet of RTCP apart, decrypted (RFC 3550 section 6.1, RFC 5506): the sender reports in it, and
 * the sources that say goodbye. Nothing of a malformed one counts. Each count, unless null, says how many there are,
 * even if they do not fit. Any thread, media threads too.
 * Errors: NULL, MISALIGNED, LENGTH, SHORT_BUFFER, WIRE_FORMAT, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_rtcp_parse(
    const uint8_t *packet, size_t length, framegate_sender_report *reports, size_t report_capacity, size_t
    *report_count, uint32_t *goodbyes, size_t goodbye_capacity, size_t *goodbye_count);

/* How the clock by which a sender writes its reports compares with the meeting's. */
typedef enum framegate_sender_clock {
  /* both follow UTC: `start` and `error` say how */
  FRAMEGATE_SENDER_CLOCK_SYNCHRONIZED = 1,
  /* nothing is known: a report counts as sent `worst_delay` before it arrived, whatever time is in it */
  FRAMEGATE_SENDER_CLOCK_UNRELATED = 2
} framegate_sender_clock;

/* How a received stream is dated. */
typedef struct framegate_capture_clock_options {
  uint32_t size;
  /* how many units of the RTP timestamp are a second: 90,000 for video, 48,000 for Opus, 8,000 for G.711 and G.722 */
  uint32_t rate;
  uint32_t sender;     /* FRAMEGATE_SENDER_CLOCK_… */
  uint32_t reserved;   /* 0 */
  uint64_t start;      /* if synchronized: UTC at the meeting's start, as an NTP time */
  /* if synchronized: by how many microseconds a time of the sender's can seem later here than it was; not 0. Where a
     server that forwards the stream writes the reports, the longest that media are on the way to it is a part */
  int64_t error;
  /* the longest, in microseconds, that it takes from the capture of a sample, by anybody who can be heard or seen in
     the stream, to its arrival, and that a report is on its way; not 0 */
  int64_t worst_delay;
} framegate_capture_clock_options;

/* Opens a clock for one stream, of one SSRC: another for each, and a new one if the clock's rate changes or the
 * timestamps begin anew. Closed by framegate_capture_clock_close(). At most 65,535 at a time in a process.
 * Errors: NULL, MISALIGNED, SIZE, NUMBER, LENGTH of a negative time, EMPTY of a rate, an error or a delay of 0, FULL,
 * PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_capture_clock_open(
    const framegate_capture_clock_options *options, framegate_capture_clock *clock);

/* Closes the handle. No other call that uses it may be under way. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_capture_clock_close(framegate_capture_clock clock);

/* Takes a sender report of the stream, which arrived at `arrival`. The last two count, each for a minute.
 * Errors: HANDLE, NULL, MISALIGNED, IN_USE, PANIC; then it is as if the report had not come. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_capture_clock_report(
    framegate_capture_clock clock, const framegate_sender_report *report, int64_t arrival);

/* When the earliest sample of a packet was captured, at the earliest, for `captured` of a framegate_frame: the
 * earliest of what the last two reports and abs-capture-time say, and `arrival` less `worst_delay` where these say
 * nothing, contradict the arrival, or do not speak of everybody in a mix. It is never later than `arrival`; before the
 * meeting's start it is FRAMEGATE_NO_TIME, which is out of range, so that the frame is withheld. A frame in several
 * packets has the time of its first.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE, NUMBER, LENGTH, IN_USE, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_capture_clock_captured(
    framegate_capture_clock clock, const framegate_packet *packet, int64_t arrival, int64_t *captured);

/* Opens a map of one transport's sources, with room for so many entries, 1 to 65,535: one for each number and each
 * change of its holder. Whoever is in none is FRAMEGATE_PARTICIPANT_UNKNOWN. Closed by framegate_source_map_close().
 * At most 65,535 at a time in a process.
 * Errors: NULL, MISALIGNED, LENGTH, FULL, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_source_map_open(
    uint32_t capacity, framegate_source_map *map);

/* Closes the handle. No other call that uses it may be under way. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_source_map_close(framegate_source_map map);

/* Says that what is captured from `from` on under this SSRC is this person's alone, and no longer its former
 * holder's. If it is not known exactly when it changed hands, end it at the earliest time and assign it at the latest.
 * Without room, the entry that ended first is forgotten, and so unknown.
 * Errors: HANDLE, IN_USE, PANIC, FULL if none has ended, TIME; the former holder has lost it by FULL and TIME all the
 * same. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_source_map_assign(
    framegate_source_map map, uint32_t ssrc, framegate_participant who, int64_t from);

/* Says that from `from` on this SSRC is a mixer's, which is nobody and lists who is in each packet. Errors: as
 * framegate_source_map_assign(). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_source_map_assign_mixer(
    framegate_source_map map, uint32_t ssrc, int64_t from);

/* Says that from `at` on nobody knows whose this SSRC is, until it is assigned anew: it said goodbye, two sources use
 * it (RFC 3550 section 8.2), or it is about to change hands. With a time out of range, it was never known.
 * Errors: HANDLE, IN_USE, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_source_map_end(
    framegate_source_map map, uint32_t ssrc, int64_t at);

/* Who is in a packet, for a framegate_frame: `contributors` is FRAMEGATE_CONTRIBUTORS_COMPLETE or _PARTIAL, and
 * `people` has room for FRAMEGATE_MAX_CONTRIBUTORS. All are named who held one of the packet's numbers between
 * `captured`, as framegate_capture_clock_captured() gives it, and `arrival`. Partial, and so withheld, are a list of
 * 15 contributing sources, a mixer's packet without any, and more people than can be named.
 * Errors, with `contributors` 0, so that the frame is withheld: HANDLE, NULL, MISALIGNED, SIZE, LENGTH, SHORT_BUFFER,
 * IN_USE, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_source_map_contributors(
    framegate_source_map map, const framegate_packet *packet, int64_t captured, int64_t arrival, framegate_participant
    *people, size_t capacity, size_t *count, uint32_t *contributors);

/* ---- Session descriptions ---- */

/* Names the header extension of framegate_rtp_write() (RFC 8285 section 5). */
#define FRAMEGATE_SDP_URI "urn:uuid:ad4d781a-88da-53bc-aead-3084db63d801"

/* The line that lets packets of a stream have extensions of either form (RFC 8285 section 6). */
#define FRAMEGATE_SDP_ALLOW_MIXED "a=extmap-allow-mixed"

/* Writes the line, without its end, that offers the header extension under an id, 1 to 14, or to 255 for the two-byte
 * form alone. Text as framegate_meeting_id() writes it. Any thread.
 * Errors: NULL, MISALIGNED, SHORT_BUFFER, LENGTH, EXTENSION_ID, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_sdp_extmap(
    uint32_t id, char *buffer, size_t capacity, size_t *length);

/* Returns the id under which a part of a description has the header extension: 1 to 255. Any thread.
 * Errors, with `id` 0: NULL, MISALIGNED, UTF8, LENGTH, PANIC; EXTENSION_ID if the part has none, several, or an
 * invalid one. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_sdp_extension_id(framegate_string part, uint32_t *id);

/* Whether somebody is being recorded: `a=record` (RFC 7866 section 7.1.2). */
typedef enum framegate_recording {
  FRAMEGATE_RECORDING_UNSAID = 0, /* not stated, or by an unknown word */
  FRAMEGATE_RECORDING_ON = 1,
  FRAMEGATE_RECORDING_OFF = 2,
  FRAMEGATE_RECORDING_PAUSED = 3
} framegate_recording;

/* Whether somebody wishes to be recorded: `a=recordpref` (RFC 7866 section 7.3.2). A wish is not consent, because no
 * notice was shown for it; but after a refusal, withdraw RECORD. */
typedef enum framegate_preference {
  FRAMEGATE_PREFERENCE_ON = 1,
  FRAMEGATE_PREFERENCE_OFF = 2,
  FRAMEGATE_PREFERENCE_PAUSE = 3,
  FRAMEGATE_PREFERENCE_NO_PREFERENCE = 4
} framegate_preference;

/* Return the state and the preference to announce for somebody who agreed to these purposes for a medium: ON or OFF.
 * Any thread.
 * Errors, with a 0: NULL, MISALIGNED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_recording_of(uint16_t agreed, uint32_t *recording);
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_preference_of(uint16_t agreed, uint32_t *preference);

/* Return the attribute as a line, without its end. Valid as long as the library is loaded. Any thread.
 * Errors, with an empty line: NULL, MISALIGNED, NUMBER. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_recording_line(uint32_t recording, framegate_string *line);
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_preference_line(
    uint32_t preference, framegate_string *line);

/* Return the state, FRAMEGATE_RECORDING_…, and the preference, FRAMEGATE_PREFERENCE_…, of a description's media
 * description of this number, from 0, or else of the session. An unknown preference counts as OFF. Any thread.
 * Errors, with a 0: NULL, MISALIGNED, UTF8, LENGTH, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_recording_read(
    framegate_string description, size_t media, uint32_t *recording);
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_preference_read(
    framegate_string description, size_t media, uint32_t *preference);

/* Returns whether recording may go on under this preference: false for a number that is no preference, and for a
 * refusal, after which RECORD is to be withdrawn. Any thread.
 * Errors, with `permits` false: NULL, MISALIGNED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_preference_permits(uint32_t preference, bool *permits);

/* ---- Ledgers ---- */

/* The facts about a ledger that was read and verified. */
typedef struct framegate_ledger_info {
  uint32_t size;
  uint32_t torn;       /* 1 if there is a torn last line, as a crash leaves one behind; it is left out */
  uint64_t length;     /* its length in bytes, without that line */
  uint64_t anchored;   /* up to how many entries an anchor or a device's signature vouches for it */
  framegate_head head;
  uint64_t started;    /* the time of day at the meeting's start, microseconds since 1970-01-01T00:00:00Z */
} framegate_ledger_info;

/* Reads a ledger and verifies it. Nothing was changed, because each line follows from the one before; and its writer
 * made nothing up, because every entry is judged by the rules, signatures of grants included. No handle stands for a
 * ledger that does not verify. It is read against a head that was kept apart, and a device's key of 32 bytes, unless
 * these are null. Neither excuses the other: the ledger must have the head, whatever the device signed. A head of no
 * entries, as an error leaves behind, is ANCHOR. Close it by framegate_ledger_close(). It takes some KB for each
 * person who ever joined. `line` may be null; it gets the number, from 1, of the line that does not verify. Any
 * thread, but not media threads.
 * Errors: NULL, MISALIGNED, LENGTH, PANIC, FULL, NOT_AN_ENTRY, NOT_CANONICAL, BROKEN, LINE_TIME, SIGNATURE,
 * IMPOSSIBLE, ANCHOR. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_read(
    const uint8_t *bytes, size_t length, const framegate_head *anchor, const uint8_t *device, framegate_ledger *ledger,
    uint64_t *line);

/* Reads and verifies a ledger in a file as framegate_ledger_read() does, and the withdrawals beside it, in the file
 * that ends in .withdrawals, which count as if they were in the ledger.
 * Errors: as framegate_ledger_read(), UTF8, FILE, BESIDE. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_read_file(
    framegate_string path, const framegate_head *anchor, const uint8_t *device, framegate_ledger *ledger, uint64_t
    *line);

/* Returns the facts about a ledger; `info->size` is set by the caller.
 * Errors: HANDLE, NULL, MISALIGNED, SIZE. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_get(
    framegate_ledger ledger, framegate_ledger_info *info);

/* Closes the handle. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_ledger_close(framegate_ledger ledger);

/* Where something was entered: in the ledger, or in the file beside it because a running meeting has the ledger. That
 * meeting takes it up at its next framegate_meeting_tick(), or other call but those that narrow or only look; if this
 * can be, tick about once a second. It holds either way, and outlasts a crash. */
typedef enum framegate_entered {
  FRAMEGATE_ENTERED_IN_LEDGER = 1,
  FRAMEGATE_ENTERED_BESIDE = 2
} framegate_entered;

/* Opens the ledger in a file to withdraw in it, whether the meeting has ended, its process has gone, or it goes on.
 * The file is locked until framegate_past_meeting_close(), unless a running meeting has it. `device_secret`, 32
 * bytes, not all zeros, signs each withdrawal if it is that of the device that signed the ledger; null: nothing does.
 * `line` as in framegate_ledger_read(). Any thread, but not media threads: this call, and the others on the handle,
 * wait for the file system and for each other.
 * Errors: NULL, MISALIGNED, UTF8, LENGTH, EMPTY, FULL, PANIC, FILE, NO_LOCK, LEDGER_REPLACED, LEDGER_SEVERAL_NAMES,
 * BESIDE, and as framegate_ledger_read(). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_past_meeting_open(
    framegate_string path, const uint8_t *device_secret, framegate_past_meeting *past, uint64_t *line);

/* Enters that somebody, by id, refuses or withdraws consent in all of their stays (GDPR Art. 7(3)); an empty set of
 * kinds or purposes stands for all. An unknown `authority` is entered as the vendor's. The time of day is the
 * system's. `entered` may be null; otherwise it gets FRAMEGATE_ENTERED_….
 * Errors: HANDLE, MISALIGNED of `who`, UTF8, LENGTH, PANIC, UNKNOWN_PARTICIPANT for somebody who never joined, LEDGER
 * if it could not be written, and then it does not hold; MISALIGNED of `entered` after it is done. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_past_meeting_withdraw(
    framegate_past_meeting past, uint32_t authority, framegate_string who, framegate_scope scope, uint32_t *entered);

/* Restricts consent in the name of the host, an administrator or the vendor, for one person by id, or for everybody
 * if `who` is null. It holds for all that a running meeting, or one resumed from the ledger, releases from then
 * on.
 * Errors: as framegate_past_meeting_withdraw(), EMPTY for an empty scope, NUMBER, NOT_A_RESTRAINER. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_past_meeting_restrict(
    framegate_past_meeting past, uint32_t authority, const framegate_string *who, framegate_scope scope, uint32_t
    *entered);

/* Writes one person's receipt, as framegate_ledger_receipt() does. Errors: as there. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_past_meeting_receipt(
    framegate_past_meeting past, framegate_string who, char *buffer, size_t capacity, size_t *length);

/* Closes the handle, and lifts the lock. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_past_meeting_close(framegate_past_meeting past);

/* The functions below write JSON in UTF-8, as framegate_meeting_id() writes an id. Any thread, but not media threads:
 * they go through the whole ledger. All dates are by `started` in framegate_ledger_info.
 * Errors of all: HANDLE, NULL, MISALIGNED, UTF8, LENGTH, SHORT_BUFFER, PANIC; UNKNOWN_PARTICIPANT for somebody who
 * never joined, UNKNOWN for an outlet that does not exist. */

/* Writes one person's receipt: what they agreed to and withdrew, and when their frames were released (GDPR Art. 7(1),
 * 15). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_receipt(
    framegate_ledger ledger, framegate_string who, char *buffer, size_t capacity, size_t *length);

/* Writes the list of what must be erased after one person's withdrawals (GDPR Art. 17(1)(b), 19). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_erasure(
    framegate_ledger ledger, framegate_string who, char *buffer, size_t capacity, size_t *length);

/* The facts of a consent record that no ledger has. */
typedef struct framegate_particulars {
  uint32_t size;
  uint32_t reserved;                   /* 0 */
  framegate_string address;            /* the controller's */
  framegate_string contact;            /* how to reach the controller */
  const framegate_string *storage_locations; /* where released media are stored */
  size_t storage_location_count;
  framegate_string retention_period;
  framegate_string jurisdiction;
  framegate_string withdrawal_method;  /* as easy as agreeing (GDPR Art. 7(3)) */
} framegate_particulars;

/* Writes one person's consent records after ISO/IEC TS 27560:2023, as an array. Errors: also SIZE, NUMBER. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_ts27560(
    framegate_ledger ledger, framegate_string who, const framegate_particulars *particulars, char *buffer, size_t
    capacity, size_t *length);

/* Which party and dialog of a vCon an attachment is about. */
typedef struct framegate_dialog {
  uint32_t size;
  uint32_t party;   /* the person's index in `parties` */
  uint32_t dialog;  /* the index in `dialog` of the outlet's media */
  uint32_t outlet;  /* the outlet's number */
} framegate_dialog;

/* Write one person's attachment to a vCon, of draft-howe-vcon-consent-00 and of the draft on lawful bases. Errors:
 * also SIZE. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_vcon_consent(
    framegate_ledger ledger, framegate_string who, const framegate_dialog *dialog, char *buffer, size_t capacity, size_t
    *length);
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_vcon_lawful_basis(
    framegate_ledger ledger, framegate_string who, const framegate_dialog *dialog, char *buffer, size_t capacity, size_t
    *length);

/* Writes the training-and-data-mining assertion (CAWG) for the frames that an outlet, by number, got. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_cawg(
    framegate_ledger ledger, uint32_t outlet, char *buffer, size_t capacity, size_t *length);

/* Writes the AI usage preference to state with those frames, not JSON: train-ai=y or train-ai=n
 * (draft-ietf-aipref-vocab). */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_ledger_aipref(
    framegate_ledger ledger, uint32_t outlet, char *buffer, size_t capacity, size_t *length);

/* ---- The check before training ---- */

/* What the check found about an archived frame; one of the faults if it has several. 0: it was not looked at. */
typedef enum framegate_finding {
  FRAMEGATE_FINDING_CLEARED = 1,       /* it may be used */
  FRAMEGATE_FINDING_NO_TAG = 2,        /* it has no tag, or one that does not parse */
  FRAMEGATE_FINDING_WITHHELD = 3,      /* by its tag it was not released */
  FRAMEGATE_FINDING_OTHER_PURPOSE = 4, /* by its tag it was not released for all that is wanted */
  FRAMEGATE_FINDING_UNNAMED = 5,       /* its people and their kinds are not all given, or out of order */
  FRAMEGATE_FINDING_UNSEALED = 6,      /* its tag has no seal, or there is no digest to check it by */
  FRAMEGATE_FINDING_FORGED = 7,        /* its seal does not fit its tag, stream, payload and people */
  /* by the ledger this cannot have been released: no such stream, person or outlet by then, they had not agreed, or
     it was captured later */
  FRAMEGATE_FINDING_INCONSISTENT = 8,
  /* it was released lawfully, and consent to it has been withdrawn since, or, of a derived frame, may have been: it
     must go (GDPR Art. 17(1)(b)) */
  FRAMEGATE_FINDING_RECALLED = 9,
  /* it is of another meeting than the ledger or the key, perhaps of one with the same id */
  FRAMEGATE_FINDING_OTHER_MEETING = 10
} framegate_finding;

/* Returns the name of a finding, as framegate_kind_name() does. */
FRAMEGATE_API framegate_string framegate_finding_name(uint32_t finding);

/* Makes a ledger ready for checking many frames. It takes some 4 KB for each person who ever joined, and does not
 * need the ledger any longer. `anchored` in framegate_ledger_info says how much of the ledger is vouched for. Close
 * it by framegate_verifier_close().
 * Errors: HANDLE, NULL, MISALIGNED, FULL, PANIC. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_verifier_open(
    framegate_ledger ledger, framegate_verifier *verifier);

/* Closes the handle. Errors: HANDLE. */
FRAMEGATE_API framegate_status framegate_verifier_close(framegate_verifier verifier);

/* Returns the ledger's head, to be kept for framegate_verifier_recheck() later.
 * Errors: HANDLE, NULL, MISALIGNED. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_verifier_head(
    framegate_verifier verifier, framegate_head *head);

/* The functions below judge each of `count` frames, of any number. `cleared`, a word for every 64 frames, has a bit for
 * each cleared one, from the lowest of the first word on; `findings` has FRAMEGATE_FINDING_… for each; `cleared_count`,
 * unless null, gets how many are cleared. On an error none is: all bits and all findings are 0. A frame that cannot be
 * read is not cleared. Any thread, but not media threads.
 * Errors of all: HANDLE, NULL, MISALIGNED, SIZE, NUMBER, LENGTH, PANIC. */

/* Checks which frames may be used for all of `wanted`: only those that this key sealed and the ledger supports. For
 * an empty `wanted` none may. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_verifier_verify_batch(
    framegate_verifier verifier, const framegate_archived *frames, size_t count, uint16_t wanted, framegate_meeting_key
    key, uint64_t *cleared, uint8_t *findings, size_t *cleared_count);

/* Checks the same with every tag taken at its word: seals are ignored. Nothing may be used by this answer. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_verifier_dry_run(
    framegate_verifier verifier, const framegate_archived *frames, size_t count, uint16_t wanted, uint64_t *cleared,
    uint8_t *findings, size_t *cleared_count);

/* Checks which frames that were cleared earlier, when the ledger's head was `earlier`, may stay. A frame without its
 * bit must go, and for good: agreeing again does not bring it back. Seals and payloads are not looked at again.
 * Errors: also ANCHOR, if the ledger does not go on from `earlier`, so that withdrawals may have been cut off. */
FRAMEGATE_NODISCARD FRAMEGATE_API framegate_status framegate_verifier_recheck(
    framegate_verifier verifier, const framegate_head *earlier, const framegate_archived *frames, size_t count, uint64_t
    *stays, uint8_t *findings, size_t *stay_count);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* FRAMEGATE_H */
