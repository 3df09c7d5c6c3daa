/* framegate: a consent gate for conferencing media. The C++ interface, C++17, over framegate.h, which documents the threads and lifetimes of each
 * function, and the rules.
 *
 * Handles are objects that move and close themselves. A release is a scope: a callable that gets the cleared frame, or an object that ends it.
 * A function that can fail returns a StatusCode or a Result, and one that judges a frame a Verdict; none of these may be ignored. "Errors: framegate_x()"
 * stands for the errors that framegate.h lists for that function. Nothing throws except when memory runs out; it may be compiled without exceptions.
 * Times are std::chrono::microseconds since the meeting's start. A string_view must be UTF-8; nothing that is passed is kept after the call, unless the
 * comment says so.
 */
#ifndef FRAMEGATE_HPP
#define FRAMEGATE_HPP

#include "framegate.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace framegate {

/* ---- Words ---- */

using Time = std::chrono::microseconds;
/* A time of day; that of a default is none. */
using WallTime = std::chrono::time_point<std::chrono::system_clock, Time>;
using Digest = framegate_digest;
using Head = framegate_head;
using Instance = framegate_instance;
using PayloadDigest = framegate_payload_digest;
using Stream = framegate_stream;
using Outlet = framegate_outlet;
using Counters = framegate_counters;
using ReasonCount = framegate_reason_count;
using TapRelease = framegate_tap_release;
using Consent = framegate_consent;
using LedgerInfo = framegate_ledger_info;
using Seal = framegate_seal;
using Piece = framegate_piece;

/* No time: no end, or no time earlier than the one that is given beside it. */
inline constexpr Time no_time{FRAMEGATE_NO_TIME};

/* The kind of a stream or a region: framegate_kind. */
enum class Kind : std::uint32_t {
  audio = FRAMEGATE_KIND_AUDIO,
  video = FRAMEGATE_KIND_VIDEO,
  screen = FRAMEGATE_KIND_SCREEN,
  chat = FRAMEGATE_KIND_CHAT,
  caption = FRAMEGATE_KIND_CAPTION,
  reaction = FRAMEGATE_KIND_REACTION,
  poll = FRAMEGATE_KIND_POLL,
  whiteboard = FRAMEGATE_KIND_WHITEBOARD,
  note = FRAMEGATE_KIND_NOTE,
  comment = FRAMEGATE_KIND_COMMENT,
  calendar = FRAMEGATE_KIND_CALENDAR,
  file = FRAMEGATE_KIND_FILE,
  telemetry = FRAMEGATE_KIND_TELEMETRY,
  diagnostic = FRAMEGATE_KIND_DIAGNOSTIC,
  usage = FRAMEGATE_KIND_USAGE,
  unclassified = FRAMEGATE_KIND_UNCLASSIFIED,
  none = FRAMEGATE_NO_KIND
};

/* In whose name a call is made: framegate_authority. */
enum class Authority : std::uint32_t {
  participant = FRAMEGATE_AUTHORITY_PARTICIPANT,
  guardian = FRAMEGATE_AUTHORITY_GUARDIAN,
  host = FRAMEGATE_AUTHORITY_HOST,
  administrator = FRAMEGATE_AUTHORITY_ADMINISTRATOR,
  vendor = FRAMEGATE_AUTHORITY_VENDOR
};

/* How a person agreed: framegate_method. */
enum class Method : std::uint32_t {
  clicked = FRAMEGATE_METHOD_CLICKED,
  typed = FRAMEGATE_METHOD_TYPED,
  spoken = FRAMEGATE_METHOD_SPOKEN,
  signature = FRAMEGATE_METHOD_SIGNED
};

/* How the gate treated a frame: framegate_verdict. Only whole and redacted frames were released. */
enum class [[nodiscard]] Verdict : std::int32_t {
  dropped = FRAMEGATE_VERDICT_DROPPED,
  whole = FRAMEGATE_VERDICT_WHOLE,
  redacted = FRAMEGATE_VERDICT_REDACTED,
  blanked = FRAMEGATE_VERDICT_BLANKED
};

/* What the check found about an archived frame: framegate_finding. Only cleared ones may be used. */
enum class Finding : std::uint8_t {
  cleared = FRAMEGATE_FINDING_CLEARED,
  no_tag = FRAMEGATE_FINDING_NO_TAG,
  withheld = FRAMEGATE_FINDING_WITHHELD,
  other_purpose = FRAMEGATE_FINDING_OTHER_PURPOSE,
  unnamed = FRAMEGATE_FINDING_UNNAMED,
  unsealed = FRAMEGATE_FINDING_UNSEALED,
  forged = FRAMEGATE_FINDING_FORGED,
  inconsistent = FRAMEGATE_FINDING_INCONSISTENT,
  recalled = FRAMEGATE_FINDING_RECALLED,
  other_meeting = FRAMEGATE_FINDING_OTHER_MEETING
};

/* FRAMEGATE_REASON_…, for which reason_name() has a name. */
using Reason = std::uint32_t;

/* FRAMEGATE_FAULT_…, for which fault_name() has a name and fault_remedy() what to do. */
using Fault = std::uint32_t;

/* Whether withheld frames go to an outlet blank. Compare it: there is more than yes and no. */
enum class CanBlank : std::uint32_t {
  unknown = FRAMEGATE_CAN_BLANK_UNKNOWN,
  yes = FRAMEGATE_CAN_BLANK_YES,
  no = FRAMEGATE_CAN_BLANK_NO
};

/* A set of kinds: of one, or of several joined by `|`. */
struct Kinds {
  std::uint16_t bits = 0;
  constexpr Kinds() = default;
  constexpr Kinds(Kind kind) : bits(FRAMEGATE_KINDS(static_cast<std::uint32_t>(kind))) {}
};
constexpr Kinds operator|(Kinds a, Kinds b) {
  a.bits = static_cast<std::uint16_t>(a.bits | b.bits);
  return a;
}
constexpr Kinds operator|(Kind a, Kind b) { return Kinds(a) | Kinds(b); }

/* A set of purposes, those of third parties included (Meeting::third_party()). */
struct Purposes {
  std::uint16_t bits = 0;
  constexpr Purposes() = default;
  constexpr explicit Purposes(std::uint16_t purposes) : bits(purposes) {}
};
constexpr Purposes operator|(Purposes a, Purposes b) { return Purposes(static_cast<std::uint16_t>(a.bits | b.bits)); }

/* The purposes that every meeting has: framegate_purpose. */
namespace purpose {
inline constexpr Purposes record{FRAMEGATE_PURPOSE_RECORD};
inline constexpr Purposes transcribe{FRAMEGATE_PURPOSE_TRANSCRIBE};
inline constexpr Purposes assist{FRAMEGATE_PURPOSE_ASSIST};
inline constexpr Purposes train{FRAMEGATE_PURPOSE_TRAIN};
inline constexpr Purposes analytics{FRAMEGATE_PURPOSE_ANALYTICS};
inline constexpr Purposes review{FRAMEGATE_PURPOSE_REVIEW};
inline constexpr Purposes publish{FRAMEGATE_PURPOSE_PUBLISH};
inline constexpr Purposes derive{FRAMEGATE_PURPOSE_DERIVE};
inline constexpr Purposes identify{FRAMEGATE_PURPOSE_IDENTIFY};
} // namespace purpose

/* Each of the kinds for each of the purposes. */
struct Scope {
  Kinds kinds{};
  Purposes purposes{};
  operator framegate_scope() const { return {kinds.bits, purposes.bits}; }
};

namespace detail {
inline std::string_view view(framegate_string text) { return {text.data, text.length}; }
inline framegate_string string(std::string_view text) { return {text.data(), text.size()}; }
inline std::vector<framegate_string> strings(const std::vector<std::string_view> &texts) {
  std::vector<framegate_string> strings;
  for (const std::string_view text : texts)
    strings.push_back(string(text));
  return strings;
}

/* Returns whole milliseconds, as many as fit. */
inline std::uint32_t milliseconds(std::chrono::milliseconds of) {
  const auto most = std::chrono::milliseconds::rep{UINT32_MAX}, count = of.count();
  return static_cast<std::uint32_t>(count < 0 ? 0 : count > most ? most : count);
}

inline std::uint64_t micros(WallTime wall) { return static_cast<std::uint64_t>(wall.time_since_epoch().count()); }

/* A struct of the C interface, zeros but for its size. */
template <class C> struct Sized : C {
  Sized() : C{} { this->size = sizeof(C); }
};
} // namespace detail

/* Returns the name in lower case, as files and reports write it; "unknown" for an unknown number. Valid as long as the library is loaded. */
inline std::string_view name(Kind kind) { return detail::view(framegate_kind_name(static_cast<std::uint32_t>(kind))); }
inline std::string_view name(Finding finding) { return detail::view(framegate_finding_name(static_cast<std::uint32_t>(finding))); }
inline std::string_view fault_name(Fault fault) { return detail::view(framegate_fault_name(fault)); }
inline std::string_view fault_remedy(Fault fault) { return detail::view(framegate_fault_remedy(fault)); }
inline std::string_view reason_name(Reason reason) { return detail::view(framegate_reason_name(reason)); }

/* Returns the release of the library that is loaded, such as "1.2.3". */
inline std::string_view version_string() { return detail::view(framegate_version_string()); }

/* Returns whether the library that is loaded fits this header. Ask before anything else. */
[[nodiscard]] inline bool abi_fits() { return framegate_abi_version() == FRAMEGATE_ABI_VERSION; }

/* ---- Outcomes ---- */

/* FRAMEGATE_OK or FRAMEGATE_ERROR_…; true if there was no error. (Xlib.h has a macro named Status.) */
class [[nodiscard]] StatusCode {
public:
  constexpr StatusCode(framegate_status number = FRAMEGATE_OK) : number_(number) {}
  /* Returns whether there was no error. */
  constexpr bool ok() const { return number_ >= 0; }
  constexpr explicit operator bool() const { return ok(); }
  /* Returns the number, as framegate.h has it. */
  constexpr framegate_status number() const { return number_; }
  /* Returns the message in English. Valid as long as the library is loaded. */
  std::string_view message() const { return detail::view(framegate_error_message(number_)); }

private:
  framegate_status number_;
};

struct Participant;
class Meeting;
namespace detail {
template <class T, class... Of> inline constexpr bool is_one_of = (std::is_same_v<T, Of> || ...);
template <class T, class = void> inline constexpr bool is_handle = false;
template <class T> inline constexpr bool is_handle<T, std::void_t<typename T::IsHandle>> = true;

/* Types for which having a value says no more than that it is there. A type that is not listed may hold a no. */
template <class T>
inline constexpr bool is_plain = is_handle<T> || is_one_of<T, Meeting, Participant, Stream, Outlet, Digest, Instance, Head, Seal, PayloadDigest, Counters, LedgerInfo, Time, WallTime, std::string, std::string_view,
                                                           std::vector<std::uint8_t>, std::vector<Participant>, std::vector<Counters>, std::vector<ReasonCount>, std::vector<TapRelease>, std::vector<Consent>, std::vector<Seal>>;
} // namespace detail

