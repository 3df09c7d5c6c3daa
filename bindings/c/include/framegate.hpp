/* framegate: a consent gate for conferencing media. The C++ interface, C++17, over framegate.h, which documents each function:
 * its errors, threads and lifetimes.
 *
 * Handles are objects that move and close themselves. A release is a scope: a callable that gets what is cleared, or an object that ends it.
 * A function that can fail returns a StatusCode or a Result, and one that judges a frame a Verdict; none of these may be ignored. Nothing throws
 * except when memory runs out; it may be compiled without exceptions. Times are std::chrono::microseconds since the meeting's start.
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
using Digest = framegate_digest;
using Head = framegate_head;
using Instance = framegate_instance;
using PayloadDigest = framegate_payload_digest;
using Stream = framegate_stream;
using Outlet = framegate_outlet;
using Counters = framegate_counters;
using TapRelease = framegate_tap_release;
using Consent = framegate_consent;
using LedgerInfo = framegate_ledger_info;
using Seal = framegate_seal;
using Piece = framegate_piece;

/* No end, not earlier than the other time that is given. */
inline constexpr Time no_time{FRAMEGATE_NO_TIME};

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

enum class Authority : std::uint32_t {
  participant = FRAMEGATE_AUTHORITY_PARTICIPANT,
  guardian = FRAMEGATE_AUTHORITY_GUARDIAN,
  host = FRAMEGATE_AUTHORITY_HOST,
  administrator = FRAMEGATE_AUTHORITY_ADMINISTRATOR,
  vendor = FRAMEGATE_AUTHORITY_VENDOR
};

enum class Method : std::uint32_t {
  clicked = FRAMEGATE_METHOD_CLICKED,
  typed = FRAMEGATE_METHOD_TYPED,
  spoken = FRAMEGATE_METHOD_SPOKEN,
  signature = FRAMEGATE_METHOD_SIGNED
};

enum class [[nodiscard]] Verdict : std::int32_t {
  dropped = FRAMEGATE_VERDICT_DROPPED,
  whole = FRAMEGATE_VERDICT_WHOLE,
  redacted = FRAMEGATE_VERDICT_REDACTED,
  blanked = FRAMEGATE_VERDICT_BLANKED
};

/* What was found of an archived frame. */
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

/* FRAMEGATE_REASON_…; its name is what is shown. */
using Reason = std::uint32_t;

/* A set of kinds. */
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

/* A set of purposes, third parties' too. */
struct Purposes {
  std::uint16_t bits = 0;
  constexpr Purposes() = default;
  constexpr explicit Purposes(std::uint16_t purposes) : bits(purposes) {}
};
constexpr Purposes operator|(Purposes a, Purposes b) { return Purposes(static_cast<std::uint16_t>(a.bits | b.bits)); }

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

/* A struct of the C interface that knows its size. */
template <class C> struct Sized : C {
  Sized() : C{} { this->size = sizeof(C); }
};
} // namespace detail

inline std::string_view name(Kind kind) { return detail::view(framegate_kind_name(static_cast<std::uint32_t>(kind))); }
inline std::string_view name(Finding finding) { return detail::view(framegate_finding_name(static_cast<std::uint32_t>(finding))); }
inline std::string_view reason_name(Reason reason) { return detail::view(framegate_reason_name(reason)); }

/* The release of the library that is loaded. */
inline std::string_view version_string() { return detail::view(framegate_version_string()); }

/* Whether the library that is loaded is one that this header fits. */
[[nodiscard]] inline bool abi_fits() { return framegate_abi_version() == FRAMEGATE_ABI_VERSION; }

/* ---- Outcomes ---- */

/* FRAMEGATE_OK or FRAMEGATE_ERROR_…. (Xlib.h has a macro that is called Status.) */
class [[nodiscard]] StatusCode {
public:
  constexpr StatusCode(framegate_status number = FRAMEGATE_OK) : number_(number) {}
  constexpr bool ok() const { return number_ >= 0; }
  constexpr explicit operator bool() const { return ok(); }
  constexpr framegate_status number() const { return number_; }
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

/* What says no more than that it is there. What is not named here may be a no. */
template <class T>
inline constexpr bool is_plain = is_handle<T> || is_one_of<T, Meeting, Participant, Stream, Outlet, Digest, Instance, Head, Seal, PayloadDigest, Counters, LedgerInfo, Time, std::string, std::string_view,
                                                           std::vector<std::uint8_t>, std::vector<Participant>, std::vector<Counters>, std::vector<TapRelease>, std::vector<Consent>, std::vector<Seal>>;
} // namespace detail

/* A value, or why there is none. Taking one that is not there ends the process.
 *
 * Only a Result of what is_plain, such as a handle, is a condition and has ok(). Of all else, that there is an answer is not that it is yes: take it by `*`, and ask status() whether
 * there is one. */
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(StatusCode status) : status_(status) {}
  template <class U = T, std::enable_if_t<detail::is_plain<U>, int> = 0> bool ok() const { return value_.has_value(); }
  template <class U = T, std::enable_if_t<detail::is_plain<U>, int> = 0> explicit operator bool() const { return ok(); }
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
/* What a call writes, or its error. */
template <class T, class Call> Result<T> told(Call call) {
  T value{};
  const StatusCode status = call(&value);
  return status ? Result<T>(value) : status;
}

/* What comes into room of a length that is told. */
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

/* A handle that closes itself. */
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

  /* Closes it now; of none nothing happens. */
  void close() noexcept {
    if (handle_.handle != 0)
      (void)Close(std::exchange(handle_, H{}));
  }
  /* Whether it was opened and not moved or closed since. That is no answer of what it stands for. */
  bool is_open() const { return handle_.handle != 0; }
  /* For functions of framegate.h. */
  H get() const { return handle_; }

private:
  H handle_{};
};
} // namespace detail

inline Result<Digest> digest_of(std::string_view text) {
  Digest digest{};
  const StatusCode status = framegate_digest_of(detail::string(text), &digest);
  return status ? Result<Digest>(digest) : status;
}

/* ---- People, tags ---- */

