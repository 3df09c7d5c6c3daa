// Every function of framegate.hpp, each with what it must say. It is also built without exceptions.
#include <framegate.hpp>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <type_traits>

using namespace framegate;
using namespace std::chrono_literals;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
      std::exit(1);                                                            \
    }                                                                          \
  } while (0)

template <class T> constexpr bool moves_only = std::is_nothrow_move_constructible_v<T> && std::is_move_assignable_v<T> && !std::is_copy_constructible_v<T>;
static_assert(moves_only<Meeting> && moves_only<Tap> && moves_only<Group> && moves_only<Settling> && moves_only<Ledger>);
static_assert(moves_only<MeetingKey> && moves_only<StreamKey> && moves_only<Verifier>);
static_assert(!std::is_copy_constructible_v<Release> && !std::is_move_assignable_v<Release>);

namespace {

const Scope recording{Kind::audio | Kind::video | Kind::chat, purpose::record};

Notice notice() {
  Notice notice;
  notice.scope = {Kind::audio | Kind::video | Kind::chat | Kind::telemetry | Kind::caption, purpose::record | purpose::train | purpose::derive};
  notice.digest = *digest_of("We record what you say.");
  notice.version = "1";
  notice.language = "en";
  notice.controller = "Example Ltd";
  return notice;
}

Grant grant(Scope scope) {
  Grant grant;
  grant.scope = scope;
  grant.method = Method::clicked;
  grant.notice = notice().digest;
  return grant;
}

MeetingOptions options(std::string_view id) {
  MeetingOptions options;
  options.id = id;
  options.participants = 8;
  return options;
}

// People, notices, grants and narrowing, with a store and a listener of the program's own. What the store took is given back.
std::string control() {
  std::string stored;
  int events = 0;
  MeetingOptions how = options("control");
  how.append = [&](std::string_view lines, bool) { stored += lines; return true; };
  how.event = [&](std::string_view line) { events += line.find("\"event\"") != line.npos; };
  how.batched = true;
  const WallTime started(std::chrono::hours(24 * 365 * 55));
  how.started = started;
  Meeting meeting = *Meeting::open(std::move(how));
  CHECK(*meeting.id() == "control");
  CHECK(*meeting.started() == started && *meeting.clock() == 0ms && *meeting.time_at(started + 1s) == 1s && *meeting.time_at(started - 1s) == 0ms);
  CHECK(meeting.time_at(started + std::chrono::hours(24 * 50)).status().number() == FRAMEGATE_ERROR_TIME);
  CHECK(meeting.time_at(WallTime(-1us)).status().number() == FRAMEGATE_ERROR_TIME);
  CHECK(*meeting.generation() == 1);
  CHECK(meeting.show(notice()));
  CHECK(meeting.show(Notice{}).number() == FRAMEGATE_ERROR_EMPTY);

  const std::uint8_t key[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
                                0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
  const Participant adult = *meeting.join(JoinOptions::adult("adult"), 0ms);
  const Participant child = *meeting.join(JoinOptions::with_guardian("child", "parent"), 0ms);
  const Participant signer = *meeting.join(JoinOptions::adult("signer", key), 0ms);
  CHECK(meeting.join(JoinOptions::adult("adult"), 0ms).status().number() == FRAMEGATE_ERROR_ALREADY_JOINED);
  CHECK(*meeting.find("child") == child && child != adult && adult != unknown_participant);
  CHECK(meeting.find("nobody").status().number() == FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  CHECK(meeting.participants()->size() == 3);
  CHECK(meeting.consents(unknown_participant).status().number() == FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  CHECK(*meeting.id_of(signer) == "signer");

  CHECK(meeting.grant(Authority::participant, adult, grant(recording), 1s));
  CHECK(meeting.grant(Authority::host, adult, grant(recording), 1s).number() == FRAMEGATE_ERROR_OVERREACH);
  CHECK(meeting.grant(Authority::participant, child, grant(recording), 1s).number() == FRAMEGATE_ERROR_OVERREACH);
  CHECK(meeting.grant(Authority::guardian, child, grant(recording), 1s));
  Grant by_key = grant(recording);
  CHECK(meeting.grant(Authority::participant, signer, by_key, 1s).number() == FRAMEGATE_ERROR_UNSIGNED);
  by_key.method = Method::signature;
  Signed signature;
  signature.instance = *meeting.instance();
  signature.meeting = "control";
  signature.challenge = *meeting.challenge(signer);
  by_key.signature = &signature;
  CHECK(meeting.grant(Authority::participant, signer, by_key, 1s).number() == FRAMEGATE_ERROR_WRONG_SIGNATURE);
  CHECK(meeting.grant_message(signer, by_key)->size() > 32);

  CHECK(*meeting.next_deadline() == no_time);
  Grant ending = grant({Kind::audio, purpose::train});
  ending.until = 9s;
  CHECK(meeting.grant(Authority::participant, adult, ending, 1s));
  CHECK(*meeting.next_deadline() == 9s);
  CHECK(meeting.tick(9s));
  CHECK(*meeting.next_deadline() == no_time);

  CHECK(*meeting.restrict(Authority::host, std::nullopt, recording, 10s)->is_settled());
  CHECK(meeting.lift(Authority::vendor, std::nullopt, recording, 11s));
  CHECK(meeting.lift(Authority::participant, adult, recording, 11s).number() == FRAMEGATE_ERROR_NOT_A_RESTRAINER);
  CHECK(meeting.lift(Authority::host, std::nullopt, recording, 11s));
  Settling settling = *meeting.withdraw(Authority::participant, adult, recording, 12s);
  CHECK(*settling.wait(1s) && *settling.is_settled() && settling.taps()->empty());
  CHECK(*meeting.settled(settling, 12s));
  CHECK(meeting.supersede(notice().digest, 13s));
  CHECK(meeting.supersede(*digest_of("another"), 13s).status().number() == FRAMEGATE_ERROR_UNKNOWN_NOTICE);
  CHECK(meeting.leave(child, 14s));
  CHECK(meeting.participants()->size() == 2);
  CHECK(meeting.count(14s));
  CHECK(head_message(*meeting.head())->size() == 72);
  CHECK(meeting.end());
  CHECK(events > 10 && static_cast<std::uint64_t>(events) == *meeting.generation());

  Settling moved = std::move(settling);
  CHECK(moved.is_open() && !settling.is_open() && *moved.is_settled());
  moved = std::move(*&moved);
  CHECK(moved.is_open());
  CHECK(meeting.close());
  CHECK(meeting.generation().status().number() == FRAMEGATE_ERROR_HANDLE);
  return stored;
}

// More than a day without a call: a mistake, unless it is announced.
void clocks() {
  Meeting meeting = *Meeting::open(options("clocks"));
  CHECK(meeting.show(notice()));
  const Participant who = *meeting.join(JoinOptions::adult("who"), 0ms);
  const Stream microphone = *meeting.open_stream(StreamOptions::owned(who, Kind::audio, Format::opaque()));
  const Outlet recorder = *meeting.open_outlet({"recorder", purpose::record});
  Tap before = *meeting.tap(microphone, recorder), after = *meeting.tap(microphone, recorder);
  CHECK(meeting.grant(Authority::participant, who, grant(recording), 0ms));
  const Time late = 72h;
  CHECK(meeting.join(JoinOptions::adult("another"), late).status().number() == FRAMEGATE_ERROR_TIME);
  CHECK(before.decide(late, late).status());
  CHECK(meeting.tick(late));
  CHECK(reason_name(before.decide(late, late)->reason()) == "clock");
  CHECK(meeting.advance(Time(-1)).number() == FRAMEGATE_ERROR_TIME && meeting.advance(no_time).number() == FRAMEGATE_ERROR_TIME);
  CHECK(meeting.advance(late));
  CHECK(after.decide(late, late)->verdict() == Verdict::whole && before.decide(late, late)->reason() == FRAMEGATE_REASON_CLOCK);
  CHECK(meeting.join(JoinOptions::adult("another"), late));
}

// Frames one by one and many, whole, redacted, in place, and what is derived from them.
void media() {
  Meeting meeting = *Meeting::open(options("media"));
  CHECK(meeting.show(notice()));
  const Participant first = *meeting.join(JoinOptions::adult("first"), 0ms);
  const Participant second = *meeting.join(JoinOptions::adult("second"), 0ms);
  const Stream microphone = *meeting.open_stream(StreamOptions::owned(first, Kind::audio, Format::pcm_s16(1)));
  const Stream mix = *meeting.open_stream(StreamOptions::mix(Kind::audio, Format::pcm_f32(2)));
  const Stream chat = *meeting.open_stream(StreamOptions::owned(first, Kind::chat, Format::utf8()));
  const Stream gallery = *meeting.open_stream(StreamOptions::composite(Kind::video, Format::i420(16, 8)));
  const Stream captions = *meeting.open_stream(StreamOptions::derived(Kind::caption, Format::utf8()));
  const Stream usage = *meeting.open_stream(StreamOptions::records(first, Kind::telemetry, {{"lost", "packets", 0, 255}}, 600));
  const Stream headset = *meeting.open_stream(StreamOptions::alone(first, Kind::audio, Format::opaque()));
  CHECK(headset.number == usage.number + 1);
  CHECK(meeting.open_stream(StreamOptions::owned(first, Kind::audio, Format::pcm_s16(0))).status().number() == FRAMEGATE_ERROR_FORMAT);
  const Outlet recorder = *meeting.open_outlet({"recorder", purpose::record, Kind::video});
  const Purposes theirs = *meeting.third_party(purpose::record, "ACME Ltd");
  CHECK(meeting.open_outlet({"archive", theirs, {}, "ACME Ltd"}));
  CHECK(meeting.open_outlet({"archive", theirs, {}, "Somebody"}).status().number() == FRAMEGATE_ERROR_FOREIGN_PURPOSE);
  Tap tap = *meeting.tap(microphone, recorder);

  std::int16_t samples[160];
  std::memset(samples, 7, sizeof samples);
  const Payload payload(samples, sizeof samples);
  const auto nothing = [](const Cleared &) { CHECK(!"released"); };
  const Admission before = tap.admit(Frame::of_owner(1s), payload, 1020ms, nothing);
  CHECK(before.verdict == Verdict::dropped && before.status);
  CHECK(reason_name(before.tag.fields()->reason) == "not granted");

  for (const Participant who : {first, second})
    CHECK(meeting.grant(Authority::participant, who, grant(recording), 2s));
  bool got = false;
  const Admission whole = tap.admit(Frame::of_owner(2s), payload, 2020ms, [&](const Cleared &cleared) {
    got = true;
    CHECK(cleared.verdict() == Verdict::whole && cleared.data() == reinterpret_cast<const std::uint8_t *>(samples) && cleared.size() == sizeof samples);
    CHECK(cleared.hidden() == 0 && !cleared.source());
    // A withdrawal on another thread does not settle before this release ends.
    std::thread([&] {
      const Settling settling = *meeting.withdraw(Authority::participant, first, {Kind::chat, purpose::record}, 2020ms);
      CHECK(!*settling.is_settled() && !*settling.wait(1ms) && settling.taps()->at(0).releasing == 1);
    }).join();
  });
  CHECK(got && whole.verdict == Verdict::whole);
  const TagFields fields = *whole.tag.fields();
  CHECK(fields.kind == Kind::audio && name(fields.kind) == "audio" && fields.captured == 2s && fields.purposes.bits == purpose::record.bits && fields.stream == microphone.number);
  CHECK(Tag::read(whole.tag.bytes, 16)->fields().status());
  CHECK(Tag::read(whole.tag.bytes, 15).status().number() == FRAMEGATE_ERROR_LENGTH);
  CHECK(whole.tag.meet(whole.tag)->fields()->purposes.bits == purpose::record.bits);
  CHECK(whole.tag.meet_across_meetings(whole.tag)->fields()->captured == 0s);
  CHECK(whole.tag.meet_across_meetings(Tag()).status().number() == FRAMEGATE_ERROR_TAG_VERSION);
  const Decision decision = *tap.decide(2s, 2020ms);
  CHECK(decision.purposes().bits == purpose::record.bits && decision.verdict() == Verdict::whole && decision.reason() == FRAMEGATE_REASON_NONE && decision.generation() > 0);

  // Many under one release, with the people of their sources.
  const Frame frames[2] = {Frame::of_owner(2s), Frame::of_owner(1s)};
  const Payload payloads[2] = {payload, payload};
  Participant room[2][4];
  Cleared cleared[2] = {{room[0], 4}, {room[1], 4}};
  Decision decisions[2];
  CHECK(tap.decide_batch(frames, 2, 2020ms, decisions));
  CHECK(decisions[0].purposes().bits == purpose::record.bits && decisions[1].purposes().bits == 0);
  {
    Release release = tap.admit(frames, payloads, 2, 2020ms, cleared);
    CHECK(release.handed_on() == 1 && release.status() && cleared[0].source()->people_count == 1);
    CHECK(cleared[1].verdict() == Verdict::dropped && !cleared[1].source());
    CHECK(tap.admit(Frame::of_owner(2s), payload, 2020ms, nothing).status.number() == FRAMEGATE_ERROR_RELEASING);
    Release moved = std::move(release);
    moved.end();
    CHECK(tap.admit(Frame::of_owner(2s), payload, 2020ms, [](const Cleared &) {}).verdict == Verdict::whole);

    // A caption of it is cleared for what both are.
    CHECK(meeting.grant(Authority::participant, first, grant({Kind::caption | Kind::audio, purpose::record | purpose::derive}), 2020ms));
    Tap captioning = *meeting.tap(captions, recorder);
    const std::array<Source, 1> sources{*cleared[0].source()};
    const char words[] = "hello";
    const Admission derived = captioning.admit(Frame::derived(sources), Payload(words, 5), 2030ms, nothing);
    CHECK(derived.verdict == Verdict::dropped && reason_name(derived.tag.fields()->reason) == "captured earlier");
    Participant both[2];
    const Source joined = *sources[0].meet(sources[0], both, 2);
    CHECK(joined.people == both && joined.people_count == 1 && joined.captured == sources[0].captured && joined.kinds == sources[0].kinds);
    CHECK(sources[0].meet(joined, both + 1, 0).status().number() == FRAMEGATE_ERROR_SHORT_BUFFER);
    const std::array<Source, 1> summed{joined};
    CHECK(reason_name(captioning.admit(Frame::derived(summed), Payload(words, 5), 2030ms, nothing).tag.fields()->reason) == "captured earlier");
    // What is changed in it makes it none.
    std::array<Source, 1> changed{joined};
    changed[0].captured += 1;
    CHECK(reason_name(captioning.admit(Frame::derived(changed), Payload(words, 5), 2030ms, nothing).tag.fields()->reason) == "malformed");
    CHECK(changed[0].meet(joined, both + 1, 1).status().number() == FRAMEGATE_ERROR_NO_SOURCE);
  }
  CHECK(tap.counters()->seen == 5 && tap.counters()->whole == 3);

  // Parts: of a picture, a channel, a span.
  std::uint8_t y[128], u[32], v[32], y2[128], u2[32], v2[32];
  std::memset(y, 50, sizeof y);
  std::memset(u, 60, sizeof u);
  std::memset(v, 70, sizeof v);
  Tap recording_gallery = *meeting.tap(gallery, recorder);
  const std::array<Region, 2> tiles{Region::rectangle(first, 0, 0, 8, 8), Region::rectangle(unknown_participant, 8, 0, 8, 8)};
  const std::array<Participant, 2> members{first, unknown_participant};
  const PayloadMut buffer{{y2, sizeof y2, 16}, {u2, sizeof u2, 8}, {v2, sizeof v2, 8}};
  const Admission redacted = recording_gallery.admit_into(Frame::complete(3s, members).regions(tiles), Payload{{y, sizeof y, 16}, {u, sizeof u, 8}, {v, sizeof v, 8}}, buffer, 3s,
                                                          [&](const Cleared &cleared) { CHECK(cleared.hidden() == 2 && cleared.payload().planes == 3); });
  CHECK(redacted.verdict == Verdict::redacted && y2[0] == 50 && y2[8] == 16 && u2[3] == 60 && u2[4] == 128);
  const Admission blanked = recording_gallery.admit_into(Frame::partial(3s, members).regions(tiles), Payload{{y, sizeof y, 16}, {u, sizeof u, 8}, {v, sizeof v, 8}}, buffer, 3s,
                                                         [](const Cleared &) {});
  CHECK(blanked.verdict == Verdict::blanked && y2[0] == 16);
  {
    const Frame frame = Frame::complete(3s, members).regions(tiles);
    const Payload picture{{y, sizeof y, 16}, {u, sizeof u, 8}, {v, sizeof v, 8}};
    Cleared one;
    const Release release = recording_gallery.admit_into(&frame, &picture, &buffer, 1, 3s, &one);
    CHECK(release.handed_on() == 1);
  }

  float stereo[2] = {1, 1};
  Tap recording_mix = *meeting.tap(mix, recorder);
  const std::array<Participant, 2> both{first, second};
  const std::array<Region, 1> right{Region::audio_channel(unknown_participant, 1)};
  const Group group = *meeting.group(both);
  CHECK(recording_mix.admit_in_place(Frame::of_group(3s, group), PayloadMut(stereo, sizeof stereo), 3s, [](const Cleared &) {}).verdict == Verdict::whole);
  CHECK(recording_mix.admit(Frame::csrcs(3s, both), Payload(stereo, sizeof stereo), 3s, [](const Cleared &) {}).verdict == Verdict::whole);
  const Frame one_side = Frame::complete(3s, both).regions(right);
  const PayloadMut in_place(stereo, sizeof stereo);
  {
    Cleared one;
    const Release release = recording_mix.admit_in_place(&one_side, &in_place, 1, 3s, &one);
    CHECK(release.handed_on() == 1 && one.verdict() == Verdict::redacted && stereo[1] == 0);
  }
  Region quotation = Region::span(second, 0, 5);
  const std::array<Region, 1> quoted{quotation.kind(Kind::chat).captured(1s)};
  char message[] = "hello there";
  CHECK(meeting.grant(Authority::participant, first, grant(recording), 3s));
  Tap chatting = *meeting.tap(chat, recorder);
  CHECK(chatting.admit_in_place(Frame::of_owner(4s).regions(quoted), PayloadMut(message, 11), 4s, [](const Cleared &) {}).verdict == Verdict::redacted);
  CHECK(std::strcmp(message, "***** there") == 0);

  CHECK(meeting.grant(Authority::participant, first, grant({Kind::telemetry, purpose::record}), 4s));
  const std::uint8_t record[8] = {3, 0, 0, 0, 0, 0, 0, 0};
  Tap using_records = *meeting.tap(usage, recorder);
  CHECK(using_records.admit(Frame::of_owner(5s), Payload(record, 8), 5s, [](const Cleared &) {}).verdict == Verdict::whole);

  // Whole values of JSON, samples by channel, a full-range picture of one plane.
  const Stream bot = *meeting.open_stream(StreamOptions::owned(first, Kind::chat, Format::json({"type"})));
  char json[] = R"({"type":"message","text":"hello"})";
  const auto text = static_cast<std::uint32_t>(std::string_view(json).find("\"hello\""));
  const std::array<Region, 1> others{Region::span(unknown_participant, text, text + 7)};
  Tap bots = *meeting.tap(bot, recorder);
  CHECK(bots.admit_in_place(Frame::of_owner(5s).regions(others), PayloadMut(json, sizeof json - 1), 5s, [](const Cleared &) {}).verdict == Verdict::redacted);
  CHECK(std::strstr(json, "hello") == nullptr && std::strstr(json, "\"type\":\"message\"") != nullptr);
  const Stream planar = *meeting.open_stream(StreamOptions::owned(first, Kind::audio, Format::pcm_s16(2).in_planes()));
  const std::array<Region, 1> left{Region::audio_channel(unknown_participant, 0)};
  std::int16_t planes[4] = {1, 1, 2, 2};
  Tap planar_tap = *meeting.tap(planar, recorder);
  CHECK(planar_tap.admit_in_place(Frame::of_owner(5s).regions(left), PayloadMut(planes, sizeof planes), 5s, [](const Cleared &) {}).verdict == Verdict::redacted);
  CHECK(planes[0] == 0 && planes[1] == 0 && planes[2] == 2 && planes[3] == 2);
  const Stream nv12 = *meeting.open_stream(StreamOptions::owned(second, Kind::video, Format::nv12(16, 8).in_full_range()));
  std::uint8_t uv[64] = {};
  Tap nv12_tap = *meeting.tap(nv12, recorder);
  const PayloadMut full{{y2, sizeof y2, 16}, {uv, sizeof uv, 16}};
  const std::array<Region, 1> part{Region::rectangle(unknown_participant, 0, 0, 2, 2)};
  y2[0] = 9;
  CHECK(nv12_tap.admit_in_place(Frame::of_owner(5s).regions(part), full, 5s, [](const Cleared &) {}).verdict == Verdict::redacted && y2[0] == 0 && uv[0] == 128);

  // Encoded: from a keyframe on, by its own header and by the client's word, and blanked by a packet of the gate's own.
  const std::uint8_t keyframe[31] = {0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x08, 0x00, 0x08, 0x00, 0x00, 0x47, 0x08, 0x85, 0x85, 0x88,
                                     0x85, 0x84, 0x88, 0x02, 0x02, 0x00, 0x0c, 0x0d, 0x60, 0x00, 0xfe, 0xff, 0xab, 0x50, 0x80};
  const Outlet dropping = *meeting.open_outlet({"dropping", purpose::record});
  Tap encoded = *meeting.tap(*meeting.open_stream(StreamOptions::owned(second, Kind::video, Format::encoded(FRAMEGATE_FORMAT_VP8))), dropping);
  const Admission held = encoded.admit(Frame::of_owner(5s).keyframe(false), Payload(keyframe, sizeof keyframe), 5s, nothing);
  CHECK(held.verdict == Verdict::dropped && held.tag.fields()->reason == FRAMEGATE_REASON_AWAITS_KEYFRAME);
  CHECK(*encoded.keyframe_request(5s, 500ms) && !*encoded.keyframe_request(5s, 500ms) && !*encoded.keyframe_request(5499ms, 500ms));
  CHECK(*encoded.keyframe_request(5500ms, 500ms) && *encoded.keyframe_request(5500ms, -1ms));
  CHECK(*encoded.last_fault() == FRAMEGATE_FAULT_DENIED_KEYFRAME && fault_name(*encoded.last_fault()) == "keyframe said to be none" && !fault_remedy(*encoded.last_fault()).empty());
  CHECK(*encoded.can_blank() == CanBlank::no);
  CHECK(encoded.reasons()->size() == 1 && (*encoded.reasons())[0].reason == FRAMEGATE_REASON_AWAITS_KEYFRAME && (*encoded.reasons())[0].count == 1);
  CHECK(encoded.admit(Frame::of_owner(5s).keyframe(true), Payload(keyframe, sizeof keyframe), 5s, [](const Cleared &) {}).verdict == Verdict::whole);
  const Result<bool> wants = encoded.keyframe_request(5s, 0ms);
  CHECK(wants.status() && !*wants);
  const Outlet silencing = *meeting.open_outlet({"silencing", purpose::train, Kind::audio});
  Tap opus = *meeting.tap(*meeting.open_stream(StreamOptions::owned(second, Kind::audio, Format::encoded(FRAMEGATE_FORMAT_OPUS))), silencing);
  const std::uint8_t packet[8] = {0xf8, 1, 2, 3, 4, 5, 6, 7};
  const Admission silenced = opus.admit(Frame::of_owner(5s), Payload(packet, sizeof packet), 5s, [&](const Cleared &cleared_) {
    CHECK(cleared_.verdict() == Verdict::blanked && cleared_.data() != packet && cleared_.size() > 0 && cleared_.data()[1] != packet[1]);
  });
  CHECK(silenced.verdict == Verdict::blanked);

  CHECK(meeting.counters()->size() == 11);
  tap.close();
  CHECK(!tap.is_open() && tap.counters().status().number() == FRAMEGATE_ERROR_HANDLE);
  CHECK(tap.admit(Frame::of_owner(5s), payload, 5s, nothing).status.number() == FRAMEGATE_ERROR_HANDLE);
}

// Whether it ends the process, as taking a value that is not there does.
template <class Act> bool aborts(Act act) {
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    act();
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

// Mistakes that compile: MISUSE.md.
void mistakes() {
  Meeting meeting = *Meeting::open(options("mistakes"));
  CHECK(meeting.show(notice()));
  // A name that is gone after the call was copied in it.
  const Participant who = *meeting.join(JoinOptions::adult(std::string(64, 'w') + "ho"), 0ms);
  CHECK(*meeting.id_of(who) == std::string(64, 'w') + "ho");
  const Stream microphone = *meeting.open_stream(StreamOptions::owned(who, Kind::audio, Format::opaque()));
  const Outlet recorder = *meeting.open_outlet({"recorder", purpose::record});
  Tap tap = *meeting.tap(microphone, recorder);
  CHECK(meeting.grant(Authority::participant, who, grant(recording), 1s));
  const char voice[] = "a voice";
  const Payload payload(voice, 7);
  const auto nothing = [](const Cleared &) { CHECK(!"released"); };
  const auto reason_of = [](const Admission &admission) { return admission.status ? admission.tag.fields()->reason : Reason{FRAMEGATE_REASON_NONE}; };

  // A value that is not there.
  CHECK(aborts([] { (void)*Meeting::open(MeetingOptions{}); }));
  CHECK(aborts([] { (void)Tap().counters()->whole; }));
  CHECK(aborts([] { (void)*Settling().is_settled(); }));
  CHECK(!aborts([] { (void)Settling().is_settled().status(); }));

  // That it was done is not that it was released.
  const Admission early = tap.admit(Frame::of_owner(500ms), payload, 2s, nothing);
  CHECK(early.status && early.verdict == Verdict::dropped && reason_of(early) == FRAMEGATE_REASON_CAPTURED_EARLIER);
  // Milliseconds by their number alone; capture and release swapped; no time at all.
  CHECK(reason_of(tap.admit(Frame::of_owner(Time(2000)), payload, 2s, nothing)) == FRAMEGATE_REASON_CAPTURED_EARLIER);
  CHECK(reason_of(tap.admit(Frame::of_owner(3s), payload, 2s, nothing)) == FRAMEGATE_REASON_TIME);
  for (const Time never : {no_time, Time::max(), Time::min(), Time(-1)})
    CHECK(reason_of(tap.admit(Frame::of_owner(never), payload, 2s, nothing)) == FRAMEGATE_REASON_TIME);
  CHECK(meeting.grant(Authority::participant, who, [] { Grant of = grant(recording); of.until = 60ms; return of; }(), 2s).number() == FRAMEGATE_ERROR_TIME);

  // In a release: another one of the same tap, waiting for one's own end, and a copy of what is cleared, which owns nothing.
  std::optional<Cleared> kept;
  const Admission within = tap.admit(Frame::of_owner(2s), payload, 2s, [&](const Cleared &cleared) {
    CHECK(tap.admit(Frame::of_owner(2s), payload, 2s, nothing).status.number() == FRAMEGATE_ERROR_RELEASING);
    const Settling settling = *meeting.withdraw(Authority::participant, who, {Kind::video, purpose::record}, 2s);
    CHECK(!*settling.wait(1ms));
    kept = cleared;
  });
  CHECK(within.verdict == Verdict::whole && kept->data() == reinterpret_cast<const std::uint8_t *>(voice) && !kept->source());

  // Moved from: it stands for nothing. A release goes on with the tap that moves, and ends with one that is closed in it.
  Tap moved = std::move(tap);
  const Admission from = tap.admit(Frame::of_owner(2s), payload, 2s, nothing);
  CHECK(from.verdict == Verdict::dropped && from.status.number() == FRAMEGATE_ERROR_HANDLE && !from.tag.fields().status());
  CHECK(tap.decide(2s, 2s).status().number() == FRAMEGATE_ERROR_HANDLE && tap.keyframe_request(2s, 0ms).status().number() == FRAMEGATE_ERROR_HANDLE);
  CHECK(moved.admit(Frame::of_owner(2s), payload, 2s, [&](const Cleared &) { tap = std::move(moved); }).verdict == Verdict::whole);
  Tap closed = *meeting.tap(microphone, recorder);
  CHECK(closed.admit(Frame::of_owner(2s), payload, 2s, [&](const Cleared &) { closed.close(); }).verdict == Verdict::whole);
  CHECK(closed.admit(Frame::of_owner(2s), payload, 2s, nothing).status.number() == FRAMEGATE_ERROR_HANDLE);
  // A group that is gone names nobody that is known.
  const std::array<Participant, 1> alone{who};
  const Frame of_gone = Frame::of_group(2s, *meeting.group(alone));
  CHECK(reason_of(tap.admit(of_gone, payload, 2s, nothing)) == FRAMEGATE_REASON_UNKNOWN);

  // What nobody set: nobody, nothing and no kind.
  CHECK(meeting.grant(Authority::participant, who, Grant{}, 2s).number() == FRAMEGATE_ERROR_NUMBER);
  CHECK(meeting.grant(Authority::participant, who, grant({}), 2s).number() == FRAMEGATE_ERROR_EMPTY);
  CHECK(meeting.grant(Authority::participant, who, grant({Kind::none, purpose::record}), 2s).number() == FRAMEGATE_ERROR_EMPTY);
  CHECK(meeting.grant(Authority::participant, Participant(), grant(recording), 2s).number() == FRAMEGATE_ERROR_FOREIGN);
  CHECK(meeting.withdraw(Authority::participant, Participant(), recording, 2s).status().number() == FRAMEGATE_ERROR_FOREIGN);
  CHECK(meeting.open_stream(StreamOptions::owned(who, Kind{}, Format::opaque())).status().number() == FRAMEGATE_ERROR_NUMBER);
  CHECK(meeting.open_stream(StreamOptions::owned(who, Kind::audio, Format{})).status().number() == FRAMEGATE_ERROR_NUMBER);
  CHECK(meeting.open_outlet({"recorder", {}}).status().number() == FRAMEGATE_ERROR_EMPTY);
  CHECK(meeting.tap(Stream{}, recorder).status().number() == FRAMEGATE_ERROR_FOREIGN && meeting.tap(microphone, Outlet{}).status().number() == FRAMEGATE_ERROR_FOREIGN);
  const std::array<Participant, 2> with_nobody{who, Participant()};
  CHECK(reason_of(tap.admit(Frame::complete(2s, with_nobody), payload, 2s, nothing)) == FRAMEGATE_REASON_UNKNOWN);
  const std::vector<Participant> empty;
  const std::vector<Source> no_sources;
  CHECK(reason_of(tap.admit(Frame::complete(2s, empty), payload, 2s, nothing)) == FRAMEGATE_REASON_INCOMPLETE);
  CHECK(reason_of(tap.admit(Frame::derived(no_sources), payload, 2s, nothing)) == FRAMEGATE_REASON_INCOMPLETE);

  // A child and its guardian by turns: the guardian is there already. What one agrees to is not the other's.
  const Participant parent = *meeting.join(JoinOptions::adult("parent"), 2s);
  CHECK(meeting.join(JoinOptions::with_guardian("parent", "child"), 2s).status().number() == FRAMEGATE_ERROR_ALREADY_JOINED);
  CHECK(meeting.join(JoinOptions::with_guardian("child", ""), 2s).status().number() == FRAMEGATE_ERROR_EMPTY);
  const Participant child = *meeting.join(JoinOptions::with_guardian("child", "parent"), 2s);
  CHECK(meeting.grant(Authority::guardian, parent, grant(recording), 2s).number() == FRAMEGATE_ERROR_OVERREACH);
  CHECK(meeting.grant(Authority::participant, parent, grant(recording), 2s));
  Tap of_child = *meeting.tap(*meeting.open_stream(StreamOptions::owned(child, Kind::audio, Format::opaque())), recorder);
  CHECK(reason_of(of_child.admit(Frame::of_owner(3s), payload, 3s, nothing)) == FRAMEGATE_REASON_NOT_GRANTED);

  // A picture on its side, and one whose planes are one run of bytes.
  const std::uint8_t pixels[192] = {};
  Tap camera = *meeting.tap(*meeting.open_stream(StreamOptions::owned(who, Kind::video, Format::i420(8, 16))), recorder);
  CHECK(meeting.grant(Authority::participant, who, grant(recording), 3s));
  CHECK(reason_of(camera.admit(Frame::of_owner(3s), Payload{{pixels, 128, 16}, {pixels + 128, 32, 8}, {pixels + 160, 32, 8}}, 3s, nothing)) == FRAMEGATE_REASON_MALFORMED);
  CHECK(reason_of(camera.admit(Frame::of_owner(3s), Payload(pixels, sizeof pixels), 3s, nothing)) == FRAMEGATE_REASON_MALFORMED);

  // Parts of it that would lie beyond it.
  const std::int32_t below = -8;
  for (const Region &beyond : {Region::rectangle(who, 0, 0, static_cast<std::uint32_t>(below), 8), Region::rectangle(who, static_cast<std::uint32_t>(below), 0, 8, 8)}) {
    const std::array<Region, 1> parts{beyond};
    CHECK(reason_of(camera.admit(Frame::of_owner(3s).regions(parts), Payload{{pixels, 128, 8}, {pixels + 128, 32, 4}, {pixels + 160, 32, 4}}, 3s, nothing)) == FRAMEGATE_REASON_MALFORMED);
  }

  // A release that is kept makes a withdrawal wait, which is in force all the same. Nothing in the scope is everything.
  const Frame frame = Frame::of_owner(3s);
  Cleared cleared;
  std::optional<Release> release(tap.admit(&frame, &payload, 1, 3s, &cleared));
  CHECK(release->handed_on() == 1);
  const Settling settling = *meeting.withdraw(Authority::participant, who, Scope{}, 3s);
  CHECK(!*settling.is_settled());
  release.reset();
  CHECK(*settling.is_settled());
  CHECK(reason_of(tap.admit(frame, payload, 3s, nothing)) == FRAMEGATE_REASON_WITHDRAWN);

  // A meeting that was moved from, and one that went before its taps.
  Meeting other = std::move(meeting);
  CHECK(meeting.withdraw(Authority::participant, who, recording, 3s).status().number() == FRAMEGATE_ERROR_HANDLE);
  CHECK(meeting.close());
  CHECK(other.close());
  CHECK(reason_of(tap.admit(frame, payload, 3s, nothing)) == FRAMEGATE_REASON_ENDED);
}

#ifdef __cpp_exceptions
// A release ends when its sink throws.
void thrown() {
  Meeting meeting = *Meeting::open(options("thrown"));
  CHECK(meeting.show(notice()));
  const Participant who = *meeting.join(JoinOptions::adult("who"), 0ms);
  Tap tap = *meeting.tap(*meeting.open_stream(StreamOptions::owned(who, Kind::audio, Format::opaque())), *meeting.open_outlet({"recorder", purpose::record}));
  CHECK(meeting.grant(Authority::participant, who, grant(recording), 0ms));
  bool caught = false;
  try {
    (void)tap.admit(Frame::of_owner(1s), Payload("a", 1), 1s, [](const Cleared &) { throw 1; });
  } catch (int) {
    caught = true;
  }
  CHECK(caught && *meeting.withdraw(Authority::participant, who, recording, 1s)->is_settled());
}
#endif

// What was released: sealed inside its release, on its way, checked, and recalled.
void travelling() {
  std::string lines;
  MeetingOptions how = options("travelling");
  how.append = [&](std::string_view more, bool) { lines += more; return true; };
  Meeting meeting = *Meeting::open(std::move(how));
  CHECK(meeting.show(notice()));
  const Participant who = *meeting.join(JoinOptions::adult("who"), 0ms);
  Tap tap = *meeting.tap(*meeting.open_stream(StreamOptions::owned(who, Kind::audio, Format::opaque())), *meeting.open_outlet({"model", purpose::record}));
  CHECK(meeting.grant(Authority::participant, who, grant(recording), 1s));

  const std::uint8_t secret[32] = {1, 2, 3};
  const MeetingKey key = *MeetingKey::open(secret, *meeting.instance());
  const StreamKey stream = *key.stream(0);
  CHECK(MeetingKey().stream(0).status().number() == FRAMEGATE_ERROR_HANDLE);
  const std::uint8_t forgotten[32] = {};
  CHECK(MeetingKey::open(forgotten, *meeting.instance()).status().number() == FRAMEGATE_ERROR_EMPTY);
  MeetingOptions unvouched = options("unvouched");
  unvouched.device_secret = forgotten;
  CHECK(Meeting::open(std::move(unvouched)).status().number() == FRAMEGATE_ERROR_EMPTY);
  MeetingOptions by_signer = options("signers");
  int asked = 0;
  by_signer.sign = [&asked](std::string_view message, std::uint8_t *) { return message.size() == 72 && ++asked == 0; };
  CHECK(Meeting::open(by_signer).status().number() == FRAMEGATE_ERROR_NULL);
  by_signer.device_key = forgotten;
  CHECK(Meeting::open(std::move(by_signer))->count(0ms).number() == FRAMEGATE_ERROR_SIGNER && asked > 0);
  const std::array<Subject, 1> subjects{Subject("who")};
  Carried carried;
  PayloadDigest digest{};
  const char voice[] = "a voice";
  const Admission admission = tap.admit(Frame::of_owner(2s), Payload(voice, 7), 2s, [&](const Cleared &cleared) {
    const std::array<Piece, 1> pieces{Piece{cleared.data(), cleared.size()}};
    digest = *stream.digest(FRAMEGATE_FORMAT_OPAQUE, pieces);
    carried = Carried(cleared.tag(), *stream.seal(cleared.tag(), subjects, digest));
    CHECK(*stream.verify(carried.seal, cleared.tag(), subjects, digest) && !*stream.verify(Seal{}, cleared.tag(), subjects, digest));
  });
  CHECK(admission.verdict == Verdict::whole && carried.sealed == 1);
  const std::array<Subject, 2> crossed{Subject("who"), Subject("ann", Kind::video)};
  CHECK(stream.seal(carried.tag, crossed, digest).status().number() == FRAMEGATE_ERROR_ORDER);

  std::uint8_t buffer[128] = {};
  std::size_t length = 0;
  const std::uint8_t packet[12] = {0x80}, slice[8] = {0, 0, 0, 1, 0x65, 0x88, 0x84, 0}, unit[4] = {0x32, 2, 1, 1};
  CHECK(rtp::write({packet, sizeof packet}, 5, carried, buffer, 0, length).number() == FRAMEGATE_ERROR_SHORT_BUFFER && length == 12 + 4 + 36);
  CHECK(rtp::write({packet, sizeof packet}, 5, carried, buffer, sizeof buffer, length));
  CHECK(std::memcmp(rtp::read({buffer, length}, 5)->seal.bytes, carried.seal.bytes, 16) == 0);
  CHECK(rtp::read({buffer, length}, 6).status().number() == FRAMEGATE_ERROR_NO_TAG);

  // What is received.
  const Result<rtp::Packet> parsed = rtp::parse({packet, sizeof packet}, 3);
  CHECK(parsed.status() && parsed->payload_length == 0 && parsed->capture_time == 0);
  const std::uint8_t compound[] = {0x80, 200, 0, 6, 0, 0, 0, 0, 0xEE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 203, 0, 1, 0, 0, 0, 9};
  const Result<rtcp::Compound> said = rtcp::parse({compound, sizeof compound});
  CHECK(said.status() && said->sender_reports.size() == 1 && said->goodbyes == std::vector<std::uint32_t>{9});
  CHECK(rtcp::parse({compound, 27}).status().number() == FRAMEGATE_ERROR_WIRE_FORMAT);
  Result<CaptureClock> clock = CaptureClock::open(CaptureClockOptions::unrelated(48000, 1s));
  CHECK(clock && clock->captured(*parsed, 3s) == 2s && clock->report(said->sender_reports[0], 3s));
  CHECK(CaptureClock().captured(*parsed, 3s) == Time(FRAMEGATE_NO_TIME));
  CHECK(CaptureClock::open(CaptureClockOptions::synchronized(48000, 1, Time(0), 1s)).status().number() == FRAMEGATE_ERROR_EMPTY);
  Result<SourceMap> sources = SourceMap::open(2);
  CHECK(sources && sources->assign(parsed->ssrc, unknown_participant, 1s) && sources->assign_mixer(7, 1s) && sources->end(7, 2s));
  const Contributors in_it = sources->contributors(*parsed, 2s, 3s);
  CHECK(in_it.as == FRAMEGATE_CONTRIBUTORS_COMPLETE && in_it.count == 1 && in_it.people[0] == unknown_participant);
  CHECK(Frame::of(2s, in_it).people_count == 1 && SourceMap().contributors(*parsed, 2s, 3s).as == 0);
  CHECK(sei::write({slice, sizeof slice}, FRAMEGATE_FORMAT_H264, Tag(carried.tag), buffer, sizeof buffer, length));
  CHECK(sei::read({buffer, length}, FRAMEGATE_FORMAT_H264)->sealed == 0);
  CHECK(obu::write({unit, sizeof unit}, carried, buffer, sizeof buffer, length));
  CHECK(obu::read({buffer, length})->sealed == 1);
  CHECK(Carried::read(carried.tag.bytes, 16)->sealed == 0);
  CHECK(Carried::read(carried.tag.bytes, 15).status().number() == FRAMEGATE_ERROR_LENGTH);

  CHECK(*sdp::extension_id(*sdp::extmap(9)) == 9 && sdp::extension_id("a=sendrecv").status().number() == FRAMEGATE_ERROR_EXTENSION_ID);
  CHECK(*sdp::line(*sdp::recording_of(purpose::record)) == "a=record:on" && *sdp::line(*sdp::preference_of(purpose::train)) == "a=recordpref:off");
  CHECK(sdp::line(sdp::Recording::unsaid).status().number() == FRAMEGATE_ERROR_NUMBER);
  CHECK(*sdp::recording("a=record:paused", 0) == sdp::Recording::paused && *sdp::recording("", 0) == sdp::Recording::unsaid);
  CHECK(*sdp::preference("a=recordpref:pause", 0) == sdp::Preference::pause && !*sdp::permits(sdp::Preference::pause) && *sdp::permits(sdp::Preference::on));

  const Verifier before = *Verifier::open(*Ledger::read(lines));
  const Instance key_instance = *meeting.instance();
  Carried unsealed{Tag(carried.tag)};
  const Archived frames[3] = {{key_instance, &carried, subjects, &digest}, {key_instance, &unsealed, subjects, &digest}, {key_instance, nullptr, subjects, &digest}};
  const Checked checked = *before.verify_batch(frames, 3, purpose::record, key);
  CHECK(checked.count() == 1 && checked.is_cleared(0) && !checked.is_cleared(1) && checked.finding(1) == Finding::unsealed && name(checked.finding(2)) == "no tag");
  CHECK(!checked.is_cleared(3) && checked.finding(3) == Finding::no_tag);
  CHECK(before.dry_run(frames, 3, purpose::record)->count() == 2);
  CHECK(std::memcmp((*key.seal_batch(frames, 3))[1].bytes, carried.seal.bytes, 16) == 0);
  CHECK(meeting.withdraw(Authority::participant, who, recording, 3s));
  const Verifier after = *Verifier::open(*Ledger::read(lines));
  const Head head = *before.head();
  CHECK(after.recheck(head, frames, 1)->finding(0) == Finding::recalled);
  CHECK(before.recheck(*after.head(), frames, 1).status().number() == FRAMEGATE_ERROR_ANCHOR);

  // Of another meeting of the same id and secret.
  Meeting again = *Meeting::open(options("travelling"));
  const Archived of_another[1] = {{*again.instance(), &carried, subjects, &digest}};
  CHECK(after.dry_run(of_another, 1, purpose::record)->finding(0) == Finding::other_meeting);
  CHECK(after.verify_batch(frames, 1, purpose::record, *MeetingKey::open(secret, *again.instance()))->finding(0) == Finding::other_meeting);
  CHECK(after.recheck(*again.head(), frames, 1).status().number() == FRAMEGATE_ERROR_OTHER_MEETING);
  how = options("travelling");
  how.instance = &key_instance;
  CHECK(Meeting::open(std::move(how)).status().number() == FRAMEGATE_ERROR_REPEATED_INSTANCE);
}

void ledgers(const std::string &lines) {
  std::uint64_t line = 0;
  const Ledger ledger = *Ledger::read(lines, nullptr, nullptr, &line);
  const LedgerInfo info = *ledger.info();
  CHECK(info.torn == 0 && info.length == lines.size() && info.head.entries > 10);
  CHECK(info.started == std::uint64_t{24 * 365 * 55} * 3600 * 1000000);
  CHECK(Ledger::read(lines, &info.head));
  CHECK(Ledger::read(lines.substr(0, lines.find('\n') + 1), &info.head).status().number() == FRAMEGATE_ERROR_ANCHOR);
  std::string changed = lines;
  changed[changed.rfind("adult")] = 'A';
  CHECK(Ledger::read(changed, nullptr, nullptr, &line).status().number() == FRAMEGATE_ERROR_BROKEN && line > 1);
  CHECK(ledger.receipt("adult")->find("adult") != std::string::npos);
  CHECK(ledger.receipt("nobody").status().number() == FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  CHECK(ledger.erasure("adult")->front() == '{');
  Particulars particulars;
  particulars.address = "1 Main Street";
  particulars.contact = "privacy@example.com";
  particulars.storage_locations = {"EU", "on the device"};
  particulars.retention_period = "30 days";
  particulars.jurisdiction = "EU";
  particulars.withdrawal_method = "in the menu";
  CHECK(ledger.ts27560("adult", particulars)->find("on the device") != std::string::npos);
  CHECK(ledger.vcon_consent("adult", {}).status().number() == FRAMEGATE_ERROR_UNKNOWN);
  CHECK(ledger.vcon_lawful_basis("adult", {}).status().number() == FRAMEGATE_ERROR_UNKNOWN);
  CHECK(ledger.cawg(0).status().number() == FRAMEGATE_ERROR_UNKNOWN);
  CHECK(ledger.aipref(0).status().number() == FRAMEGATE_ERROR_UNKNOWN);
  CHECK(Meeting::resume(ledger, options("")).status().number() == FRAMEGATE_ERROR_RESUMED_END);
}

std::string temporary() {
  const char *folder = std::getenv("TMPDIR");
  std::string path = std::string(folder ? folder : "/tmp") + "/framegate.XXXXXX";
  const int file = mkstemp(path.data());
  CHECK(file >= 0 && close(file) == 0);
  return path;
}

// Withdrawing when the meeting is over: in its ledger, and beside it where another has that.
void past(const std::string &lines) {
  const std::string path = temporary();
  std::ofstream(path, std::ios::binary) << lines;
  PastMeeting past = *PastMeeting::open(path);
  CHECK(*past.withdraw(Authority::participant, "adult", recording) == Entered::in_ledger);
  CHECK(past.withdraw(Authority::participant, "nobody", recording).status().number() == FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  CHECK(past.restrict(Authority::participant, std::nullopt, recording).status().number() == FRAMEGATE_ERROR_NOT_A_RESTRAINER);
  CHECK(past.restrict(Authority::host, std::nullopt, Scope{}).status().number() == FRAMEGATE_ERROR_EMPTY);
  CHECK(*past.restrict(Authority::host, "adult", recording) == Entered::in_ledger);
  PastMeeting second = *PastMeeting::open(path);
  CHECK(*second.withdraw(Authority::guardian, "adult", Scope{}) == Entered::beside);
  CHECK(*second.restrict(Authority::vendor, std::nullopt, recording) == Entered::beside);
  const Ledger ledger = *Ledger::read_file(path);
  CHECK(*ledger.receipt("adult") == *second.receipt("adult") && *ledger.receipt("adult") != *past.receipt("adult"));
  past.close();
  CHECK(past.withdraw(Authority::participant, "adult", recording).status().number() == FRAMEGATE_ERROR_HANDLE);
  const std::uint8_t forgotten[32] = {};
  CHECK(PastMeeting::open(path, forgotten).status().number() == FRAMEGATE_ERROR_EMPTY);
  CHECK(PastMeeting::open(path + ".none").status().number() == FRAMEGATE_ERROR_FILE);
  CHECK(Ledger::read_file(path + ".none").status().number() == FRAMEGATE_ERROR_FILE);
  CHECK(std::remove(path.c_str()) == 0 && std::remove((path + ".withdrawals").c_str()) == 0);
}

// A ledger's file has one writer: another is refused while it is held, and with what was read before afterwards.
void two_writers() {
  const std::string path = temporary();
  CHECK(std::remove(path.c_str()) == 0);
  MeetingOptions how = options("held");
  how.ledger = path;
  std::optional<Meeting> first(*Meeting::open(how));
  CHECK(first->show(notice()));
  const Participant who = *first->join(JoinOptions::adult("who"), 0ms);
  CHECK(first->grant(Authority::participant, who, grant(recording), 1s));
  const Ledger read = *Ledger::read_file(path);
  CHECK(Meeting::resume(read, how).status().number() == FRAMEGATE_ERROR_LEDGER_HELD);
  CHECK(*first->withdraw(Authority::participant, who, recording, 2s)->is_settled());
  first.reset();
  CHECK(Meeting::resume(read, how).status().number() == FRAMEGATE_ERROR_LEDGER_GONE_ON);
  {
    Meeting second = *Meeting::resume(*Ledger::read_file(path), how);
    Tap tap = *second.tap(*second.open_stream(StreamOptions::owned(*second.find("who"), Kind::audio, Format::opaque())), *second.open_outlet({"recorder", purpose::record}));
    CHECK(reason_name(tap.decide(3s, 3s)->reason()) == "withdrawn");
  }
  CHECK(Ledger::read_file(path));
  CHECK(std::remove(path.c_str()) == 0);
}

// A notice that was shown before a third party had its name cannot have named it.
void notice_before_name() {
  Meeting meeting = *Meeting::open(options("names"));
  Notice early = notice();
  early.scope.purposes = Purposes(0xFFFF);
  CHECK(meeting.show(early));
  const Participant who = *meeting.join(JoinOptions::adult("who"), 0ms);
  const Purposes theirs = *meeting.third_party(purpose::record, "ACME Ltd");
  Tap tap = *meeting.tap(*meeting.open_stream(StreamOptions::owned(who, Kind::audio, Format::opaque())), *meeting.open_outlet({"theirs", theirs, {}, "ACME Ltd"}));
  CHECK(meeting.grant(Authority::participant, who, grant({Kind::audio, theirs}), 1s).number() == FRAMEGATE_ERROR_BEYOND_NOTICE);
  CHECK(meeting.grant(Authority::participant, who, grant({Kind::audio, purpose::record}), 1s));
  CHECK(tap.decide(2s, 2s)->purposes().bits == purpose::record.bits);
  Notice named = early;
  named.digest = *digest_of("ACME Ltd records, too.");
  CHECK(meeting.show(named));
  Grant of = grant({Kind::audio, theirs});
  of.notice = named.digest;
  CHECK(meeting.grant(Authority::participant, who, of, 3s));
  CHECK(tap.decide(4s, 4s)->purposes().bits == (purpose::record | theirs).bits);
}

// An agreement is of this stay, after its notice and after the last withdrawal of it; a third party's name is one name; who left withdraws after a crash, too.
void agreed_earlier() {
  std::string stored;
  MeetingOptions how = options("earlier");
  how.append = [&](std::string_view lines, bool) { stored += lines; return true; };
  Meeting meeting = *Meeting::open(how);
  const Participant who = *meeting.join(JoinOptions::adult("who"), 10s);
  CHECK(meeting.tick(20s));
  CHECK(meeting.show(notice()));
  CHECK(meeting.grant(Authority::participant, who, grant(recording), 25s));
  CHECK(meeting.withdraw(Authority::participant, who, recording, 30s));
  for (const Time at : {Time(5s), Time(15s), Time(29s)}) {
    Grant earlier = grant(recording);
    earlier.at = at;
    const std::size_t before = stored.size();
    CHECK(meeting.grant(Authority::participant, who, earlier, 40s).number() == FRAMEGATE_ERROR_AGREED_EARLIER);
    CHECK(stored.find("\"why\":\"agreed_earlier\"", before) != stored.npos);
  }
  Grant later = grant(recording);
  later.at = 35s;
  CHECK(meeting.grant(Authority::participant, who, later, 40s));
  CHECK(meeting.third_party(purpose::record, "X\nY").status().number() == FRAMEGATE_ERROR_CONTROL_CHARACTER);
  CHECK(meeting.third_party(purpose::record, "X, Y")->bits == 1 << 9);
  CHECK(meeting.leave(who, 50s));
  Meeting again = *Meeting::resume(*Ledger::read(stored), how);
  CHECK(again.participants()->empty() && again.withdraw(Authority::participant, who, recording, 60s).status().number() == FRAMEGATE_ERROR_FOREIGN);
  CHECK(*again.withdraw(Authority::participant, *again.find("who"), recording, 60s)->is_settled());
}

} // namespace

int main() {
  CHECK(abi_fits() && !version_string().empty());
  CHECK(StatusCode(FRAMEGATE_ERROR_OVERREACH).message().find("only the participant") != std::string_view::npos);
  const std::string lines = control();
  ledgers(lines);
  past(lines);
  two_writers();
  notice_before_name();
  agreed_earlier();
  clocks();
  media();
  travelling();
  mistakes();
#ifdef __cpp_exceptions
  thrown();
#endif
  std::puts("every function of framegate.hpp");
}