/* A value, or the error for which there is none. Taking a value that is not there aborts the process.
 *
 * Only a Result of a type that is_plain, such as a handle, is a condition and has ok(). For all others, having an answer does not make it a yes: take
 * the answer by `*`, and ask status() whether there is one. */
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(StatusCode status) : status_(status) {}
  template <class U = T, std::enable_if_t<detail::is_plain<U>, int> = 0> bool ok() const { return value_.has_value(); }
  template <class U = T, std::enable_if_t<detail::is_plain<U>, int> = 0> explicit operator bool() const { return ok(); }
  /* Returns the error, or FRAMEGATE_OK if there is a value. */
  StatusCode status() const { return status_; }
  T &operator*() & { return there(), *value_; }
  const T &operator*() const & { return there(), *value_; }
  T operator*() && { return there(), std::move(*value_); }
  T *operator->() { return there(), &*value_; }
  const T *operator->() const { return there(), &*value_; }

private:
  void there() const {
    if (!value_)
      std::abort();
  }
  StatusCode status_;
  std::optional<T> value_;
};

namespace detail {
/* Returns the value that a call writes, or its error. */
template <class T, class Call> Result<T> written(Call call) {
  T value{};
  const StatusCode status = call(&value);
  return status ? Result<T>(value) : status;
}

/* Returns the elements that a call writes, asking it for their number as often as that grows; or its error. */
template <class V, class Call> Result<V> list(const V &filled, Call call) {
  V list(filled);
  for (;;) {
    std::size_t length = 0;
    const StatusCode status = call(list.data(), list.size(), &length);
    if (status.number() != FRAMEGATE_ERROR_SHORT_BUFFER) {
      if (!status)
        return status;
      list.resize(length);
      return list;
    }
    list.resize(length, typename V::value_type{});
  }
}
template <class Call> Result<std::string> text(Call call) { return list(std::string(), call); }
template <class Call> Result<std::vector<std::uint8_t>> bytes(Call call) { return list(std::vector<std::uint8_t>(), call); }

/* A handle that closes itself. It moves and cannot be copied; one that was moved from is of nothing. */
template <class H, framegate_status (*Close)(H)> class Handle {
public:
  using IsHandle = void;
  Handle() = default;
  explicit Handle(H handle) : handle_(handle) {}
  Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, H{})) {}
  Handle &operator=(Handle &&other) noexcept {
    if (this != &other) {
      close();
      handle_ = std::exchange(other.handle_, H{});
    }
    return *this;
  }
  ~Handle() { close(); }

  /* Closes the handle now; without one it does nothing. */
  void close() noexcept {
    if (handle_.handle != 0)
      (void)Close(std::exchange(handle_, H{}));
  }
  /* Returns whether the handle was opened, and neither moved nor closed since. That does not answer the question that the object stands for. */
  bool is_open() const { return handle_.handle != 0; }
  /* Returns the handle, for functions of framegate.h; it stays this object's to close. */
  H get() const { return handle_; }

private:
  H handle_{};
};
} // namespace detail

/* Returns the digest (SHA-256) of a text, byte for byte as it was shown. Errors: framegate_digest_of(). */
inline Result<Digest> digest_of(std::string_view text) {
  Digest digest{};
  const StatusCode status = framegate_digest_of(detail::string(text), &digest);
  return status ? Result<Digest>(digest) : status;
}

/* ---- People, tags ---- */

/* Somebody in a meeting: one stay of theirs. Copied and compared freely; it is valid in its own meeting alone. */
struct Participant : framegate_participant {
  constexpr Participant(framegate_participant who = {}) : framegate_participant(who) {}
  friend constexpr bool operator==(Participant a, Participant b) { return a.stay == b.stay && a.slot == b.slot && a.meeting == b.meeting; }
  friend constexpr bool operator!=(Participant a, Participant b) { return !(a == b); }
};
/* Somebody who did not join, such as a voice in the room. Nothing of theirs is ever cleared. */
inline constexpr Participant unknown_participant{FRAMEGATE_PARTICIPANT_UNKNOWN};

/* The content of a tag: framegate_tag_fields. */
struct TagFields {
  Verdict verdict;
  Reason reason;
  Kind kind;
  Purposes purposes;
  std::uint16_t stream;
  std::uint32_t generation;
  Time captured;
};

/* The consent state of a frame, 16 bytes that travel with it. The default, all zeros, is no tag and no consent. */
struct Tag : framegate_tag {
  constexpr Tag(framegate_tag tag = {}) : framegate_tag(tag) {}

  /* Reads a tag from 16 bytes. Errors: framegate_tag_read(). */
  static Result<Tag> read(const std::uint8_t *data, std::size_t length) {
    Tag tag;
    const StatusCode status = framegate_tag_read(data, length, &tag);
    return status ? Result<Tag>(tag) : status;
  }
  /* Returns what the tag says. Errors: framegate_tag_get(). */
  Result<TagFields> fields() const {
    detail::Sized<framegate_tag_fields> raw;
    const StatusCode status = framegate_tag_get(*this, &raw);
    if (!status)
      return status;
    return TagFields{static_cast<Verdict>(raw.verdict), raw.reason,     static_cast<Kind>(raw.kind), Purposes(raw.purposes), raw.stream,
                     raw.generation,                    Time(raw.captured)};
  }
  /* Returns the tag of data derived from both frames of one meeting; it clears no more than either. Errors: framegate_tag_meet(). */
  Result<Tag> meet(Tag other) const {
    return detail::written<Tag>([&](Tag *met) { return framegate_tag_meet(*this, other, met); });
  }
  /* Returns the same for frames of two meetings, without the purposes that a meeting names. Errors: framegate_tag_meet(). */
  Result<Tag> meet_across_meetings(Tag other) const {
    return detail::written<Tag>([&](Tag *met) { return framegate_tag_meet_across_meetings(*this, other, met); });
  }
};

/* The purposes for which a frame could be released: a bare decision, which is no tag and releases nothing. */
class Decision : framegate_decision {
public:
  constexpr Decision() : framegate_decision{} {}
  /* Returns Verdict::whole if the frame could be released for any purpose, else Verdict::dropped. */
  Verdict verdict() const { return static_cast<Verdict>(framegate_decision::verdict); }
  /* Returns why it could not; FRAMEGATE_REASON_NONE if it could. */
  Reason reason() const { return framegate_decision::reason; }
  /* Returns the purposes that everybody in the frame agrees to, whatever the outlet's are. */
  Purposes purposes() const { return Purposes(framegate_decision::purposes); }
  /* Returns how many entries of the ledger it surely took into account. */
  std::uint32_t generation() const { return framegate_decision::generation; }

private:
  friend class Tap;
};

/* ---- Frames ---- */

/* A part of a frame, and whose it is. */
struct Region : detail::Sized<framegate_region> {
  /* Returns a rectangle of a picture, in luma samples from the upper left corner. */
  static Region rectangle(Participant owner, std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height) {
    Region region(FRAMEGATE_AREA_RECTANGLE, owner);
    region.x = x;
    region.y = y;
    region.width = width;
    region.height = height;
    return region;
  }
  /* Returns a channel of audio, from 0. */
  static Region audio_channel(Participant owner, std::uint32_t channel) {
    Region region(FRAMEGATE_AREA_CHANNEL, owner);
    region.channel = channel;
    return region;
  }
  /* Returns the bytes of a text from `start` to before `end`, both on boundaries of code points. */
  static Region span(Participant owner, std::uint32_t start, std::uint32_t end) {
    Region region(FRAMEGATE_AREA_SPAN, owner);
    region.start = start;
    region.end = end;
    return region;
  }
  /* Sets a kind other than the stream's: a face on a shared screen is Kind::video. Both kinds must clear. */
  Region &kind(Kind other) {
    framegate_region::kind = static_cast<std::uint32_t>(other);
    return *this;
  }
  /* Sets when the content was captured, if that was before the frame: a quotation. */
  Region &captured(Time when) {
    framegate_region::captured = when.count();
    return *this;
  }

private:
  Region(std::uint32_t where, Participant who) {
    area = where;
    owner = who;
    framegate_region::kind = FRAMEGATE_NO_KIND;
    framegate_region::captured = FRAMEGATE_NO_TIME;
  }
};

/* The source of a derived frame. Only Cleared::source() and meet() make one; a source with any member changed is withheld. It refers to its people,
 * who must outlive it: to keep it longer, let `people` point to a copy of them, in their order. */
struct Source : framegate_source {
  /* Joins it with another source of the same meeting, and writes everybody in either, once, to `room`. Room for the people of both is always enough.
   * Errors: framegate_source_meet(). */
  Result<Source> meet(const Source &other, Participant *room, std::size_t capacity) const {
    detail::Sized<framegate_source> met;
    const StatusCode status = framegate_source_meet(this, &other, room, capacity, &met);
    return status ? Result<Source>(Source(met)) : status;
  }

private:
  friend class Cleared;
  explicit Source(const framegate_source &of) : framegate_source(of) {}
};

class Group;
struct Contributors;

/* The facts about a frame beside its payload; who is in it must be said. It refers to the containers that it is passed, which must outlive it: a
 * temporary, which would not, does not compile. */
struct Frame : detail::Sized<framegate_frame> {
  /* Returns a frame of its stream's owner and nobody else. */
  static Frame of_owner(Time captured) { return Frame(FRAMEGATE_CONTRIBUTORS_OWNER, captured); }
  /* Returns a frame of everybody in a container of Participant, and of its stream's owner if there is one. */
  template <class P> static Frame complete(Time, const P &&) = delete;
  template <class P> static Frame complete(Time captured, const P &all) { return Frame(FRAMEGATE_CONTRIBUTORS_COMPLETE, captured, all); }
  /* Returns a frame in which there may be others than those in a container of Participant: it is withheld. */
  template <class P> static Frame partial(Time, const P &&) = delete;
  template <class P> static Frame partial(Time captured, const P &some) { return Frame(FRAMEGATE_CONTRIBUTORS_PARTIAL, captured, some); }
  /* Returns a frame of the contributing sources of an RTP packet: complete if fewer than 15 (RFC 3550 section 5.1). */
  template <class P> static Frame csrcs(Time, const P &&) = delete;
  template <class P> static Frame csrcs(Time captured, const P &all) { return Frame(FRAMEGATE_CONTRIBUTORS_CSRCS, captured, all); }
  /* Returns a frame of the people of a group, as if they were listed. */
  inline static Frame of_group(Time captured, const Group &all);
  /* Returns a frame of the people that SourceMap::contributors() names. */
  static Frame of(Time, const Contributors &&) = delete;
  inline static Frame of(Time captured, const Contributors &who);
  /* Returns a frame derived from a container of Source, and captured when the earliest of them was. */
  template <class S> static Frame derived(const S &&) = delete;
  template <class S> static Frame derived(const S &from) {
    Frame frame(FRAMEGATE_CONTRIBUTORS_SOURCES, Time(0));
    frame.sources = std::data(from);
    frame.source_count = std::size(from);
    return frame;
  }
  /* Sets the client's keyframe hint, for encoded video. A stream resumes only if the frame's own header agrees. */
  Frame &keyframe(bool is) {
    framegate_frame::keyframe = is ? FRAMEGATE_KEYFRAME_YES : FRAMEGATE_KEYFRAME_NO;
    return *this;
  }
  /* Sets the regions, a container of Region: at most FRAMEGATE_MAX_REGIONS, in any order. */
  template <class R> Frame &regions(const R &&) = delete;
  template <class R> Frame &regions(const R &all) {
    framegate_frame::regions = std::data(all);
    region_count = std::size(all);
    return *this;
  }

private:
  Frame(std::uint32_t as, Time when) {
    contributors = as;
    framegate_frame::captured = when.count();
  }
  template <class P> Frame(std::uint32_t as, Time when, const P &who) : Frame(as, when) {
    people = std::data(who);
    people_count = std::size(who);
  }
};