/* One stay of somebody in a meeting. */
struct Participant : framegate_participant {
  constexpr Participant(framegate_participant who = {}) : framegate_participant(who) {}
  friend constexpr bool operator==(Participant a, Participant b) { return a.stay == b.stay && a.slot == b.slot && a.meeting == b.meeting; }
  friend constexpr bool operator!=(Participant a, Participant b) { return !(a == b); }
};
inline constexpr Participant unknown_participant{FRAMEGATE_PARTICIPANT_UNKNOWN};

/* What a tag says. */
struct TagFields {
  Verdict verdict;
  Reason reason;
  Kind kind;
  Purposes purposes;
  std::uint16_t stream;
  std::uint32_t generation;
  Time captured;
};

/* 16 bytes that travel with a frame. */
struct Tag : framegate_tag {
  constexpr Tag(framegate_tag tag = {}) : framegate_tag(tag) {}

  static Result<Tag> read(const std::uint8_t *data, std::size_t length) {
    Tag tag;
    const StatusCode status = framegate_tag_read(data, length, &tag);
    return status ? Result<Tag>(tag) : status;
  }
  Result<TagFields> fields() const {
    detail::Sized<framegate_tag_fields> told;
    const StatusCode status = framegate_tag_get(*this, &told);
    if (!status)
      return status;
    return TagFields{static_cast<Verdict>(told.verdict), told.reason,     static_cast<Kind>(told.kind), Purposes(told.purposes), told.stream,
                     told.generation,                    Time(told.captured)};
  }
  Result<Tag> meet(Tag other) const {
    return detail::told<Tag>([&](Tag *met) { return framegate_tag_meet(*this, other, met); });
  }
  Result<Tag> meet_across_meetings(Tag other) const {
    return detail::told<Tag>([&](Tag *met) { return framegate_tag_meet_across_meetings(*this, other, met); });
  }
};

/* For which purposes a frame could be released: a bare decision, which is no tag. */
class Decision : framegate_decision {
public:
  constexpr Decision() : framegate_decision{} {}
  Verdict verdict() const { return static_cast<Verdict>(framegate_decision::verdict); }
  Reason reason() const { return framegate_decision::reason; }
  Purposes purposes() const { return Purposes(framegate_decision::purposes); }
  std::uint32_t generation() const { return framegate_decision::generation; }

private:
  friend class Tap;
};

/* ---- Frames ---- */

/* A part of a frame, and whose it is. */
struct Region : detail::Sized<framegate_region> {
  static Region rectangle(Participant owner, std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height) {
    Region region(FRAMEGATE_AREA_RECTANGLE, owner);
    region.x = x;
    region.y = y;
    region.width = width;
    region.height = height;
    return region;
  }
  static Region audio_channel(Participant owner, std::uint32_t channel) {
    Region region(FRAMEGATE_AREA_CHANNEL, owner);
    region.channel = channel;
    return region;
  }
  static Region span(Participant owner, std::uint32_t start, std::uint32_t end) {
    Region region(FRAMEGATE_AREA_SPAN, owner);
    region.start = start;
    region.end = end;
    return region;
  }
  /* Its kind, if that is another than its stream's. */
  Region &kind(Kind other) {
    framegate_region::kind = static_cast<std::uint32_t>(other);
    return *this;
  }
  /* When it was captured, if that was before the frame: a quotation. */
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

/* What something was derived from. It comes out of Cleared::source() and meet() alone, and what is changed in it makes it none. It refers to the people in it, who must outlive it:
 * to be kept longer, `people` is to lead to a copy of them, in their order. */
struct Source : framegate_source {
  /* Joined with another of the same meeting, everybody in either in `room`: as much as both have people is enough. */
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

/* What is known of a frame beside its payload. Who is in it must be said. It refers to what it is passed, which must outlive it: a temporary, which would not, does not compile. */
struct Frame : detail::Sized<framegate_frame> {
  /* Its stream's owner and nobody else. */
  static Frame of_owner(Time captured) { return Frame(FRAMEGATE_CONTRIBUTORS_OWNER, captured); }
  /* All who are in it; a container of Participant. */
  template <class P> static Frame complete(Time, const P &&) = delete;
  template <class P> static Frame complete(Time captured, const P &all) { return Frame(FRAMEGATE_CONTRIBUTORS_COMPLETE, captured, all); }
  /* Some of them: withheld. */
  template <class P> static Frame partial(Time, const P &&) = delete;
  template <class P> static Frame partial(Time captured, const P &some) { return Frame(FRAMEGATE_CONTRIBUTORS_PARTIAL, captured, some); }
  /* The contributing sources of an RTP packet. */
  template <class P> static Frame csrcs(Time, const P &&) = delete;
  template <class P> static Frame csrcs(Time captured, const P &all) { return Frame(FRAMEGATE_CONTRIBUTORS_CSRCS, captured, all); }
  inline static Frame of_group(Time captured, const Group &all);
  /* Of data derived from these, which counts as captured when the earliest of them was; their container is of Source. */
  template <class S> static Frame derived(const S &&) = delete;
  template <class S> static Frame derived(const S &from) {
    Frame frame(FRAMEGATE_CONTRIBUTORS_SOURCES, Time(0));
    frame.sources = std::data(from);
    frame.source_count = std::size(from);
    return frame;
  }
  /* The client's keyframe hint, for encoded video: the frame's own header must agree. */
  Frame &keyframe(bool is) {
    framegate_frame::keyframe = is ? FRAMEGATE_KEYFRAME_YES : FRAMEGATE_KEYFRAME_NO;
    return *this;
  }
  /* A container of Region. */
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

/* A frame's content, which is only read. */
struct Payload : detail::Sized<framegate_payload> {
  Payload() = default;
  Payload(const void *data, std::size_t length) { plane[0] = {static_cast<const std::uint8_t *>(data), length, 0}; }
  /* A picture: as many planes as its format has. */
  Payload(std::initializer_list<framegate_plane> of) {
    for (const framegate_plane &each : of)
      if (planes < 4)
        plane[planes++] = each;
  }
};

/* The same to write to. */
struct PayloadMut : detail::Sized<framegate_payload_mut> {
  PayloadMut(void *data, std::size_t length) { plane[0] = {static_cast<std::uint8_t *>(data), length, 0}; }
  PayloadMut(std::initializer_list<framegate_plane_mut> of) {
    for (const framegate_plane_mut &each : of)
      if (planes < 4)
        plane[planes++] = each;
  }
};

/* What an outlet receives. What it leads to is there until its release ends. */
class Cleared : framegate_cleared {
public:
  Cleared() : Cleared(nullptr, 0) {}
  /* With room for the people of its source. */
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
  Verdict verdict() const { return static_cast<Verdict>(framegate_cleared::verdict); }
  Tag tag() const { return framegate_cleared::tag; }
  const framegate_payload &payload() const { return framegate_cleared::payload; }
  const std::uint8_t *data() const { return payload().plane[0].data; }
  std::size_t size() const { return payload().plane[0].length; }
  std::uint64_t hidden() const { return framegate_cleared::hidden; }
  /* To be named of what is derived from it; none if there was too little room or nothing was released. */
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

/* A release of many frames, which lasts until this ends. What `Cleared` points to must not be touched afterwards. */
class [[nodiscard]] Release {
public:
  Release(Release &&other) noexcept : tap_(std::exchange(other.tap_, {})), status_(other.status_), handed_on_(other.handed_on_) {}
  Release &operator=(Release &&) = delete;
  ~Release() { end(); }