/* A frame's content, which is only read. The memory must last until the release ends. */
struct Payload : detail::Sized<framegate_payload> {
  Payload() = default;
  /* Makes a payload that is one run of bytes. */
  Payload(const void *data, std::size_t length) { plane[0] = {static_cast<const std::uint8_t *>(data), length, 0}; }
  /* Makes a picture, of as many planes as its format has. */
  Payload(std::initializer_list<framegate_plane> of) {
    for (const framegate_plane &each : of)
      if (planes < 4)
        plane[planes++] = each;
  }
};

/* A frame's content, or a buffer, that is written to. The memory must last until the release ends. */
struct PayloadMut : detail::Sized<framegate_payload_mut> {
  PayloadMut(void *data, std::size_t length) { plane[0] = {static_cast<std::uint8_t *>(data), length, 0}; }
  PayloadMut(std::initializer_list<framegate_plane_mut> of) {
    for (const framegate_plane_mut &each : of)
      if (planes < 4)
        plane[planes++] = each;
  }
};

/* The frame that an outlet receives. Its pointers are valid until its release ends. */
class Cleared : framegate_cleared {
public:
  Cleared() : Cleared(nullptr, 0) {}
  /* Makes one with room for the people of its source. */
  Cleared(Participant *people, std::size_t count) {
    // Dropped, until the gate says otherwise. The rest is the gate's to write; clearing it would take as long as the decision.
    framegate_cleared::size = sizeof(framegate_cleared);
    framegate_cleared::verdict = FRAMEGATE_VERDICT_DROPPED;
    framegate_cleared::tag = {};
    framegate_cleared::payload.planes = 0;
    framegate_cleared::payload.plane[0] = {};
    framegate_cleared::hidden = UINT64_MAX;
    room = people;
    capacity = count;
    framegate_cleared::source.size = 0;
  }
  /* Returns how the gate treated the frame; Verdict::dropped before it was offered. */
  Verdict verdict() const { return static_cast<Verdict>(framegate_cleared::verdict); }
  /* Returns the tag, which is to travel with the frame. */
  Tag tag() const { return framegate_cleared::tag; }
  /* Returns the content that the outlet may have; empty if the frame was dropped. */
  const framegate_payload &payload() const { return framegate_cleared::payload; }
  /* Returns the first byte of the content, or of its first plane. */
  const std::uint8_t *data() const { return payload().plane[0].data; }
  /* Returns the length of that in bytes. */
  std::size_t size() const { return payload().plane[0].length; }
  /* Returns a bit for each region, or field of a record, that was hidden: all bits for a withheld frame. */
  std::uint64_t hidden() const { return framegate_cleared::hidden; }
  /* Returns the source to name for anything derived from this; none if there was too little room, or nothing was released. */
  std::optional<Source> source() const {
    return framegate_cleared::source.size == 0 ? std::nullopt : std::optional<Source>(Source(framegate_cleared::source));
  }

private:
  friend class Tap;
};

// Arrays of these are arrays of what they stand for.
static_assert(sizeof(Participant) == sizeof(framegate_participant) && sizeof(Tag) == sizeof(framegate_tag) && sizeof(Decision) == sizeof(framegate_decision) && sizeof(Frame) == sizeof(framegate_frame) &&
                  sizeof(Payload) == sizeof(framegate_payload) && sizeof(PayloadMut) == sizeof(framegate_payload_mut) &&
                  sizeof(Region) == sizeof(framegate_region) && sizeof(Source) == sizeof(framegate_source) && sizeof(Cleared) == sizeof(framegate_cleared),
              "nothing is added");

/* ---- Taps: the hot half ---- */

/* A release of many frames, which lasts as long as this object. Do not use the pointers in `Cleared` afterwards. */
class [[nodiscard]] Release {
public:
  Release(Release &&other) noexcept : tap_(std::exchange(other.tap_, {})), status_(other.status_), handed_on_(other.handed_on_) {}
  Release &operator=(Release &&) = delete;
  ~Release() { end(); }

  /* Returns how many frames were handed on, blanked ones included. */
  std::size_t handed_on() const { return handed_on_; }
  /* Returns the error of the call; after one, nothing was handed on. */
  StatusCode status() const { return status_; }
  /* Ends the release now. */
  void end() {
    if (tap_.handle != 0)
      (void)framegate_tap_end(std::exchange(tap_, {}));
  }

private:
  friend class Tap;
  Release(framegate_tap tap, StatusCode status, std::size_t handed_on) : tap_(handed_on > 0 ? tap : framegate_tap{}), status_(status), handed_on_(handed_on) {}
  framegate_tap tap_;
  StatusCode status_;
  std::size_t handed_on_;
};

/* How one frame was treated. After an error it is dropped. */
struct [[nodiscard]] Admission {
  Verdict verdict;
  Tag tag;
  StatusCode status;
};

/* The gate between one stream and one outlet: the hot half. It may be used on one thread at a time, and never waits. */
class Tap : public detail::Handle<framegate_tap, framegate_tap_close> {
public:
  using Handle::Handle;

  /* Hands one frame on as it is, without copying, or drops it: `sink` is called with a const Cleared & if the outlet gets anything. `now` is the time
   * of release. Errors: framegate_tap_admit(). */
  template <class Sink> Admission admit(const Frame &frame, const Payload &payload, Time now, Sink &&sink) {
    Cleared cleared;
    return admitted(admit(&frame, &payload, 1, now, &cleared), cleared, sink);
  }
  /* Copies the cleared part of one frame into a buffer of the stream's format and hands that on. Errors: framegate_tap_admit_into(). */
  template <class Sink> Admission admit_into(const Frame &frame, const Payload &payload, const PayloadMut &buffer, Time now, Sink &&sink) {
    Cleared cleared;
    return admitted(admit_into(&frame, &payload, &buffer, 1, now, &cleared), cleared, sink);
  }
  /* Hands one frame on, redacted or blanked in place, in a buffer that nobody else reads. Errors: framegate_tap_admit_in_place(). */
  template <class Sink> Admission admit_in_place(const Frame &frame, const PayloadMut &payload, Time now, Sink &&sink) {
    Cleared cleared;
    return admitted(admit_in_place(&frame, &payload, 1, now, &cleared), cleared, sink);
  }

  /* Offers arrays of `count` frames, payloads and results under one release, each frame judged by itself: here and in the next two as for one frame.
   * Errors: framegate_tap_admit(). */
  Release admit(const Frame *frames, const Payload *payloads, std::size_t count, Time now, Cleared *cleared) {
    return released([&](std::size_t *handed_on) { return framegate_tap_admit(get(), frames, payloads, count, now.count(), cleared, handed_on); });
  }
  Release admit_into(const Frame *frames, const Payload *payloads, const PayloadMut *buffers, std::size_t count, Time now, Cleared *cleared) {
    return released([&](std::size_t *handed_on) { return framegate_tap_admit_into(get(), frames, payloads, buffers, count, now.count(), cleared, handed_on); });
  }
  Release admit_in_place(const Frame *frames, const PayloadMut *payloads, std::size_t count, Time now, Cleared *cleared) {
    return released([&](std::size_t *handed_on) { return framegate_tap_admit_in_place(get(), frames, payloads, count, now.count(), cleared, handed_on); });
  }

  /* Returns whether to ask the sender of an encoded stream for a keyframe now: the last frame was cleared, but waits for one, and the last request is at
   * least `least` ago. Errors: framegate_tap_keyframe_request(). */
  Result<bool> keyframe_request(Time now, std::chrono::milliseconds least) {
    return detail::written<bool>([&](bool *request) { return framegate_tap_keyframe_request(get(), now.count(), detail::milliseconds(least), request); });
  }
  /* Returns whether frames that are withheld for want of consent go to the outlet blank; unknown before the first keyframe. Errors: framegate_tap_can_blank(). */
  Result<CanBlank> can_blank() const {
    std::uint32_t can_blank = 0;
    const StatusCode status = framegate_tap_can_blank(get(), &can_blank);
    return status ? Result<CanBlank>(static_cast<CanBlank>(can_blank)) : status;
  }
  /* Returns the fault of the last frame that had one; FRAMEGATE_FAULT_NONE before the first. Errors: framegate_tap_last_fault(). */
  Result<Fault> last_fault() const {
    return detail::written<Fault>([this](Fault *fault) { return framegate_tap_last_fault(get(), fault); });
  }

  /* Decides about a frame of the stream's owner alone, without releasing it. The answer may no longer hold when it returns.
   * Errors: framegate_tap_decide(). */
  Result<Decision> decide(Time captured, Time now) {
    return detail::written<Decision>([&](Decision *decision) { return framegate_tap_decide(get(), captured.count(), now.count(), decision); });
  }
  /* Decides about `count` frames, in their order, without releasing any; after an error no decision clears anything.
   * Errors: framegate_tap_decide_batch(). */
  StatusCode decide_batch(const Frame *frames, std::size_t count, Time now, Decision *decisions) {
    return framegate_tap_decide_batch(get(), frames, count, now.count(), decisions);
  }

  /* Returns how many frames the tap saw, and how it treated them. Errors: framegate_tap_counters(). */
  Result<Counters> counters() {
    detail::Sized<Counters> counters;
    const StatusCode status = framegate_tap_counters(get(), &counters);
    return status ? Result<Counters>(counters) : status;
  }

  /* By verdict and reason, without those of no frames. */
  Result<std::vector<ReasonCount>> reasons() {
    return detail::list(std::vector<ReasonCount>(), [tap = get()](auto... room) { return framegate_tap_reasons(tap, room...); });
  }

private:
  template <class Call> Release released(Call call) {
    std::size_t handed_on = 0;
    const StatusCode status = call(&handed_on);
    return {get(), status, handed_on};
  }
  template <class Sink> static Admission admitted(Release release, const Cleared &cleared, Sink &sink) {
    if (release.handed_on() > 0)
      sink(cleared);
    return {cleared.verdict(), cleared.tag(), release.status()};
  }
};

/* People who are in many frames together, so that those are decided as fast as one person's. It clears nothing once one of them leaves. */
class Group : public detail::Handle<framegate_group, framegate_group_close> {
public:
  using Handle::Handle;
};

inline Frame Frame::of_group(Time captured, const Group &all) {
  Frame frame(FRAMEGATE_CONTRIBUTORS_GROUP, captured);
  frame.group = all.get();
  return frame;
}

/* ---- Control ---- */

/* A narrowing of consent that is settling: once it has, no frame is released any more by the consent that it closed. It needs no meeting, and any
 * thread may ask it. */
class Settling : public detail::Handle<framegate_settling, framegate_settling_close> {
public:
  using Handle::Handle;

  /* Returns whether every release that was under way has ended, and the narrowing is durable in the ledger. Errors: framegate_settling_is_settled(). */
  Result<bool> is_settled() const {
    return detail::written<bool>([this](bool *settled) { return framegate_settling_is_settled(get(), settled); });
  }
  /* Waits until it has settled, at most so long, and returns whether it has. Not for media threads: it might wait for their own release.
   * Errors: framegate_settling_wait(). */
  Result<bool> wait(std::chrono::milliseconds longest) const {
    return detail::written<bool>([&](bool *settled) { return framegate_settling_wait(get(), detail::milliseconds(longest), settled); });
  }
  /* Returns how far each tap that can carry whoever it is about has come, and whether it is still in a release that was under way. Errors: framegate_settling_taps(). */
  Result<std::vector<TapRelease>> taps() const {
    return detail::list(std::vector<TapRelease>(), [this](auto... room) { return framegate_settling_taps(get(), room...); });
  }
};

/* The facts of a consent record that no ledger has: framegate_particulars. */
struct Particulars {
  std::string_view address{}, contact{};
  std::vector<std::string_view> storage_locations{};
  std::string_view retention_period{}, jurisdiction{}, withdrawal_method{};
};

/* The party and the dialog of a vCon that an attachment is about: framegate_dialog. */
struct Dialog {
  std::uint32_t party = 0, dialog = 0, outlet = 0;
};

/* A ledger that was read and verified. Its exports are JSON in UTF-8; they go through the whole ledger, so not on media threads. */
class Ledger : public detail::Handle<framegate_ledger, framegate_ledger_close> {
public:
  using Handle::Handle;

  /* Reads a ledger and verifies it, against a head that was kept apart and a device's public key of 32 bytes, unless these are null. `line` gets the
   * number, from 1, of a line that does not verify. Errors: framegate_ledger_read(). */
  static Result<Ledger> read(std::string_view lines, const Head *anchor = nullptr, const std::uint8_t *device = nullptr, std::uint64_t *line = nullptr) {
    framegate_ledger ledger{};
    const StatusCode status = framegate_ledger_read(reinterpret_cast<const std::uint8_t *>(lines.data()), lines.size(), anchor, device, &ledger, line);
    return status ? Result<Ledger>(Ledger(ledger)) : status;
  }
  /* Reads and verifies a ledger in a file, and the withdrawals in the file beside it. Errors: framegate_ledger_read_file(). */
  static Result<Ledger> read_file(std::string_view path, const Head *anchor = nullptr, const std::uint8_t *device = nullptr, std::uint64_t *line = nullptr) {
    framegate_ledger ledger{};
    const StatusCode status = framegate_ledger_read_file(detail::string(path), anchor, device, &ledger, line);
    return status ? Result<Ledger>(Ledger(ledger)) : status;
  }
  /* Returns the ledger's head, its length in bytes, and how much of it is vouched for. Errors: framegate_ledger_get(). */
  Result<LedgerInfo> info() const {
    detail::Sized<LedgerInfo> info;
    const StatusCode status = framegate_ledger_get(get(), &info);
    return status ? Result<LedgerInfo>(info) : status;
  }
  /* Returns one person's receipt: what they agreed to and withdrew, and when their frames were released (GDPR Art. 7(1), 15).
   * Errors: framegate_ledger_receipt(). */
  Result<std::string> receipt(std::string_view who) const {
    return detail::text([&](auto... room) { return framegate_ledger_receipt(get(), detail::string(who), room...); });
  }
  /* Returns the list of what must be erased after one person's withdrawals (GDPR Art. 17(1)(b), 19). Errors: framegate_ledger_erasure(). */
  Result<std::string> erasure(std::string_view who) const {
    return detail::text([&](auto... room) { return framegate_ledger_erasure(get(), detail::string(who), room...); });
  }
  /* Returns one person's consent records after ISO/IEC TS 27560:2023, as an array. Errors: framegate_ledger_ts27560(). */
  Result<std::string> ts27560(std::string_view who, const Particulars &of) const {
    const std::vector<framegate_string> places = detail::strings(of.storage_locations);
    detail::Sized<framegate_particulars> raw;
    raw.address = detail::string(of.address);
    raw.contact = detail::string(of.contact);
    raw.storage_locations = places.data();
    raw.storage_location_count = places.size();
    raw.retention_period = detail::string(of.retention_period);
    raw.jurisdiction = detail::string(of.jurisdiction);
    raw.withdrawal_method = detail::string(of.withdrawal_method);
    return detail::text([&](auto... room) { return framegate_ledger_ts27560(get(), detail::string(who), &raw, room...); });
  }
  /* Returns one person's attachment for a vCon (draft-howe-vcon-consent-00). Errors: framegate_ledger_vcon_consent(). */
  Result<std::string> vcon_consent(std::string_view who, const Dialog &of) const {
    const auto raw = dialog_of(of);
    return detail::text([&](auto... room) { return framegate_ledger_vcon_consent(get(), detail::string(who), &raw, room...); });
  }
  /* Returns the same after the draft on lawful bases. Errors: framegate_ledger_vcon_lawful_basis(). */
  Result<std::string> vcon_lawful_basis(std::string_view who, const Dialog &of) const {
    const auto raw = dialog_of(of);
    return detail::text([&](auto... room) { return framegate_ledger_vcon_lawful_basis(get(), detail::string(who), &raw, room...); });
  }
  /* Returns the training-and-data-mining assertion (CAWG) for the frames that an outlet, by number, got. Errors: framegate_ledger_cawg(). */
  Result<std::string> cawg(std::uint32_t outlet) const {
    return detail::text([&](auto... room) { return framegate_ledger_cawg(get(), outlet, room...); });
  }
  /* Returns the AI usage preference to state with those frames, not JSON: train-ai=y or train-ai=n. Errors: framegate_ledger_aipref(). */
  Result<std::string> aipref(std::uint32_t outlet) const {
    return detail::text([&](auto... room) { return framegate_ledger_aipref(get(), outlet, room...); });
  }

private:
  static detail::Sized<framegate_dialog> dialog_of(const Dialog &of) {
    detail::Sized<framegate_dialog> raw;
    raw.party = of.party;
    raw.dialog = of.dialog;
    raw.outlet = of.outlet;
    return raw;
  }
};

/* Where a withdrawal was entered: in the ledger, or in the file beside it because a running meeting has the ledger. It holds either way. */
enum class Entered : std::uint32_t { in_ledger = FRAMEGATE_ENTERED_IN_LEDGER, beside = FRAMEGATE_ENTERED_BESIDE };

/* A ledger in a file in which people withdraw after the meeting, after its process has gone, or while it goes on elsewhere. Not for media threads. */
class PastMeeting : public detail::Handle<framegate_past_meeting, framegate_past_meeting_close> {
public:
  using Handle::Handle;

  /* Opens the ledger in a file. `device_secret`, 32 bytes, signs each withdrawal if it is not null; `line` as in Ledger::read().
   * Errors: framegate_past_meeting_open(). */
  static Result<PastMeeting> open(std::string_view path, const std::uint8_t *device_secret = nullptr, std::uint64_t *line = nullptr) {
    framegate_past_meeting past{};
    const StatusCode status = framegate_past_meeting_open(detail::string(path), device_secret, &past, line);
    return status ? Result<PastMeeting>(PastMeeting(past)) : status;
  }
  /* Refuses, or withdraws consent (GDPR Art. 7(3)), in all stays of one person, by id; an empty set in the scope means everything.
   * Errors: framegate_past_meeting_withdraw(). */
  Result<Entered> withdraw(Authority authority, std::string_view who, Scope scope) {
    return entered([&](std::uint32_t *place) { return framegate_past_meeting_withdraw(get(), static_cast<std::uint32_t>(authority), detail::string(who), scope, place); });
  }
  /* Restricts consent of one person, by id, or of everybody if `whom` is empty. Errors: framegate_past_meeting_restrict(). */
  Result<Entered> restrict(Authority authority, std::optional<std::string_view> whom, Scope scope) {
    const framegate_string id = detail::string(whom.value_or(std::string_view()));
    return entered([&](std::uint32_t *place) { return framegate_past_meeting_restrict(get(), static_cast<std::uint32_t>(authority), whom ? &id : nullptr, scope, place); });
  }
  /* Returns one person's receipt, as Ledger::receipt() does. Errors: framegate_past_meeting_receipt(). */
  Result<std::string> receipt(std::string_view who) const {
    return detail::text([&](auto... room) { return framegate_past_meeting_receipt(get(), detail::string(who), room...); });
  }

private:
  template <class Call> static Result<Entered> entered(Call call) {
    const Result<std::uint32_t> place = detail::written<std::uint32_t>(call);
    return place.status() ? Result<Entered>(static_cast<Entered>(*place)) : place.status();
  }
};

/* ---- Seals, and the check before training ---- */

/* Somebody in an archived frame, by the id that they joined with, and the kinds that they are in it as beside its tag's kind. Sort several by id,
 * byte by byte. The id must outlive this. */
struct Subject : detail::Sized<framegate_subject> {
  explicit Subject(std::string_view who, Kinds as = {}) {
    id = detail::string(who);
    kinds = as.bits;
  }
};

/* The consent evidence that travels with a frame: its tag, and its seal if it has one. */
struct Carried : detail::Sized<framegate_carried> {
  Carried() = default;
  Carried(Tag of) { tag = of; }
  Carried(Tag of, Seal by) {
    tag = of;
    seal = by;
    sealed = 1;
  }
  /* Reads a tag of 16 bytes, or one with its seal of 32. Errors: framegate_carried_read(). */
  static Result<Carried> read(const std::uint8_t *data, std::size_t length) {
    Carried carried;
    const StatusCode status = framegate_carried_read(data, length, &carried);
    return status ? Result<Carried>(carried) : status;
  }
};

/* A released frame as an archive keeps it. It refers to its arguments, which must outlive it. */
struct Archived : detail::Sized<framegate_archived> {
  /* Makes one of its meeting's instance; its tag and seal, or null; a container of Subject; and its payload's digest, or null, without which no seal
   * is made or checked. */
  template <class S> Archived(const Instance &, const Carried *, const S &&, const PayloadDigest *) = delete;
  template <class S> Archived(const Instance &of, const Carried *with, const S &who, const PayloadDigest *by) {
    instance = of;
    carried = with;
    subjects = std::data(who);
    subject_count = std::size(who);
    digest = by;
  }
};

// Arrays of these are arrays of what they stand for.
static_assert(sizeof(Subject) == sizeof(framegate_subject) && sizeof(Carried) == sizeof(framegate_carried) && sizeof(Archived) == sizeof(framegate_archived), "nothing is added");

/* The key for the tags of one stream. Its functions never wait or allocate, and may be called inside a release, on any thread. */
class StreamKey : public detail::Handle<framegate_stream_key, framegate_stream_key_close> {
public:
  using Handle::Handle;

  /* Returns the digest of a payload of FRAMEGATE_FORMAT_…, from a container of Piece: exactly one for H.264, HEVC and AV1.
   * Errors: framegate_stream_key_digest(). */
  template <class P> Result<PayloadDigest> digest(std::uint32_t format, const P &pieces) const {
    PayloadDigest digest{};
    const StatusCode status = framegate_stream_key_digest(get(), format, std::data(pieces), std::size(pieces), &digest);
    return status ? Result<PayloadDigest>(digest) : status;
  }
  /* Returns the seal of a frame: over its tag, a container of Subject, and its payload's digest. Errors: framegate_stream_key_seal(). */
  template <class S> Result<Seal> seal(Tag tag, const S &subjects, const PayloadDigest &digest) const {
    Seal seal{};
    const StatusCode status = framegate_stream_key_seal(get(), tag, std::data(subjects), std::size(subjects), &digest, &seal);
    return status ? Result<Seal>(seal) : status;
  }
  /* Returns whether a seal is of this tag, these people and the payload of this digest. Errors: framegate_stream_key_verify(). */
  template <class S> Result<bool> verify(Seal seal, Tag tag, const S &subjects, const PayloadDigest &digest) const {
    return detail::written<bool>([&](bool *holds) {
      return framegate_stream_key_verify(get(), seal, tag, std::data(subjects), std::size(subjects), &digest, holds);
    });
  }
};