  /* How many frames were handed on. */
  std::size_t handed_on() const { return handed_on_; }
  StatusCode status() const { return status_; }
  /* Ends it now. */
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

/* One stream into one outlet. On one thread at a time. */
class Tap : public detail::Handle<framegate_tap, framegate_tap_close> {
public:
  using Handle::Handle;

  /* Hands one frame on as it is, without copying, or drops it: `sink` gets what is cleared, as const Cleared &, if anything is. */
  template <class Sink> Admission admit(const Frame &frame, const Payload &payload, Time now, Sink &&sink) {
    Cleared cleared;
    return admitted(admit(&frame, &payload, 1, now, &cleared), cleared, sink);
  }
  /* Copies what is cleared into a buffer. */
  template <class Sink> Admission admit_into(const Frame &frame, const Payload &payload, const PayloadMut &buffer, Time now, Sink &&sink) {
    Cleared cleared;
    return admitted(admit_into(&frame, &payload, &buffer, 1, now, &cleared), cleared, sink);
  }
  /* The same in place, for a buffer that nobody else reads. */
  template <class Sink> Admission admit_in_place(const Frame &frame, const PayloadMut &payload, Time now, Sink &&sink) {
    Cleared cleared;
    return admitted(admit_in_place(&frame, &payload, 1, now, &cleared), cleared, sink);
  }

  /* The same of arrays of `count` each, under one release. */
  Release admit(const Frame *frames, const Payload *payloads, std::size_t count, Time now, Cleared *cleared) {
    return released([&](std::size_t *handed_on) { return framegate_tap_admit(get(), frames, payloads, count, now.count(), cleared, handed_on); });
  }
  Release admit_into(const Frame *frames, const Payload *payloads, const PayloadMut *buffers, std::size_t count, Time now, Cleared *cleared) {
    return released([&](std::size_t *handed_on) { return framegate_tap_admit_into(get(), frames, payloads, buffers, count, now.count(), cleared, handed_on); });
  }
  Release admit_in_place(const Frame *frames, const PayloadMut *payloads, std::size_t count, Time now, Cleared *cleared) {
    return released([&](std::size_t *handed_on) { return framegate_tap_admit_in_place(get(), frames, payloads, count, now.count(), cleared, handed_on); });
  }

  /* Whether the sender of an encoded stream is to be asked for a keyframe, as the last frame waits for one. */
  Result<bool> wants_keyframe() const {
    return detail::told<bool>([this](bool *wants) { return framegate_tap_wants_keyframe(get(), wants); });
  }

  /* Bare decisions, which release nothing: about a frame of the stream's owner alone, and about any. */
  Result<Decision> decide(Time captured, Time now) {
    return detail::told<Decision>([&](Decision *decision) { return framegate_tap_decide(get(), captured.count(), now.count(), decision); });
  }
  StatusCode decide_batch(const Frame *frames, std::size_t count, Time now, Decision *decisions) {
    return framegate_tap_decide_batch(get(), frames, count, now.count(), decisions);
  }