/* The key for a meeting's tags. Not for media threads. */
class MeetingKey : public detail::Handle<framegate_meeting_key, framegate_meeting_key_close> {
public:
  using Handle::Handle;

  /* Derives the key from a secret: 32 random bytes that the client shares with those who verify. Errors: framegate_meeting_key_open(). */
  static Result<MeetingKey> open(const std::uint8_t *secret, const Instance &instance) {
    framegate_meeting_key key{};
    const StatusCode status = framegate_meeting_key_open(secret, &instance, &key);
    return status ? Result<MeetingKey>(MeetingKey(key)) : status;
  }
  /* Derives the key of the stream of this number, as Stream and TagFields have it. Errors: framegate_stream_key_open(). */
  Result<StreamKey> stream(std::uint16_t number) const {
    framegate_stream_key key{};
    const StatusCode status = framegate_stream_key_open(get(), number, &key);
    return status ? Result<StreamKey>(StreamKey(key)) : status;
  }
  /* Returns the seals of `count` frames: zeros for a frame without a tag or a digest, or of another meeting.
   * Errors: framegate_meeting_key_seal_batch(). */
  Result<std::vector<Seal>> seal_batch(const Archived *frames, std::size_t count) const {
    std::vector<Seal> seals(count);
    const StatusCode status = framegate_meeting_key_seal_batch(get(), frames, count, seals.data());
    return status ? Result<std::vector<Seal>>(std::move(seals)) : status;
  }
};

/* The answers about many frames: which are cleared, or may stay, and why the others are not. */
class Checked {
public:
  /* Returns how many are cleared. */
  std::size_t count() const { return count_; }
  /* Returns whether the frame of this index is cleared; false for an index out of range. */
  bool is_cleared(std::size_t index) const { return index < findings_.size() && (bits_[index / 64] >> index % 64 & 1) != 0; }
  /* Returns why it is or is not; Finding::no_tag for an index out of range. */
  Finding finding(std::size_t index) const { return index < findings_.size() ? static_cast<Finding>(findings_[index]) : Finding::no_tag; }

private:
  friend class Verifier;
  explicit Checked(std::size_t frames) : bits_((frames + 63) / 64), findings_(frames, std::uint8_t{FRAMEGATE_FINDING_NO_TAG}) {}
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint8_t> findings_;
  std::size_t count_ = 0;
};

/* A ledger made ready for checking many frames. It needs the Ledger no longer. Not for media threads. */
class Verifier : public detail::Handle<framegate_verifier, framegate_verifier_close> {
public:
  using Handle::Handle;

  /* Makes a ledger ready; some 4 KB for each person who ever joined. Errors: framegate_verifier_open(). */
  static Result<Verifier> open(const Ledger &ledger) {
    framegate_verifier verifier{};
    const StatusCode status = framegate_verifier_open(ledger.get(), &verifier);
    return status ? Result<Verifier>(Verifier(verifier)) : status;
  }
  /* Returns the ledger's head, to be kept for a later recheck(). Errors: framegate_verifier_head(). */
  Result<Head> head() const {
    Head head{};
    const StatusCode status = framegate_verifier_head(get(), &head);
    return status ? Result<Head>(head) : status;
  }
  /* Checks which of `count` frames may be used for all of `wanted`: only those that this key sealed and the ledger supports.
   * Errors: framegate_verifier_verify_batch(). */
  Result<Checked> verify_batch(const Archived *frames, std::size_t count, Purposes wanted, const MeetingKey &key) const {
    return checked(count, [&](auto... answers) { return framegate_verifier_verify_batch(get(), frames, count, wanted.bits, key.get(), answers...); });
  }
  /* Checks the same without looking at seals. Nothing may be used by this answer. Errors: framegate_verifier_dry_run(). */
  Result<Checked> dry_run(const Archived *frames, std::size_t count, Purposes wanted) const {
    return checked(count, [&](auto... answers) { return framegate_verifier_dry_run(get(), frames, count, wanted.bits, answers...); });
  }
  /* Checks which frames that were cleared when the ledger's head was `earlier` may stay. All others must go, for good.
   * Errors: framegate_verifier_recheck(). */
  Result<Checked> recheck(const Head &earlier, const Archived *frames, std::size_t count) const {
    return checked(count, [&](auto... answers) { return framegate_verifier_recheck(get(), &earlier, frames, count, answers...); });
  }

private:
  template <class Call> static Result<Checked> checked(std::size_t count, Call call) {
    Checked checked(count);
    const StatusCode status = call(checked.bits_.data(), checked.findings_.data(), &checked.count_);
    return status ? Result<Checked>(std::move(checked)) : status;
  }
};

/* ---- Tags on the wire ---- */

/* A packet or a unit of a stream, which is only read. */
struct Bytes {
  const std::uint8_t *data;
  std::size_t length;
};

namespace detail {
/* Returns the word whose number a call writes, or its error. */
template <class W, class Call> Result<W> word(Call call) {
  const Result<std::uint32_t> number = written<std::uint32_t>(call);
  return number.status() ? Result<W>(static_cast<W>(*number)) : number.status();
}
template <class Call> Result<std::string_view> line(Call call) {
  const Result<framegate_string> text = written<framegate_string>(call);
  return text.status() ? Result<std::string_view>(view(*text)) : text.status();
}
template <class Call> Result<Carried> carried(Call call) {
  Carried carried;
  const StatusCode status = call(&carried);
  return status ? Result<Carried>(carried) : status;
}
} // namespace detail

/* Tags in RTP header extensions (RFC 8285). Every `read` finds the tag; every `write` copies a packet or unit with a tag into a buffer that must not
 * overlap it. `length` gets the length in bytes, also of what did not fit. A missing tag means no consent. Any thread, media threads included. */
namespace rtp {
/* Reads the tag under the id of its header extension, 1 to 255. Errors: framegate_rtp_read(). */
inline Result<Carried> read(Bytes packet, std::uint8_t id) {
  return detail::carried([&](Carried *carried) { return framegate_rtp_read(packet.data, packet.length, id, carried); });
}
/* Writes a packet with a tag under an id, before SRTP protects it; a tag that was there is replaced. Errors: framegate_rtp_write(). */
inline StatusCode write(Bytes packet, std::uint8_t id, const Carried &carried, std::uint8_t *buffer, std::size_t capacity, std::size_t &length) {
  return framegate_rtp_write(packet.data, packet.length, id, &carried, buffer, capacity, &length);
}
/* The fields of a decrypted RTP packet that date and attribute it: framegate_packet. Its payload points into the packet. If another library takes packets
 * apart, fill in the fields that it gives. */
struct Packet : detail::Sized<framegate_packet> {};

/* Parses a packet. `capture_time_id` is the negotiated id of abs-capture-time, or 0. Errors: framegate_rtp_parse(). */
inline Result<Packet> parse(Bytes packet, std::uint8_t capture_time_id = 0) {
  Packet parsed;
  const StatusCode status = framegate_rtp_parse(packet.data, packet.length, capture_time_id, &parsed);
  return status ? Result<Packet>(parsed) : status;
}
} // namespace rtp

/* Compound RTCP packets (RFC 3550 section 6.1), decrypted. */
namespace rtcp {
using SenderReport = framegate_sender_report;

/* The sender reports of a compound packet, and the SSRCs and CSRCs of its BYEs. */
struct Compound {
  std::vector<SenderReport> sender_reports;
  std::vector<std::uint32_t> goodbyes;
};

/* Parses a compound packet; of a malformed one nothing counts. Errors: framegate_rtcp_parse(). */
inline Result<Compound> parse(Bytes packet) {
  Compound found;
  /* There can be no more of them in a packet than it has words. */
  found.sender_reports.resize(packet.length / 28);
  found.goodbyes.resize(packet.length / 4);
  std::size_t reports = 0, goodbyes = 0;
  const StatusCode status = framegate_rtcp_parse(packet.data, packet.length, found.sender_reports.data(), found.sender_reports.size(), &reports, found.goodbyes.data(), found.goodbyes.size(),
                                                 &goodbyes);
  found.sender_reports.resize(reports);
  found.goodbyes.resize(goodbyes);
  return status ? Result<Compound>(std::move(found)) : status;
}
} // namespace rtcp

/* Tags in access units with start codes, of FRAMEGATE_FORMAT_H264 or FRAMEGATE_FORMAT_HEVC: SEI that decoders skip. */
namespace sei {
/* Reads the tag of an access unit. Errors: framegate_sei_read(). */
inline Result<Carried> read(Bytes unit, std::uint32_t format) {
  return detail::carried([&](Carried *carried) { return framegate_sei_read(unit.data, unit.length, format, carried); });
}
/* Writes an access unit with a tag. Errors: framegate_sei_write(). */
inline StatusCode write(Bytes unit, std::uint32_t format, const Carried &carried, std::uint8_t *buffer, std::size_t capacity, std::size_t &length) {
  return framegate_sei_write(unit.data, unit.length, format, &carried, buffer, capacity, &length);
}
} // namespace sei

/* Tags in temporal units of AV1 in the low-overhead format: metadata that decoders skip. */
namespace obu {
/* Reads the tag of a temporal unit. Errors: framegate_obu_read(). */
inline Result<Carried> read(Bytes unit) {
  return detail::carried([&](Carried *carried) { return framegate_obu_read(unit.data, unit.length, carried); });
}
/* Writes a temporal unit with a tag. Errors: framegate_obu_write(). */
inline StatusCode write(Bytes unit, const Carried &carried, std::uint8_t *buffer, std::size_t capacity, std::size_t &length) {
  return framegate_obu_write(unit.data, unit.length, &carried, buffer, capacity, &length);
}
} // namespace obu

/* ---- What is received ---- */

/* How a received stream is dated: framegate_capture_clock_options. `hz` is the RTP clock's rate. */
struct CaptureClockOptions : detail::Sized<framegate_capture_clock_options> {
  /* Returns the options for clocks that both follow UTC: `at` is UTC at the meeting's start, as an NTP time; they differ by `within` at most. */
  static CaptureClockOptions synchronized(std::uint32_t hz, std::uint64_t at, Time within, Time worst) {
    CaptureClockOptions options(FRAMEGATE_SENDER_CLOCK_SYNCHRONIZED, hz, worst);
    options.start = at;
    options.error = within.count();
    return options;
  }
  /* Returns the options for a sender whose clock is unknown. */
  static CaptureClockOptions unrelated(std::uint32_t hz, Time worst) { return CaptureClockOptions(FRAMEGATE_SENDER_CLOCK_UNRELATED, hz, worst); }

private:
  CaptureClockOptions(std::uint32_t as, std::uint32_t hz, Time worst) {
    sender = as;
    rate = hz;
    worst_delay = worst.count();
  }
};

/* Turns the RTP timestamps of a received SSRC into the meeting's times. One thread at a time. */
class CaptureClock : public detail::Handle<framegate_capture_clock, framegate_capture_clock_close> {
public:
  using Handle::Handle;
  /* Opens a clock for one SSRC. Errors: framegate_capture_clock_open(). */
  static Result<CaptureClock> open(const CaptureClockOptions &options) {
    framegate_capture_clock clock{};
    const StatusCode status = framegate_capture_clock_open(&options, &clock);
    return status ? Result<CaptureClock>(CaptureClock(clock)) : status;
  }
  /* Notes a sender report of its SSRC, and when it arrived. Errors: framegate_capture_clock_report(). */
  StatusCode report(const rtcp::SenderReport &report, Time arrival) { return framegate_capture_clock_report(get(), &report, arrival.count()); }
  /* Returns the earliest time at which the packet's first sample can have been captured, never later than its arrival. After an error, and for a time before
   * the meeting's start, it is out of range, so that the frame is withheld. */
  Time captured(const rtp::Packet &packet, Time arrival) {
    std::int64_t captured = 0;
    const StatusCode status = framegate_capture_clock_captured(get(), &packet, arrival.count(), &captured);
    return Time(status ? captured : FRAMEGATE_NO_TIME);
  }
};

/* The people in a packet, for Frame::of(). */
struct Contributors {
  std::array<Participant, FRAMEGATE_MAX_CONTRIBUTORS> people{};
  std::size_t count = 0;
  std::uint32_t as = 0;
};

/* Maps the SSRCs and CSRCs of a received transport to people. One thread at a time. */
class SourceMap : public detail::Handle<framegate_source_map, framegate_source_map_close> {
public:
  using Handle::Handle;
  /* Opens a map with room for so many assignments. Errors: framegate_source_map_open(). */
  static Result<SourceMap> open(std::uint32_t capacity) {
    framegate_source_map map{};
    const StatusCode status = framegate_source_map_open(capacity, &map);
    return status ? Result<SourceMap>(SourceMap(map)) : status;
  }
  /* Assigns a source to a participant from a time on; whoever had it before has it no more. Errors: framegate_source_map_assign(). */
  StatusCode assign(std::uint32_t ssrc, Participant who, Time from) { return framegate_source_map_assign(get(), ssrc, who, from.count()); }
  /* Assigns a source to a mixer, whose own SSRC is nobody. Errors: framegate_source_map_assign_mixer(). */
  StatusCode assign_mixer(std::uint32_t ssrc, Time from) { return framegate_source_map_assign_mixer(get(), ssrc, from.count()); }
  /* Ends a source at a time, as for a BYE or a collision: from then on it is unknown. Errors: framegate_source_map_end(). */
  StatusCode end(std::uint32_t ssrc, Time at) { return framegate_source_map_end(get(), ssrc, at.count()); }
  /* Returns the people in a packet, for Frame::of(). After an error nobody is named, so that the frame is withheld. */
  Contributors contributors(const rtp::Packet &packet, Time captured, Time arrival) const {
    Contributors found;
    const StatusCode status =
        framegate_source_map_contributors(get(), &packet, captured.count(), arrival.count(), found.people.data(), found.people.size(), &found.count, &found.as);
    return status ? found : Contributors{};
  }
};

inline Frame Frame::of(Time captured, const Contributors &who) {
  Frame frame(who.as, captured);
  frame.people = who.people.data();
  frame.people_count = who.count;
  return frame;
}

/* Lines of session descriptions (RFC 8866), without their ends. Any thread. */
namespace sdp {
/* Returns the line that offers the header extension under an id: 1 to 14, or to 255 for the two-byte form alone. Errors: framegate_sdp_extmap(). */
inline Result<std::string> extmap(std::uint8_t id) {
  return detail::text([&](auto... room) { return framegate_sdp_extmap(id, room...); });
}
/* Returns the id under which a part of a description has the header extension. Errors: framegate_sdp_extension_id(). */
inline Result<std::uint8_t> extension_id(std::string_view part) {
  const Result<std::uint32_t> id = detail::written<std::uint32_t>([&](std::uint32_t *number) { return framegate_sdp_extension_id(detail::string(part), number); });
  return id.status() ? Result<std::uint8_t>(static_cast<std::uint8_t>(*id)) : id.status();
}

/* Whether somebody is being recorded: `a=record` (RFC 7866 section 7.1.2). */
enum class Recording : std::uint32_t {
  unsaid = FRAMEGATE_RECORDING_UNSAID,
  on = FRAMEGATE_RECORDING_ON,
  off = FRAMEGATE_RECORDING_OFF,
  paused = FRAMEGATE_RECORDING_PAUSED
};
/* Whether somebody wishes to be recorded: `a=recordpref` (RFC 7866 section 7.3.2). A wish is not consent; a refusal is to withdraw RECORD. */
enum class Preference : std::uint32_t {
  on = FRAMEGATE_PREFERENCE_ON,
  off = FRAMEGATE_PREFERENCE_OFF,
  pause = FRAMEGATE_PREFERENCE_PAUSE,
  no_preference = FRAMEGATE_PREFERENCE_NO_PREFERENCE
};

/* Returns the state to announce for somebody who agreed to these purposes for a medium. Errors: framegate_recording_of(). */
inline Result<Recording> recording_of(Purposes agreed) {
  return detail::word<Recording>([&](std::uint32_t *number) { return framegate_recording_of(agreed.bits, number); });
}
/* Returns the preference of somebody who agreed to these purposes for a medium. Errors: framegate_preference_of(). */
inline Result<Preference> preference_of(Purposes agreed) {
  return detail::word<Preference>([&](std::uint32_t *number) { return framegate_preference_of(agreed.bits, number); });
}
/* Returns the attribute as a line. Valid as long as the library is loaded. Errors: framegate_recording_line(). */
inline Result<std::string_view> line(Recording recording) {
  return detail::line([&](framegate_string *text) { return framegate_recording_line(static_cast<std::uint32_t>(recording), text); });
}
/* Returns the attribute as a line. Valid as long as the library is loaded. Errors: framegate_preference_line(). */
inline Result<std::string_view> line(Preference preference) {
  return detail::line([&](framegate_string *text) { return framegate_preference_line(static_cast<std::uint32_t>(preference), text); });
}
/* Reads the state of a description's media description of this number, from 0, or else of the session; Recording::unsaid if there is none, or an
 * unknown one. Errors: framegate_recording_read(). */
inline Result<Recording> recording(std::string_view description, std::size_t media) {
  return detail::word<Recording>([&](std::uint32_t *number) { return framegate_recording_read(detail::string(description), media, number); });
}
/* Reads the preference of a description's media description of this number, from 0, or else of the session; an unknown one counts as
 * Preference::off. Errors: framegate_preference_read(). */
inline Result<Preference> preference(std::string_view description, std::size_t media) {
  return detail::word<Preference>([&](std::uint32_t *number) { return framegate_preference_read(detail::string(description), media, number); });
}
/* Returns whether recording may go on under this preference, which is no consent. Errors: framegate_preference_permits(). */
inline Result<bool> permits(Preference preference) {
  return detail::written<bool>([&](bool *permits) { return framegate_preference_permits(static_cast<std::uint32_t>(preference), permits); });
}
} // namespace sdp

/* ---- Meetings ---- */

/* Returns the 72 bytes that a device signs to vouch for a head. Errors: framegate_head_message(). */
inline Result<std::vector<std::uint8_t>> head_message(const Head &head) {
  return detail::bytes([&](auto... room) { return framegate_head_message(&head, room...); });
}

/* How a meeting is opened, or resumed. `participants` is the room, 1 to 65,535 people at a time, about 0.7 KB each; `ledger` the path of its file,
 * empty for none. `id` and `participants` are ignored in resuming. */
struct MeetingOptions {
  std::string_view id{};
  std::uint32_t participants = 0;
  std::string_view ledger{};
  /* Appends lines to the ledger's store, instead of a file, and returns whether it has. It must not throw. */
  std::function<bool(std::string_view lines, bool durable)> append{};
  /* Called with every entry once the ledger has it. It must not throw. */
  std::function<void(std::string_view line)> event{};
  /* The device's Ed25519 secret key, 32 bytes, which vouches for the ledger; null: none. */
  const std::uint8_t *device_secret = nullptr;
  /* Signs instead, with a key that is elsewhere: writes 64 bytes and returns whether it has. It must not throw. */
  std::function<bool(std::string_view message, std::uint8_t *signature)> sign{};
  /* With `sign`: the public key that it signs with, 32 bytes. */
  const std::uint8_t *device_key = nullptr;
  /* Makes grants, lifts, streams, outlets and everything that narrows durable at once, and all else together with the next of these; false: every
   * entry at once. */
  bool batched = false;
  /* 16 random bytes that no other meeting has, if they must be known before; null: drawn. Ignored in resuming. */
  const Instance *instance = nullptr;
  /* The time of day when the meeting's times are 0; if it is left out, the system's time at this call, so that they count from it. */
  WallTime started{};
};

/* How somebody joins. */
struct JoinOptions {
  /* Returns the options for somebody who consents for themselves, by signing if there is a key. */
  static JoinOptions adult(std::string_view id, const std::uint8_t *key = nullptr) { return {Authority::participant, id, {}, key}; }
  /* Returns the options for somebody whose guardian, of this id, consents for them (GDPR Art. 8). */
  static JoinOptions with_guardian(std::string_view id, std::string_view guardian, const std::uint8_t *key = nullptr) { return {Authority::guardian, id, guardian, key}; }

  Authority agrees;
  std::string_view id, guardian;
  /* The Ed25519 public key by which they agree, 32 bytes; null: none. */
  const std::uint8_t *key;
};

/* The notice that people are shown before they are asked (GDPR Art. 4(11), 13): framegate_notice. `digest` is that of its text, by digest_of(). */
struct Notice {
  Scope scope{};
  Digest digest{};
  std::string_view version{}, language{}, controller{};
};

/* A person's Ed25519 signature over Meeting::grant_message(), and what it was made for: framegate_signed. */
struct Signed {
  Instance instance{};
  std::string_view meeting{};
  Digest challenge{};
  std::array<std::uint8_t, 64> signature{};
};

/* One act of agreeing: framegate_grant. `at` is when the person agreed, if that was before the call; `until` when the consent ends by itself. The
 * signature must last until the call returns. */
struct Grant {
  Scope scope{};
  Digest notice{};
  /* Must be set. */
  Method method{};
  Time at = no_time, until = no_time;
  const Signed *signature = nullptr;
};

/* The form of a stream's payloads: FRAMEGATE_FORMAT_… and the numbers that it needs. */
struct Format {
  std::uint32_t number = 0, channels = 0, width = 0, height = 0, layout = 0;
  bool full_range = false;
  /* Keys of JSON that say nothing about anybody and are never hidden. */
  std::vector<std::string_view> structural_keys{};
  /* What an encoder of H.264, HEVC or AAC says beforehand: framegate_stream_options. */
  std::vector<std::uint8_t> decoder_config{};