  Result<Counters> counters() {
    detail::Sized<Counters> counters;
    const StatusCode status = framegate_tap_counters(get(), &counters);
    return status ? Result<Counters>(counters) : status;
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

/* People who are in many frames together. */
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

/* A narrowing of consent that is settling. */
class Settling : public detail::Handle<framegate_settling, framegate_settling_close> {
public:
  using Handle::Handle;

  Result<bool> is_settled() const {
    return detail::told<bool>([this](bool *settled) { return framegate_settling_is_settled(get(), settled); });
  }
  /* Not on a media thread. */
  Result<bool> wait(std::chrono::milliseconds longest) const {
    const auto most = std::chrono::milliseconds::rep{UINT32_MAX}, long_ = longest.count();
    const auto milliseconds = static_cast<std::uint32_t>(long_ < 0 ? 0 : long_ > most ? most : long_);
    return detail::told<bool>([&](bool *settled) { return framegate_settling_wait(get(), milliseconds, settled); });
  }
  Result<std::vector<TapRelease>> taps() const {
    return detail::list(std::vector<TapRelease>(), [this](auto... room) { return framegate_settling_taps(get(), room...); });
  }
};

struct Particulars {
  Time started{};
  std::string_view address{}, contact{};
  std::vector<std::string_view> storage_locations{};
  std::string_view retention_period{}, jurisdiction{}, withdrawal_method{};
};

struct Dialog {
  std::uint32_t party = 0, dialog = 0, outlet = 0;
  Time started{};
};

/* A ledger that was read and verified. */
class Ledger : public detail::Handle<framegate_ledger, framegate_ledger_close> {
public:
  using Handle::Handle;

  /* `line` says which does not verify. */
  static Result<Ledger> read(std::string_view lines, const Head *anchor = nullptr, const std::uint8_t *device = nullptr, std::uint64_t *line = nullptr) {
    framegate_ledger ledger{};
    const StatusCode status = framegate_ledger_read(reinterpret_cast<const std::uint8_t *>(lines.data()), lines.size(), anchor, device, &ledger, line);
    return status ? Result<Ledger>(Ledger(ledger)) : status;
  }
  /* With what was withdrawn beside the file. */
  static Result<Ledger> read_file(std::string_view path, const Head *anchor = nullptr, const std::uint8_t *device = nullptr, std::uint64_t *line = nullptr) {
    framegate_ledger ledger{};
    const StatusCode status = framegate_ledger_read_file(detail::string(path), anchor, device, &ledger, line);
    return status ? Result<Ledger>(Ledger(ledger)) : status;
  }
  Result<LedgerInfo> info() const {
    detail::Sized<LedgerInfo> info;
    const StatusCode status = framegate_ledger_get(get(), &info);
    return status ? Result<LedgerInfo>(info) : status;
  }
  Result<std::string> receipt(std::string_view who) const {
    return detail::text([&](auto... room) { return framegate_ledger_receipt(get(), detail::string(who), room...); });
  }
  Result<std::string> erasure(std::string_view who) const {
    return detail::text([&](auto... room) { return framegate_ledger_erasure(get(), detail::string(who), room...); });
  }
  Result<std::string> ts27560(std::string_view who, const Particulars &of) const {
    const std::vector<framegate_string> places = detail::strings(of.storage_locations);
    detail::Sized<framegate_particulars> told;
    told.started = of.started.count();
    told.address = detail::string(of.address);
    told.contact = detail::string(of.contact);
    told.storage_locations = places.data();
    told.storage_location_count = places.size();
    told.retention_period = detail::string(of.retention_period);
    told.jurisdiction = detail::string(of.jurisdiction);
    told.withdrawal_method = detail::string(of.withdrawal_method);
    return detail::text([&](auto... room) { return framegate_ledger_ts27560(get(), detail::string(who), &told, room...); });
  }
  Result<std::string> vcon_consent(std::string_view who, const Dialog &of) const {
    const auto told = told_of(of);
    return detail::text([&](auto... room) { return framegate_ledger_vcon_consent(get(), detail::string(who), &told, room...); });
  }
  Result<std::string> vcon_lawful_basis(std::string_view who, const Dialog &of) const {
    const auto told = told_of(of);
    return detail::text([&](auto... room) { return framegate_ledger_vcon_lawful_basis(get(), detail::string(who), &told, room...); });
  }
  Result<std::string> cawg(std::uint32_t outlet) const {
    return detail::text([&](auto... room) { return framegate_ledger_cawg(get(), outlet, room...); });
  }
  Result<std::string> aipref(std::uint32_t outlet) const {
    return detail::text([&](auto... room) { return framegate_ledger_aipref(get(), outlet, room...); });
  }

private:
  static detail::Sized<framegate_dialog> told_of(const Dialog &of) {
    detail::Sized<framegate_dialog> told;
    told.party = of.party;
    told.dialog = of.dialog;
    told.outlet = of.outlet;
    told.started = of.started.count();
    return told;
  }
};

/* Where something was entered. It holds either way. */
enum class Entered : std::uint32_t { in_ledger = FRAMEGATE_ENTERED_IN_LEDGER, beside = FRAMEGATE_ENTERED_BESIDE };

/* A ledger in a file in which people withdraw when the meeting is over, its process has gone, or it goes on elsewhere. */
class PastMeeting : public detail::Handle<framegate_past_meeting, framegate_past_meeting_close> {
public:
  using Handle::Handle;

  /* `device_secret`: 32 bytes, to sign with what is withdrawn. `line` says which does not verify. */
  static Result<PastMeeting> open(std::string_view path, const std::uint8_t *device_secret = nullptr, std::uint64_t *line = nullptr) {
    framegate_past_meeting past{};
    const StatusCode status = framegate_past_meeting_open(detail::string(path), device_secret, &past, line);
    return status ? Result<PastMeeting>(PastMeeting(past)) : status;
  }
  /* All of somebody's stays. An empty set in the scope stands for everything. */
  Result<Entered> withdraw(Authority authority, std::string_view who, Scope scope) {
    return entered([&](std::uint32_t *place) { return framegate_past_meeting_withdraw(get(), static_cast<std::uint32_t>(authority), detail::string(who), scope, place); });
  }
  /* Of everybody if nobody is named. */
  Result<Entered> restrict(Authority authority, std::optional<std::string_view> whom, Scope scope) {
    const framegate_string id = detail::string(whom.value_or(std::string_view()));
    return entered([&](std::uint32_t *place) { return framegate_past_meeting_restrict(get(), static_cast<std::uint32_t>(authority), whom ? &id : nullptr, scope, place); });
  }
  Result<std::string> receipt(std::string_view who) const {
    return detail::text([&](auto... room) { return framegate_past_meeting_receipt(get(), detail::string(who), room...); });
  }

private:
  template <class Call> static Result<Entered> entered(Call call) {
    const Result<std::uint32_t> place = detail::told<std::uint32_t>(call);
    return place.status() ? Result<Entered>(static_cast<Entered>(*place)) : place.status();
  }
};

/* ---- Seals, and the check before training ---- */

/* Somebody in a frame, and as what beside the kind of its tag; of several the ids ascend, byte by byte. The id is to be there as long as it. */
struct Subject : detail::Sized<framegate_subject> {
  explicit Subject(std::string_view who, Kinds as = {}) {
    id = detail::string(who);
    kinds = as.bits;
  }
};

/* What travels with a frame: its tag, and its seal if it has one. */
struct Carried : detail::Sized<framegate_carried> {
  Carried() = default;
  Carried(Tag of) { tag = of; }
  Carried(Tag of, Seal by) {
    tag = of;
    seal = by;
    sealed = 1;
  }
  /* Of 16 bytes, or of 32. */
  static Result<Carried> read(const std::uint8_t *data, std::size_t length) {
    Carried carried;
    const StatusCode status = framegate_carried_read(data, length, &carried);
    return status ? Result<Carried>(carried) : status;
  }
};

/* What was released of a frame, as an archive has it. It refers to what it is passed, which must outlive it. */
struct Archived : detail::Sized<framegate_archived> {
  /* Without a tag if that is null; `who` is a container of Subject; no seal is made or checked if there is no digest. */
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

/* What the tags of one stream are sealed with. */
class StreamKey : public detail::Handle<framegate_stream_key, framegate_stream_key_close> {
public:
  using Handle::Handle;

  /* Of FRAMEGATE_FORMAT_…, of a container of Piece, which is of one for H.264, HEVC and AV1. It may be called inside a release. */
  template <class P> Result<PayloadDigest> digest(std::uint32_t format, const P &pieces) const {
    PayloadDigest digest{};
    const StatusCode status = framegate_stream_key_digest(get(), format, std::data(pieces), std::size(pieces), &digest);
    return status ? Result<PayloadDigest>(digest) : status;
  }
  /* A container of Subject. It may be called inside a release. */
  template <class S> Result<Seal> seal(Tag tag, const S &subjects, const PayloadDigest &digest) const {
    Seal seal{};
    const StatusCode status = framegate_stream_key_seal(get(), tag, std::data(subjects), std::size(subjects), &digest, &seal);
    return status ? Result<Seal>(seal) : status;
  }
  template <class S> Result<bool> verify(Seal seal, Tag tag, const S &subjects, const PayloadDigest &digest) const {
    return detail::told<bool>([&](bool *holds) {
      return framegate_stream_key_verify(get(), seal, tag, std::data(subjects), std::size(subjects), &digest, holds);
    });
  }
};

/* What a meeting's tags are sealed with. */
class MeetingKey : public detail::Handle<framegate_meeting_key, framegate_meeting_key_close> {
public:
  using Handle::Handle;

  /* Of a secret of 32 bytes. */
  static Result<MeetingKey> open(const std::uint8_t *secret, const Instance &instance) {
    framegate_meeting_key key{};
    const StatusCode status = framegate_meeting_key_open(secret, &instance, &key);
    return status ? Result<MeetingKey>(MeetingKey(key)) : status;
  }
  /* Of the stream of this number, as Stream and TagFields have it. */
  Result<StreamKey> stream(std::uint16_t number) const {
    framegate_stream_key key{};
    const StatusCode status = framegate_stream_key_open(get(), number, &key);
    return status ? Result<StreamKey>(StreamKey(key)) : status;
  }
  /* Zeros for what has no tag or no digest, or is of another meeting. */
  Result<std::vector<Seal>> seal_batch(const Archived *frames, std::size_t count) const {
    std::vector<Seal> seals(count);
    const StatusCode status = framegate_meeting_key_seal_batch(get(), frames, count, seals.data());
    return status ? Result<std::vector<Seal>>(std::move(seals)) : status;
  }
};

/* Which of many frames are cleared, or may stay, and why the others not. */
class Checked {
public:
  std::size_t count() const { return count_; }
  /* Of what is not there: no. */
  bool is_cleared(std::size_t index) const { return index < findings_.size() && (bits_[index / 64] >> index % 64 & 1) != 0; }
  Finding finding(std::size_t index) const { return index < findings_.size() ? static_cast<Finding>(findings_[index]) : Finding::no_tag; }

private:
  friend class Verifier;
  explicit Checked(std::size_t frames) : bits_((frames + 63) / 64), findings_(frames, std::uint8_t{FRAMEGATE_FINDING_NO_TAG}) {}
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint8_t> findings_;
  std::size_t count_ = 0;
};

/* What a ledger says, made ready for many frames. */
class Verifier : public detail::Handle<framegate_verifier, framegate_verifier_close> {
public:
  using Handle::Handle;

  static Result<Verifier> open(const Ledger &ledger) {
    framegate_verifier verifier{};
    const StatusCode status = framegate_verifier_open(ledger.get(), &verifier);
    return status ? Result<Verifier>(Verifier(verifier)) : status;
  }
  Result<Head> head() const {
    Head head{};
    const StatusCode status = framegate_verifier_head(get(), &head);
    return status ? Result<Head>(head) : status;
  }
  Result<Checked> verify_batch(const Archived *frames, std::size_t count, Purposes wanted, const MeetingKey &key) const {
    return checked(count, [&](auto... answers) { return framegate_verifier_verify_batch(get(), frames, count, wanted.bits, key.get(), answers...); });
  }
  /* Every tag is taken at its word: nothing may be used by this. */
  Result<Checked> dry_run(const Archived *frames, std::size_t count, Purposes wanted) const {
    return checked(count, [&](auto... answers) { return framegate_verifier_dry_run(get(), frames, count, wanted.bits, answers...); });
  }
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

/* A packet or a unit of a stream. */
struct Bytes {
  const std::uint8_t *data;
  std::size_t length;
};

namespace detail {
/* A number that stands for a word. */
template <class W, class Call> Result<W> word(Call call) {
  const Result<std::uint32_t> number = told<std::uint32_t>(call);
  return number.status() ? Result<W>(static_cast<W>(*number)) : number.status();
}
template <class Call> Result<std::string_view> line(Call call) {
  const Result<framegate_string> text = told<framegate_string>(call);
  return text.status() ? Result<std::string_view>(view(*text)) : text.status();
}
template <class Call> Result<Carried> carried(Call call) {
  Carried carried;
  const StatusCode status = call(&carried);
  return status ? Result<Carried>(carried) : status;
}
} // namespace detail

/* Each `write` copies into a buffer; `length` says how much that is, or would be. */
namespace rtp {
inline Result<Carried> read(Bytes packet, std::uint8_t id) {
  return detail::carried([&](Carried *carried) { return framegate_rtp_read(packet.data, packet.length, id, carried); });
}
inline StatusCode write(Bytes packet, std::uint8_t id, const Carried &carried, std::uint8_t *buffer, std::size_t capacity, std::size_t &length) {
  return framegate_rtp_write(packet.data, packet.length, id, &carried, buffer, capacity, &length);
}
} // namespace rtp

/* Of FRAMEGATE_FORMAT_H264 or FRAMEGATE_FORMAT_HEVC. */
namespace sei {
inline Result<Carried> read(Bytes unit, std::uint32_t format) {
  return detail::carried([&](Carried *carried) { return framegate_sei_read(unit.data, unit.length, format, carried); });
}
inline StatusCode write(Bytes unit, std::uint32_t format, const Carried &carried, std::uint8_t *buffer, std::size_t capacity, std::size_t &length) {
  return framegate_sei_write(unit.data, unit.length, format, &carried, buffer, capacity, &length);
}
} // namespace sei

namespace obu {
inline Result<Carried> read(Bytes unit) {
  return detail::carried([&](Carried *carried) { return framegate_obu_read(unit.data, unit.length, carried); });
}
inline StatusCode write(Bytes unit, const Carried &carried, std::uint8_t *buffer, std::size_t capacity, std::size_t &length) {
  return framegate_obu_write(unit.data, unit.length, &carried, buffer, capacity, &length);
}
} // namespace obu

/* Session descriptions. */
namespace sdp {
inline Result<std::string> extmap(std::uint8_t id) {
  return detail::text([&](auto... room) { return framegate_sdp_extmap(id, room...); });
}
inline Result<std::uint8_t> extension_id(std::string_view part) {
  const Result<std::uint32_t> id = detail::told<std::uint32_t>([&](std::uint32_t *number) { return framegate_sdp_extension_id(detail::string(part), number); });
  return id.status() ? Result<std::uint8_t>(static_cast<std::uint8_t>(*id)) : id.status();
}

enum class Recording : std::uint32_t {
  unsaid = FRAMEGATE_RECORDING_UNSAID,
  on = FRAMEGATE_RECORDING_ON,
  off = FRAMEGATE_RECORDING_OFF,
  paused = FRAMEGATE_RECORDING_PAUSED
};
enum class Preference : std::uint32_t {
  on = FRAMEGATE_PREFERENCE_ON,
  off = FRAMEGATE_PREFERENCE_OFF,
  pause = FRAMEGATE_PREFERENCE_PAUSE,
  no_preference = FRAMEGATE_PREFERENCE_NO_PREFERENCE
};

inline Result<Recording> recording_of(Purposes agreed) {
  return detail::word<Recording>([&](std::uint32_t *number) { return framegate_recording_of(agreed.bits, number); });
}
inline Result<Preference> preference_of(Purposes agreed) {
  return detail::word<Preference>([&](std::uint32_t *number) { return framegate_preference_of(agreed.bits, number); });
}
inline Result<std::string_view> line(Recording recording) {
  return detail::line([&](framegate_string *text) { return framegate_recording_line(static_cast<std::uint32_t>(recording), text); });
}
inline Result<std::string_view> line(Preference preference) {
  return detail::line([&](framegate_string *text) { return framegate_preference_line(static_cast<std::uint32_t>(preference), text); });
}
inline Result<Recording> recording(std::string_view description, std::size_t media) {
  return detail::word<Recording>([&](std::uint32_t *number) { return framegate_recording_read(detail::string(description), media, number); });
}
inline Result<Preference> preference(std::string_view description, std::size_t media) {
  return detail::word<Preference>([&](std::uint32_t *number) { return framegate_preference_read(detail::string(description), media, number); });
}
/* Whether somebody may go on being recorded as far as this wish goes. It is no consent. */
inline Result<bool> permits(Preference preference) {
  return detail::told<bool>([&](bool *permits) { return framegate_preference_permits(static_cast<std::uint32_t>(preference), permits); });
}
} // namespace sdp

/* ---- Meetings ---- */

/* What a device signs to vouch for a head. */
inline Result<std::vector<std::uint8_t>> head_message(const Head &head) {
  return detail::bytes([&](auto... room) { return framegate_head_message(&head, room...); });
}

/* How a meeting is opened, or resumed. */
struct MeetingOptions {
  std::string_view id{};
  std::uint32_t participants = 0;
  std::string_view ledger{};
  /* Appends lines to the ledger's store, instead of a file; says whether it has. It must not throw. */
  std::function<bool(std::string_view lines, bool durable)> append{};
  /* Called with every entry. It must not throw. */
  std::function<void(std::string_view line)> event{};
  /* 32 bytes. */
  const std::uint8_t *device_secret = nullptr;
  /* Signs instead, with a key that is elsewhere: writes 64 bytes and says whether it has. It must not throw. */
  std::function<bool(std::string_view message, std::uint8_t *signature)> sign{};
  /* With `sign`: the public key that it signs with, 32 bytes. */
  const std::uint8_t *device_key = nullptr;
  /* Grants and what narrows are made durable at once in any case. */
  bool batched = false;
  /* 16 new random bytes, if they must be known before; null: drawn. */
  const Instance *instance = nullptr;
};

/* How somebody joins. */
struct JoinOptions {
  /* A participant who consents for themselves. */
  static JoinOptions adult(std::string_view id, const std::uint8_t *key = nullptr) { return {Authority::participant, id, {}, key}; }
  /* A participant whose guardian, of this id, consents for them (GDPR Art. 8). */
  static JoinOptions with_guardian(std::string_view id, std::string_view guardian, const std::uint8_t *key = nullptr) { return {Authority::guardian, id, guardian, key}; }

  Authority agrees;
  std::string_view id, guardian;
  /* The key by which they agree, 32 bytes; null: none. */
  const std::uint8_t *key;
};

struct Notice {
  Scope scope{};
  Digest digest{};
  std::string_view version{}, language{}, controller{};
};

struct Signed {
  Instance instance{};
  std::string_view meeting{};
  Digest challenge{};
  std::array<std::uint8_t, 64> signature{};
};

struct Grant {
  Scope scope{};
  Digest notice{};
  /* Must be said. */
  Method method{};
  Time at = no_time, until = no_time;
  const Signed *signature = nullptr;
};

/* What the payloads of a stream look like. */
struct Format {
  std::uint32_t number = 0, channels = 0, width = 0, height = 0, layout = 0;
  bool full_range = false;
  /* Of JSON. */
  std::vector<std::string_view> structural_keys{};

  static Format pcm(std::uint32_t samples, std::uint32_t channels) { return {samples, channels, 0, 0, FRAMEGATE_LAYOUT_INTERLEAVED}; }
  static Format pcm_s16(std::uint32_t channels) { return pcm(FRAMEGATE_FORMAT_PCM_S16, channels); }
  static Format pcm_f32(std::uint32_t channels) { return pcm(FRAMEGATE_FORMAT_PCM_F32, channels); }
  static Format picture(std::uint32_t pixels, std::uint32_t width, std::uint32_t height) { return {pixels, 0, width, height}; }
  static Format i420(std::uint32_t width, std::uint32_t height) { return picture(FRAMEGATE_FORMAT_I420, width, height); }
  static Format nv12(std::uint32_t width, std::uint32_t height) { return picture(FRAMEGATE_FORMAT_NV12, width, height); }
  /* FRAMEGATE_FORMAT_OPUS and what follows it. */
  static Format encoded(std::uint32_t codec, std::uint32_t streams = 0) { return {codec, streams}; }
  static Format utf8() { return {FRAMEGATE_FORMAT_UTF8}; }
  static Format json(std::vector<std::string_view> structural_keys) { return {FRAMEGATE_FORMAT_JSON, 0, 0, 0, 0, false, std::move(structural_keys)}; }
  static Format opaque() { return {FRAMEGATE_FORMAT_OPAQUE}; }

  /* All of one channel before those of the next. */
  Format in_planes() && {
    layout = FRAMEGATE_LAYOUT_PLANAR;
    return std::move(*this);
  }
  /* Black is 0 instead of 16. */
  Format in_full_range() && {
    full_range = true;
    return std::move(*this);
  }
};

/* An integer of a record. */
struct Field {
  std::string_view name{}, unit{};
  std::int64_t minimum = 0, maximum = 0;
};

/* A source of frames. */
struct StreamOptions {
  std::uint32_t type;
  Participant owner;
  Kind kind;
  Format format;
  std::vector<Field> fields;
  std::uint32_t bits_per_minute = 0;

  static StreamOptions owned(Participant owner, Kind kind, Format format) { return {FRAMEGATE_STREAM_OWNED, owner, kind, format, {}, 0}; }
  static StreamOptions mix(Kind kind, Format format) { return {FRAMEGATE_STREAM_MIX, {}, kind, format, {}, 0}; }
  static StreamOptions composite(Kind kind, Format format) { return {FRAMEGATE_STREAM_COMPOSITE, {}, kind, format, {}, 0}; }
  static StreamOptions derived(Kind kind, Format format) { return {FRAMEGATE_STREAM_DERIVED, {}, kind, format, {}, 0}; }
  static StreamOptions records(Participant about, Kind kind, std::vector<Field> fields, std::uint32_t bits_per_minute) {
    return {FRAMEGATE_STREAM_RECORDS, about, kind, {}, std::move(fields), bits_per_minute};
  }
};

/* A destination of frames. */
struct OutletOptions {
  std::string_view name{};
  Purposes purposes{};
  Kinds blanks{};
  std::string_view recipient{};
};

/* One meeting's control half. A call on it may run the event callback, in which the object may be destroyed: no function uses it after that. */
class Meeting {
public:
  static Result<Meeting> open(MeetingOptions options) { return made(std::move(options), framegate_meeting_open); }
  static Result<Meeting> resume(const Ledger &ledger, MeetingOptions options) {
    return made(std::move(options), [&](const framegate_meeting_options *told, framegate_meeting *meeting) {
      return framegate_meeting_resume(ledger.get(), told, meeting);
    });
  }
  Meeting(Meeting &&other) noexcept : callbacks_(std::exchange(other.callbacks_, nullptr)), handle_(std::exchange(other.handle_, framegate_meeting{})) {}
  /* The one that was here is closed last, when this one stands for the other already. */
  Meeting &operator=(Meeting &&other) noexcept {
    Meeting taken(std::move(other));
    std::swap(callbacks_, taken.callbacks_);
    std::swap(handle_, taken.handle_);
    return *this;
  }
  ~Meeting() { (void)close(); }
  framegate_meeting get() const { return handle_; }
  /* Closes the handle, and every tap with it; from within a callback, too, where a meeting may also be moved, assigned and destroyed. A callback that is running keeps its
   * captures until it returns. FRAMEGATE_ERROR_STILL_CALLED: it is closed, but from within a callback, and another thread is still in one of its callbacks or in a call on it;
   * what its callbacks refer to must be kept until that thread is out. Of none nothing happens. */
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
  Result<Settling> end() { return settling(framegate_meeting_end); }

  Result<std::string> id() const {
    return detail::text([meeting = get()](auto... room) { return framegate_meeting_id(meeting, room...); });
  }
  Result<std::uint64_t> generation() const { return told<std::uint64_t>(framegate_meeting_generation); }
  Result<Instance> instance() const { return told<Instance>(framegate_meeting_instance); }
  Result<Head> head() const { return told<Head>(framegate_meeting_head); }
  /* no_time if nothing ends by itself. */
  Result<Time> next_deadline() const {
    std::int64_t deadline = 0;
    const StatusCode status = framegate_meeting_next_deadline(get(), &deadline);
    return status ? Result<Time>(Time(deadline)) : status;
  }
  /* More than a day has truly passed since the last call. */
  StatusCode advance(Time now) { return framegate_meeting_advance(get(), now.count()); }
  StatusCode tick(Time now) { return framegate_meeting_tick(get(), now.count()); }

  Result<Participant> join(const JoinOptions &who, Time now) {
    detail::Sized<framegate_join_options> join;
    join.agrees = static_cast<std::uint32_t>(who.agrees);
    join.id = detail::string(who.id);
    join.guardian = detail::string(who.guardian);
    join.key = who.key;
    return told<Participant>(framegate_meeting_join, &join, now.count());
  }
  Result<Settling> leave(Participant who, Time now) { return settling(framegate_meeting_leave, who, now.count()); }
  /* The participant of this id: their present stay, or, if they have left, their last one. */
  Result<Participant> find(std::string_view id) const { return told<Participant>(framegate_meeting_find, detail::string(id)); }
  Result<std::vector<Participant>> participants() const {
    return detail::list(std::vector<Participant>(), [meeting = get()](auto... room) { return framegate_meeting_participants(meeting, room...); });
  }
  /* What a participant consents to now, for a user interface. */
  Result<std::vector<Consent>> consents(Participant who) const {
    return detail::list(std::vector<Consent>(), [meeting = get(), who](auto... room) { return framegate_meeting_consents(meeting, who, room...); });
  }
  Result<std::string> id_of(Participant who) const {
    return detail::text([meeting = get(), who](auto... room) { return framegate_meeting_id_of(meeting, who, room...); });
  }

  StatusCode show(const Notice &of) {
    detail::Sized<framegate_notice> notice;
    notice.scope = of.scope;
    notice.digest = of.digest;
    notice.version = detail::string(of.version);
    notice.language = detail::string(of.language);
    notice.controller = detail::string(of.controller);
    return framegate_meeting_show(get(), &notice);
  }
  Result<Settling> supersede(const Digest &notice, Time now) { return settling(framegate_meeting_supersede, &notice, now.count()); }

  StatusCode grant(Authority authority, Participant who, const Grant &of, Time now) {
    return granting(of, [&](const framegate_grant *grant) { return framegate_meeting_grant(get(), static_cast<std::uint32_t>(authority), who, grant, now.count()); });
  }
  Result<Digest> challenge(Participant who) const { return told<Digest>(framegate_meeting_challenge, who); }
  /* What a person signs to agree. */
  Result<std::vector<std::uint8_t>> grant_message(Participant who, const Grant &of) const {
    return granting(of, [meeting = get(), who](const framegate_grant *grant) {
      return detail::bytes([&](auto... room) { return framegate_grant_message(meeting, who, grant, room...); });
    });
  }
  Result<Settling> withdraw(Authority authority, Participant who, Scope scope, Time now) {
    return settling(framegate_meeting_withdraw, static_cast<std::uint32_t>(authority), who, scope, now.count());
  }
  /* Of everybody if nobody is named. */
  Result<Settling> restrict(Authority authority, std::optional<Participant> whom, Scope scope, Time now) {
    return settling(framegate_meeting_restrict, static_cast<std::uint32_t>(authority), whom ? &*whom : nullptr, scope, now.count());
  }
  StatusCode lift(Authority authority, std::optional<Participant> whom, Scope scope, Time now) {
    return framegate_meeting_lift(get(), static_cast<std::uint32_t>(authority), whom ? &*whom : nullptr, scope, now.count());
  }
  /* Enters how far each tap had come. */
  Result<bool> settled(const Settling &settling, Time now) {
    return detail::told<bool>([&](bool *settled) { return framegate_meeting_settled(get(), settling.get(), now.count(), settled); });
  }

  Result<Stream> open_stream(const StreamOptions &of) {
    std::vector<framegate_field> fields;
    for (const Field &field : of.fields) {
      detail::Sized<framegate_field> told;
      told.name = detail::string(field.name);
      told.unit = detail::string(field.unit);
      told.minimum = field.minimum;
      told.maximum = field.maximum;
      fields.push_back(told);
    }
    const std::vector<framegate_string> keys = detail::strings(of.format.structural_keys);
    detail::Sized<framegate_stream_options> options;
    options.structural_keys = keys.empty() ? nullptr : keys.data();
    options.structural_key_count = keys.size();
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
    return told<Stream>(framegate_stream_open, &options);
  }
  Result<Outlet> open_outlet(const OutletOptions &of) {
    detail::Sized<framegate_outlet_options> options;
    options.purposes = of.purposes.bits;
    options.blanks = of.blanks.bits;
    options.name = detail::string(of.name);
    options.recipient = detail::string(of.recipient);
    return told<Outlet>(framegate_outlet_open, &options);
  }
  /* Names the pair of one purpose and a third party. */
  Result<Purposes> third_party(Purposes purpose, std::string_view recipient) {
    std::uint16_t pair = 0;
    const StatusCode status = framegate_meeting_third_party(get(), purpose.bits, detail::string(recipient), &pair);
    return status ? Result<Purposes>(Purposes(pair)) : status;
  }
  /* A container of Participant. */
  template <class P> Result<Group> group(const P &people) { return made<Group, framegate_group>(framegate_group_open, std::data(people), std::size(people)); }
  Result<Tap> tap(Stream stream, Outlet outlet) { return made<Tap, framegate_tap>(framegate_tap_open, stream, outlet); }

  Result<std::vector<Counters>> counters() const {
    return detail::list(std::vector<Counters>(), [meeting = get()](auto... room) { return framegate_meeting_counters(meeting, room...); });
  }
  StatusCode count(Time now) { return framegate_meeting_count(get(), now.count()); }

private:
  /* What callbacks are passed: it stays where it is, until the meeting is closed and the last callback has returned. */
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
    options.durability = of.batched ? FRAMEGATE_DURABILITY_BATCHED : FRAMEGATE_DURABILITY_EACH;
    framegate_meeting meeting{};
    const StatusCode status = open(&options, &meeting);
    return status ? Result<Meeting>(Meeting(callbacks.release(), meeting)) : status;
  }

  /* A call that writes a value. */
  template <class T, class Call, class... Arguments> Result<T> told(Call call, Arguments... arguments) const {
    T value{};
    const StatusCode status = call(get(), arguments..., &value);
    return status ? Result<T>(value) : status;
  }
  /* A call that writes a handle. */
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