  /* Returns audio of FRAMEGATE_FORMAT_PCM_…, with at least one channel, interleaved. */
  static Format pcm(std::uint32_t samples, std::uint32_t channels) { return {samples, channels, 0, 0, FRAMEGATE_LAYOUT_INTERLEAVED}; }
  /* Returns audio of signed 16-bit samples, interleaved. */
  static Format pcm_s16(std::uint32_t channels) { return pcm(FRAMEGATE_FORMAT_PCM_S16, channels); }
  /* Returns audio of 32-bit floating point samples, interleaved. */
  static Format pcm_f32(std::uint32_t channels) { return pcm(FRAMEGATE_FORMAT_PCM_F32, channels); }
  /* Returns raw pictures of FRAMEGATE_FORMAT_…; width and height in pixels, 1 to 32,768. */
  static Format picture(std::uint32_t pixels, std::uint32_t width, std::uint32_t height) { return {pixels, 0, width, height}; }
  /* Returns raw pictures of three planes; width and height in pixels. */
  static Format i420(std::uint32_t width, std::uint32_t height) { return picture(FRAMEGATE_FORMAT_I420, width, height); }
  /* Returns raw pictures of two planes; width and height in pixels. */
  static Format nv12(std::uint32_t width, std::uint32_t height) { return picture(FRAMEGATE_FORMAT_NV12, width, height); }
  /* Returns an encoded format, FRAMEGATE_FORMAT_OPUS and up; `streams` for FRAMEGATE_FORMAT_OPUS_MULTISTREAM alone. */
  static Format encoded(std::uint32_t codec, std::uint32_t streams = 0) { return {codec, streams}; }
  /* Returns text, one message a frame. */
  static Format utf8() { return {FRAMEGATE_FORMAT_UTF8}; }
  /* Returns JSON texts, of which whole values are hidden. */
  static Format json(std::vector<std::string_view> structural_keys) { return {FRAMEGATE_FORMAT_JSON, 0, 0, 0, 0, false, std::move(structural_keys)}; }
  /* Returns bytes that the gate cannot inspect: whole or dropped. */
  static Format opaque() { return {FRAMEGATE_FORMAT_OPAQUE}; }

  /* Stores all samples of one channel before those of the next. */
  Format in_planes() && {
    layout = FRAMEGATE_LAYOUT_PLANAR;
    return std::move(*this);
  }
  /* Has the encoder's decoder configuration, which says what form the frames have: framegate_stream_options. */
  Format with_decoder_config(std::vector<std::uint8_t> config) && {
    decoder_config = std::move(config);
    return std::move(*this);
  }
  /* Takes 0 for black instead of 16. */
  Format in_full_range() && {
    full_range = true;
    return std::move(*this);
  }
};

/* An integer of a record, with the least and the largest value that it can have; 0 is always allowed and means no value. */
struct Field {
  std::string_view name{}, unit{};
  std::int64_t minimum = 0, maximum = 0;
};

/* How a source of frames is opened. */
struct StreamOptions {
  std::uint32_t type;
  Participant owner;
  Kind kind;
  Format format;
  std::vector<Field> fields;
  std::uint32_t bits_per_minute = 0;

  /* Returns the options for one person's stream. Its owner counts in every frame. */
  static StreamOptions owned(Participant owner, Kind kind, Format format) { return {FRAMEGATE_STREAM_OWNED, owner, kind, format, {}, 0}; }
  /* Returns the options for a stream of its owner alone, such as a headset's microphone. A frame that names anybody else is withheld. */
  static StreamOptions alone(Participant owner, Kind kind, Format format) { return {FRAMEGATE_STREAM_ALONE, owner, kind, format, {}, 0}; }
  /* Returns the options for a stream of several people who cannot be told apart. Each frame names its people. */
  static StreamOptions mix(Kind kind, Format format) { return {FRAMEGATE_STREAM_MIX, {}, kind, format, {}, 0}; }
  /* Returns the options for a stream of several people side by side. Each frame names its members, and its regions say which part is whose. */
  static StreamOptions composite(Kind kind, Format format) { return {FRAMEGATE_STREAM_COMPOSITE, {}, kind, format, {}, 0}; }
  /* Returns the options for a stream made from frames of other streams. Each frame names its sources. */
  static StreamOptions derived(Kind kind, Format format) { return {FRAMEGATE_STREAM_DERIVED, {}, kind, format, {}, 0}; }
  /* Returns the options for service data about one person: records of 1 to 64 fields, at most so many bits to one outlet in a minute. */
  static StreamOptions records(Participant about, Kind kind, std::vector<Field> fields, std::uint32_t bits_per_minute) {
    return {FRAMEGATE_STREAM_RECORDS, about, kind, {}, std::move(fields), bits_per_minute};
  }
};

/* How a destination of frames is opened. It gets only what is cleared for all of `purposes`; withheld frames of the kinds in `blanks` are replaced by
 * empty ones if their format has such. `recipient` names the third party that it leads to; empty: the controller. */
struct OutletOptions {
  std::string_view name{};
  Purposes purposes{};
  Kinds blanks{};
  std::string_view recipient{};
};

/* One meeting's control half. Its functions may be called from any thread. A call may run the event callback, in which the object may be destroyed:
 * no function uses it after that. */
class Meeting {
public:
  /* Opens a meeting. Nothing is released before somebody grants it. Errors: framegate_meeting_open(). */
  static Result<Meeting> open(MeetingOptions options) { return made(std::move(options), framegate_meeting_open); }
  /* Resumes a meeting from its ledger, with exactly the consents that were in force. Streams, outlets, groups and taps must be opened again, and
   * people found again by find(). Errors: framegate_meeting_resume(). */
  static Result<Meeting> resume(const Ledger &ledger, MeetingOptions options) {
    return made(std::move(options), [&](const framegate_meeting_options *raw, framegate_meeting *meeting) {
      return framegate_meeting_resume(ledger.get(), raw, meeting);
    });
  }
  Meeting(Meeting &&other) noexcept : callbacks_(std::exchange(other.callbacks_, nullptr)), handle_(std::exchange(other.handle_, framegate_meeting{})) {}
  /* Moves. The meeting that was here is closed last, when this object stands for the other already. */
  Meeting &operator=(Meeting &&other) noexcept {
    Meeting taken(std::move(other));
    std::swap(callbacks_, taken.callbacks_);
    std::swap(handle_, taken.handle_);
    return *this;
  }
  ~Meeting() { (void)close(); }
  /* Returns the handle, for functions of framegate.h; it stays this object's to close. */
  framegate_meeting get() const { return handle_; }
  /* Closes the handle, and every tap with it, also from within a callback, in which a meeting may also be moved, assigned and destroyed. A running
   * callback keeps its captures until it returns. After FRAMEGATE_ERROR_STILL_CALLED it is closed, but another thread is still in one of its
   * callbacks or in a call on it: keep what its callbacks refer to until that thread is out. Without a handle it does nothing.
   * Errors: framegate_meeting_close(). */
  StatusCode close() noexcept {
    if (handle_.handle == 0)
      return {};
    Callbacks *const callbacks = std::exchange(callbacks_, nullptr);
    const StatusCode status = framegate_meeting_close(std::exchange(handle_, framegate_meeting{}));
    // Where another thread may be about to begin one, they stay for good.
    if (status.number() != FRAMEGATE_ERROR_STILL_CALLED)
      Callbacks::leave(callbacks);
    return status;
  }
  /* Ends the meeting: closes every tap for good, and enters the last counters. Errors: framegate_meeting_end(). */
  Result<Settling> end() { return settling(framegate_meeting_end); }

  /* Returns the meeting's id. Errors: framegate_meeting_id(). */
  Result<std::string> id() const {
    return detail::text([meeting = get()](auto... room) { return framegate_meeting_id(meeting, room...); });
  }
  /* Returns how many entries the ledger has, as tags carry it. Errors: framegate_meeting_generation(). */
  Result<std::uint64_t> generation() const { return written<std::uint64_t>(framegate_meeting_generation); }
  /* Returns the time of day at the meeting's start. Errors: framegate_meeting_started(). */
  Result<WallTime> started() const {
    std::uint64_t micros = 0;
    const StatusCode status = framegate_meeting_started(get(), &micros);
    return status ? Result<WallTime>(WallTime(Time(static_cast<Time::rep>(micros)))) : status;
  }
  /* Returns the largest time that any call, or any tap, was passed. Errors: framegate_meeting_clock(). */
  Result<Time> clock() const {
    std::int64_t micros = 0;
    const StatusCode status = framegate_meeting_clock(get(), &micros);
    return status ? Result<Time>(Time(micros)) : status;
  }
  /* Returns the meeting's time at a time of day, by default the system's now, and no less than its clock. After resuming the steady clock goes on from
   * it. Errors: framegate_meeting_time_at(). */
  Result<Time> time_at(WallTime wall = {}) const {
    std::int64_t micros = 0;
    const StatusCode status = framegate_meeting_time_at(get(), detail::micros(wall), &micros);
    return status ? Result<Time>(Time(micros)) : status;
  }
  /* Returns the 128 bits that seals, archives and the ledger are bound to. Errors: framegate_meeting_instance(). */
  Result<Instance> instance() const { return written<Instance>(framegate_meeting_instance); }
  /* Returns the ledger's head. Kept apart from the ledger, it shows later that nothing was changed. Errors: framegate_meeting_head(). */
  Result<Head> head() const { return written<Head>(framegate_meeting_head); }
  /* Returns when the next consent ends by itself, the time for tick(); no_time if none does. Errors: framegate_meeting_next_deadline(). */
  Result<Time> next_deadline() const {
    std::int64_t deadline = 0;
    const StatusCode status = framegate_meeting_next_deadline(get(), &deadline);
    return status ? Result<Time>(Time(deadline)) : status;
  }
  /* Moves the meeting's clock on to `now`, even if that is more than a day ahead. Errors: framegate_meeting_advance(). */
  StatusCode advance(Time now) { return framegate_meeting_advance(get(), now.count()); }
  /* Enters the consents that came to their end, and withdrawals made beside the ledger. Errors: framegate_meeting_tick(). */
  StatusCode tick(Time now) { return framegate_meeting_tick(get(), now.count()); }

  /* Adds a participant, who has agreed to nothing yet. Errors: framegate_meeting_join(). */
  Result<Participant> join(const JoinOptions &who, Time now) {
    detail::Sized<framegate_join_options> join;
    join.agrees = static_cast<std::uint32_t>(who.agrees);
    join.id = detail::string(who.id);
    join.guardian = detail::string(who.guardian);
    join.key = who.key;
    return written<Participant>(framegate_meeting_join, &join, now.count());
  }
  /* Removes a participant, and closes everything of theirs. Errors: framegate_meeting_leave(). */
  Result<Settling> leave(Participant who, Time now) { return settling(framegate_meeting_leave, who, now.count()); }
  /* Finds the participant of an id: their present stay or, if they have left, their last one. Errors: framegate_meeting_find(). */
  Result<Participant> find(std::string_view id) const { return written<Participant>(framegate_meeting_find, detail::string(id)); }
  /* Returns the participants who are present. Errors: framegate_meeting_participants(). */
  Result<std::vector<Participant>> participants() const {
    return detail::list(std::vector<Participant>(), [meeting = get()](auto... room) { return framegate_meeting_participants(meeting, room...); });
  }
  /* Returns what a participant consents to now, for a user interface. Errors: framegate_meeting_consents(). */
  Result<std::vector<Consent>> consents(Participant who) const {
    return detail::list(std::vector<Consent>(), [meeting = get(), who](auto... room) { return framegate_meeting_consents(meeting, who, room...); });
  }
  /* Returns the id of a participant who is present. Errors: framegate_meeting_id_of(). */
  Result<std::string> id_of(Participant who) const {
    return detail::text([meeting = get(), who](auto... room) { return framegate_meeting_id_of(meeting, who, room...); });
  }

  /* Registers a notice that people are shown. Without a notice nothing can be granted. Errors: framegate_meeting_show(). */
  StatusCode show(const Notice &of) {
    detail::Sized<framegate_notice> notice;
    notice.scope = of.scope;
    notice.digest = of.digest;
    notice.version = detail::string(of.version);
    notice.language = detail::string(of.language);
    notice.controller = detail::string(of.controller);
    return framegate_meeting_show(get(), &notice);
  }
  /* Supersedes a notice: consent under it is stale until people agree under another. Errors: framegate_meeting_supersede(). */
  Result<Settling> supersede(const Digest &notice, Time now) { return settling(framegate_meeting_supersede, &notice, now.count()); }

  /* Enters a participant's consent. It holds from now on, for frames captured from now on. Errors: framegate_meeting_grant(). */
  StatusCode grant(Authority authority, Participant who, const Grant &of, Time now) {
    return granting(of, [&](const framegate_grant *grant) { return framegate_meeting_grant(get(), static_cast<std::uint32_t>(authority), who, grant, now.count()); });
  }
  /* Returns the challenge that a participant's next signature must be over. Errors: framegate_meeting_challenge(). */
  Result<Digest> challenge(Participant who) const { return written<Digest>(framegate_meeting_challenge, who); }
  /* Returns the bytes that a person signs to agree. Errors: framegate_grant_message(). */
  Result<std::vector<std::uint8_t>> grant_message(Participant who, const Grant &of) const {
    return granting(of, [meeting = get(), who](const framegate_grant *grant) {
      return detail::bytes([&](auto... room) { return framegate_grant_message(meeting, who, grant, room...); });
    });
  }
  /* Enters that a participant refuses, or withdraws consent (GDPR Art. 7(3)); an empty set in the scope means everything.
   * Errors: framegate_meeting_withdraw(). */
  Result<Settling> withdraw(Authority authority, Participant who, Scope scope, Time now) {
    return settling(framegate_meeting_withdraw, static_cast<std::uint32_t>(authority), who, scope, now.count());
  }
  /* Restricts consent in the name of the host, an administrator or the vendor: for one person, or for everybody if `whom` is empty.
   * Errors: framegate_meeting_restrict(). */
  Result<Settling> restrict(Authority authority, std::optional<Participant> whom, Scope scope, Time now) {
    return settling(framegate_meeting_restrict, static_cast<std::uint32_t>(authority), whom ? &*whom : nullptr, scope, now.count());
  }
  /* Lifts a restriction of the same authority, for the same person or for everybody. Errors: framegate_meeting_lift(). */
  StatusCode lift(Authority authority, std::optional<Participant> whom, Scope scope, Time now) {
    return framegate_meeting_lift(get(), static_cast<std::uint32_t>(authority), whom ? &*whom : nullptr, scope, now.count());
  }
  /* Enters how far each tap had come when a narrowing settled, or that it has not; returns whether it has. Errors: framegate_meeting_settled(). */
  Result<bool> settled(const Settling &settling, Time now) {
    return detail::written<bool>([&](bool *settled) { return framegate_meeting_settled(get(), settling.get(), now.count(), settled); });
  }

  /* Opens a stream: a source of frames, as long as the meeting lasts. Errors: framegate_stream_open(). */
  Result<Stream> open_stream(const StreamOptions &of) {
    std::vector<framegate_field> fields;
    for (const Field &field : of.fields) {
      detail::Sized<framegate_field> raw;
      raw.name = detail::string(field.name);
      raw.unit = detail::string(field.unit);
      raw.minimum = field.minimum;
      raw.maximum = field.maximum;
      fields.push_back(raw);
    }
    const std::vector<framegate_string> keys = detail::strings(of.format.structural_keys);
    detail::Sized<framegate_stream_options> options;
    options.structural_keys = keys.empty() ? nullptr : keys.data();
    options.structural_key_count = keys.size();
    options.decoder_config = of.format.decoder_config.empty() ? nullptr : of.format.decoder_config.data();
    options.decoder_config_length = of.format.decoder_config.size();
    options.type = of.type;
    options.owner = of.owner;
    options.kind = static_cast<std::uint32_t>(of.kind);
    options.format = of.format.number;
    options.channels = of.format.channels;
    options.width = of.format.width;
    options.height = of.format.height;
    options.layout = of.format.layout;
    options.full_range = of.format.full_range;
    options.bits_per_minute = of.bits_per_minute;
    options.fields = fields.empty() ? nullptr : fields.data();
    options.field_count = fields.size();
    return written<Stream>(framegate_stream_open, &options);
  }
  /* Opens an outlet: a destination of frames, as long as the meeting lasts. Errors: framegate_outlet_open(). */
  Result<Outlet> open_outlet(const OutletOptions &of) {
    detail::Sized<framegate_outlet_options> options;
    options.purposes = of.purposes.bits;
    options.blanks = of.blanks.bits;
    options.name = detail::string(of.name);
    options.recipient = detail::string(of.recipient);
    return written<Outlet>(framegate_outlet_open, &options);
  }
  /* Names the pair of one purpose and a third party, as a purpose of its own; at most seven in a meeting. Errors: framegate_meeting_third_party(). */
  Result<Purposes> third_party(Purposes purpose, std::string_view recipient) {
    std::uint16_t pair = 0;
    const StatusCode status = framegate_meeting_third_party(get(), purpose.bits, detail::string(recipient), &pair);
    return status ? Result<Purposes>(Purposes(pair)) : status;
  }
  /* Registers a container of Participant as a group. Errors: framegate_group_open(). */
  template <class P> Result<Group> group(const P &people) { return made<Group, framegate_group>(framegate_group_open, std::data(people), std::size(people)); }
  /* Opens a tap, the gate between a stream and an outlet. Errors: framegate_tap_open(). */
  Result<Tap> tap(Stream stream, Outlet outlet) { return made<Tap, framegate_tap>(framegate_tap_open, stream, outlet); }

  /* Returns the counters of every tap that was opened, in that order, closed ones included. Errors: framegate_meeting_counters(). */
  Result<std::vector<Counters>> counters() const {
    return detail::list(std::vector<Counters>(), [meeting = get()](auto... room) { return framegate_meeting_counters(meeting, room...); });
  }
  /* Enters the counters of every tap in the ledger, and the device's signature if it has a key. Errors: framegate_meeting_count(). */
  StatusCode count(Time now) { return framegate_meeting_count(get(), now.count()); }

private:
  /* The callbacks that calls are passed. They stay in place until the meeting is closed and the last of them has returned. */
  struct Callbacks {
    std::function<bool(std::string_view, bool)> append;
    std::function<void(std::string_view)> event;
    std::function<bool(std::string_view, std::uint8_t *)> sign;
    std::atomic<std::size_t> users{1};

    Callbacks(std::function<bool(std::string_view, bool)> appends, std::function<void(std::string_view)> tells, std::function<bool(std::string_view, std::uint8_t *)> signs)
        : append(std::move(appends)), event(std::move(tells)), sign(std::move(signs)) {}
    static void leave(Callbacks *callbacks) noexcept {
      if (callbacks != nullptr && callbacks->users.fetch_sub(1) == 1)
        delete callbacks;
    }
  };
  /* A callback that runs. */
  class Running {
  public:
    explicit Running(void *user) noexcept : callbacks_(static_cast<Callbacks *>(user)) { callbacks_->users.fetch_add(1); }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;
    ~Running() { Callbacks::leave(callbacks_); }
    Callbacks *operator->() const { return callbacks_; }

  private:
    Callbacks *callbacks_;
  };
  static std::int32_t append(void *user, const std::uint8_t *lines, std::size_t length, std::int32_t durable) noexcept {
    const Running running(user);
    return running->append({reinterpret_cast<const char *>(lines), length}, durable != 0) ? 0 : 1;
  }
  static std::int32_t sign(void *user, const std::uint8_t *message, std::size_t length, std::uint8_t *signature) noexcept {
    const Running running(user);
    return running->sign({reinterpret_cast<const char *>(message), length}, signature) ? 0 : 1;
  }
  static void event(void *user, const char *line, std::size_t length) noexcept {
    const Running running(user);
    running->event({line, length});
  }

  Meeting(Callbacks *callbacks, framegate_meeting handle) : callbacks_(callbacks), handle_(handle) {}

  template <class Open> static Result<Meeting> made(MeetingOptions of, Open open) {
    auto callbacks = std::make_unique<Callbacks>(std::move(of.append), std::move(of.event), std::move(of.sign));
    detail::Sized<framegate_meeting_options> options;
    options.participants = of.participants;
    options.id = detail::string(of.id);
    options.ledger = detail::string(of.ledger);
    options.append = callbacks->append ? append : nullptr;
    options.event = callbacks->event ? event : nullptr;
    options.sign = callbacks->sign ? sign : nullptr;
    options.append_user = options.event_user = options.sign_user = callbacks.get();
    options.device_secret = of.device_secret;
    options.device_key = of.device_key;
    options.instance = of.instance;
    options.started = detail::micros(of.started);
    options.durability = of.batched ? FRAMEGATE_DURABILITY_BATCHED : FRAMEGATE_DURABILITY_EACH;
    framegate_meeting meeting{};
    const StatusCode status = open(&options, &meeting);
    return status ? Result<Meeting>(Meeting(callbacks.release(), meeting)) : status;
  }

  /* Returns the value that a call writes. */
  template <class T, class Call, class... Arguments> Result<T> written(Call call, Arguments... arguments) const {
    T value{};
    const StatusCode status = call(get(), arguments..., &value);
    return status ? Result<T>(value) : status;
  }
  /* Returns the handle that a call writes. */
  template <class T, class H, class Call, class... Arguments> Result<T> made(Call call, Arguments... arguments) const {
    H handle{};
    const StatusCode status = call(get(), arguments..., &handle);
    return status ? Result<T>(T(handle)) : status;
  }
  template <class Call, class... Arguments> Result<Settling> settling(Call call, Arguments... arguments) const {
    return made<Settling, framegate_settling>(call, arguments...);
  }
  template <class Call> static std::invoke_result_t<Call, const framegate_grant *> granting(const Grant &of, Call call) {
    detail::Sized<framegate_signed> by_key;
    detail::Sized<framegate_grant> grant;
    grant.scope = of.scope;
    grant.notice = of.notice;
    grant.method = static_cast<std::uint32_t>(of.method);
    grant.at = of.at.count();
    grant.until = of.until.count();
    if (of.signature != nullptr) {
      by_key.instance = of.signature->instance;
      by_key.meeting = detail::string(of.signature->meeting);
      by_key.challenge = of.signature->challenge;
      for (std::size_t at = 0; at < of.signature->signature.size(); ++at)
        by_key.signature[at] = of.signature->signature[at];
      grant.signature = &by_key;
    }
    return call(&grant);
  }

  Callbacks *callbacks_;
  framegate_meeting handle_;
};

} // namespace framegate

#endif /* FRAMEGATE_HPP */
