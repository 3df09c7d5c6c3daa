/* Replays conformance scripts through framegate.hpp. tests/conformance/README.md has their format; replay.c does the same in C.
 *
 *   replay [--fault tag|reason|withdrawal|ledger] SCRIPT...
 */
#include <framegate.hpp>

#include <cstdio>
#include <deque>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

using namespace framegate;
using json = nlohmann::json;
using Octets = std::vector<std::uint8_t>;

namespace {

/* More people than there are in a meeting. */
constexpr std::size_t ROOM = 64;

std::string fault;

/* ---- Values ---- */

Octets unhex(const std::string &digits) {
  Octets bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(at, 2), nullptr, 16)));
  return bytes;
}

std::string hex(const std::uint8_t *bytes, std::size_t length) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < length; ++at)
    text += {digits[bytes[at] >> 4], digits[bytes[at] & 15]};
  return text;
}

template <class T> void fill(T &target, const std::string &digits) {
  const Octets bytes = unhex(digits);
  std::copy(bytes.begin(), bytes.end(), std::begin(target));
}

Time time(const json &micros) { return Time(micros.get<std::int64_t>()); }
Time at(const json &step) { return time(step["at"]); }
const std::string &text(const json &value) { return value.get_ref<const std::string &>(); }
std::string_view text_or_nothing(const json &of, const char *key) { return of.contains(key) ? std::string_view(text(of[key])) : std::string_view(); }
std::uint16_t bits(const json &value) { return value.get<std::uint16_t>(); }

Kinds kinds(const json &value) {
  Kinds kinds;
  kinds.bits = bits(value);
  return kinds;
}
Scope scope(const json &step) { return {kinds(step["scope"][0]), Purposes(bits(step["scope"][1]))}; }
Digest digest(const json &step) { return *digest_of(text(step["notice"])); }

Authority authority(const json &step) {
  static const std::map<std::string, Authority> words{{"participant", Authority::participant}, {"guardian", Authority::guardian}, {"host", Authority::host}, {"administrator", Authority::administrator}, {"vendor", Authority::vendor}};
  return words.at(step["by"]);
}

Kind kind(const json &value) {
  for (std::uint32_t number = FRAMEGATE_KIND_AUDIO; number <= FRAMEGATE_KIND_UNCLASSIFIED; ++number)
    if (name(static_cast<Kind>(number)) == text(value))
      return static_cast<Kind>(number);
  throw std::out_of_range("no kind: " + text(value));
}

Format format(const json &of) {
  static const std::map<std::string, std::uint32_t> formats{
      {"pcm_u8", FRAMEGATE_FORMAT_PCM_U8}, {"pcm_s16", FRAMEGATE_FORMAT_PCM_S16}, {"pcm_s32", FRAMEGATE_FORMAT_PCM_S32}, {"pcm_f32", FRAMEGATE_FORMAT_PCM_F32},
      {"pcm_mu_law", FRAMEGATE_FORMAT_PCM_MU_LAW}, {"pcm_a_law", FRAMEGATE_FORMAT_PCM_A_LAW}, {"utf8", FRAMEGATE_FORMAT_UTF8}, {"json", FRAMEGATE_FORMAT_JSON},
      {"opaque", FRAMEGATE_FORMAT_OPAQUE}, {"i420", FRAMEGATE_FORMAT_I420}, {"i422", FRAMEGATE_FORMAT_I422}, {"i444", FRAMEGATE_FORMAT_I444},
      {"nv12", FRAMEGATE_FORMAT_NV12}, {"nv21", FRAMEGATE_FORMAT_NV21}, {"yuy2", FRAMEGATE_FORMAT_YUY2}, {"uyvy", FRAMEGATE_FORMAT_UYVY},
      {"p010", FRAMEGATE_FORMAT_P010}, {"rgba", FRAMEGATE_FORMAT_RGBA}, {"bgra", FRAMEGATE_FORMAT_BGRA}, {"rgb24", FRAMEGATE_FORMAT_RGB24},
      {"gray8", FRAMEGATE_FORMAT_GRAY8}, {"opus", FRAMEGATE_FORMAT_OPUS}, {"opus_red", FRAMEGATE_FORMAT_OPUS_RED},
      {"h264", FRAMEGATE_FORMAT_H264}, {"hevc", FRAMEGATE_FORMAT_HEVC},
      {"vp8", FRAMEGATE_FORMAT_VP8}, {"vp9", FRAMEGATE_FORMAT_VP9}, {"av1", FRAMEGATE_FORMAT_AV1}, {"record", 0}};
  Format format;
  format.number = formats.at(of["name"]);
  format.channels = of.value("channels", 0u);
  format.width = of.value("width", 0u);
  format.height = of.value("height", 0u);
  format.layout = of.value("planar", false) ? FRAMEGATE_LAYOUT_PLANAR : FRAMEGATE_LAYOUT_INTERLEAVED;
  format.full_range = of.value("full_range", false);
  return format;
}

/* ---- Answers ---- */

json done(StatusCode status) {
  static const std::map<framegate_status, const char *> errors{
      {FRAMEGATE_ERROR_OVERREACH, "overreach"}, {FRAMEGATE_ERROR_AGREED_EARLIER, "agreed_earlier"}, {FRAMEGATE_ERROR_UNSIGNED, "unsigned"}, {FRAMEGATE_ERROR_KEYLESS, "keyless"},
      {FRAMEGATE_ERROR_FOREIGN_MEETING, "foreign_meeting"}, {FRAMEGATE_ERROR_REPLAYED, "replayed"}, {FRAMEGATE_ERROR_WRONG_SIGNATURE, "wrong_signature"},
      {FRAMEGATE_ERROR_BEYOND_NOTICE, "beyond_notice"}, {FRAMEGATE_ERROR_UNKNOWN_NOTICE, "unknown_notice"}, {FRAMEGATE_ERROR_STALE_NOTICE, "stale_notice"},
      {FRAMEGATE_ERROR_NOT_EXPLICIT, "not_explicit"}, {FRAMEGATE_ERROR_WRONG_KEY, "wrong_key"}, {FRAMEGATE_ERROR_CONFLICTING_NOTICE, "conflicting_notice"},
      {FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT, "unknown_participant"}, {FRAMEGATE_ERROR_ALREADY_JOINED, "already_joined"}, {FRAMEGATE_ERROR_NOT_A_RESTRAINER, "not_a_restrainer"},
      {FRAMEGATE_ERROR_EMPTY, "empty"}, {FRAMEGATE_ERROR_TIME, "time"}, {FRAMEGATE_ERROR_FORMAT, "format"}, {FRAMEGATE_ERROR_FULL, "full"}, {FRAMEGATE_ERROR_ENDED, "ended"}};
  if (status)
    return json::object();
  const auto known = errors.find(status.number());
  return {{"error", known == errors.end() ? std::string(status.message()) : known->second}};
}

/* A narrowing that has not settled is told of. */
json settled(const Result<Settling> &settling) {
  if (settling.ok() && !*settling->is_settled())
    return {{"settled", false}};
  return done(settling.status());
}

json judged(Verdict verdict, Reason reason) {
  static const std::map<Verdict, const char *> verdicts{{Verdict::dropped, "dropped"}, {Verdict::whole, "whole"}, {Verdict::redacted, "redacted"}, {Verdict::blanked, "blanked"}};
  json told{{"verdict", verdicts.at(verdict)}};
  if (reason != FRAMEGATE_REASON_NONE)
    told["reason"] = reason_name(reason);
  return told;
}

/* ---- Frames ---- */

/* A payload: its bytes, or its planes'. */
struct Memory {
  std::vector<Octets> planes;
  std::vector<std::size_t> strides;
  bool is_picture = false;

  explicit Memory(const json &said) : is_picture(said.is_array()) {
    if (!is_picture)
      add(unhex(said), 0);
    else
      for (const json &plane : said)
        add(unhex(plane["bytes"]), plane["stride"]);
  }
  void add(Octets bytes, std::size_t stride) {
    planes.push_back(std::move(bytes));
    strides.push_back(stride);
  }
  /* One of the same form, full of something else; a byte shorter in each plane if it is to be too short. */
  Memory buffer(bool is_short) const {
    Memory other = *this;
    for (Octets &plane : other.planes)
      plane.assign(plane.size() - is_short, 0xEE);
    return other;
  }
  bool is_zero() const {
    for (const Octets &plane : planes)
      for (const std::uint8_t byte : plane)
        if (byte != 0)
          return false;
    return true;
  }
  Payload payload() const {
    Payload payload;
    payload.planes = is_picture ? static_cast<std::uint32_t>(planes.size()) : 0;
    for (std::size_t at = 0; at < planes.size(); ++at)
      payload.plane[at] = {planes[at].data(), planes[at].size(), strides[at]};
    return payload;
  }
  PayloadMut payload_mut() {
    PayloadMut payload(nullptr, 0);
    payload.planes = is_picture ? static_cast<std::uint32_t>(planes.size()) : 0;
    for (std::size_t at = 0; at < planes.size(); ++at)
      payload.plane[at] = {planes[at].data(), planes[at].size(), strides[at]};
    return payload;
  }
};

/* Of each plane the rows, as long as they are in what was sent. */
json without_gaps(const framegate_payload &payload, const json &sent) {
  if (!sent.is_array())
    return hex(payload.plane[0].data, payload.plane[0].length);
  json planes = json::array();
  for (std::size_t at = 0; at < sent.size(); ++at) {
    const auto &[data, length, stride] = payload.plane[at];
    const std::size_t row = sent[at]["row"];
    std::string rows;
    for (std::size_t from = 0; from < length; from += stride)
      rows += hex(data + from, std::min(row, length - from));
    planes.push_back(rows);
  }
  return planes;
}

/* A source with its people in memory of its own. */
struct Kept {
  Source source;
  std::vector<Participant> people;
};

/* What frames lead to until they have been judged. */
struct Held {
  std::deque<std::vector<Participant>> people;
  std::deque<std::vector<Region>> regions;
  std::deque<std::vector<Source>> sources;
};

enum class Door { admit, into, in_place };

class Replay {
public:
  explicit Replay(const json &meeting) {
    fill(instance_.bytes, meeting["instance"]);
    fill(device_, meeting["device"]);
    MeetingOptions options = kept_options();
    options.id = text(meeting["id"]);
    options.participants = meeting["participants"];
    options.instance = &instance_;
    options.started = framegate::WallTime(framegate::Time(meeting["started"].get<std::int64_t>()));
    meeting_.emplace(*Meeting::open(std::move(options)));
  }

  const std::string &ledger() const { return ledger_; }

  /* ---- People ---- */

  json join(const json &step) {
    Octets key = unhex(step.value("key", ""));
    const std::uint8_t *by = key.empty() ? nullptr : key.data();
    const std::string_view id = text(step["id"]);
    const JoinOptions options = step.contains("guardian") ? JoinOptions::with_guardian(id, text(step["guardian"]), by) : JoinOptions::adult(id, by);
    const Result<Participant> who = meeting_->join(options, at(step));
    if (who.ok())
      people_[step["as"]] = *who;
    return done(who.status());
  }
  json leave(const json &step) { return settled(meeting_->leave(person(step["who"]), at(step))); }
  json show(const json &step) { return done(meeting_->show({scope(step), digest(step), text(step["version"]), text(step["language"]), text(step["controller"])})); }
  json supersede(const json &step) { return settled(meeting_->supersede(digest(step), at(step))); }
  json grant(const json &step) {
    static const std::map<std::string, Method> methods{{"clicked", Method::clicked}, {"typed", Method::typed}, {"spoken", Method::spoken}, {"signed", Method::signature}};
    Grant grant{scope(step), digest(step), methods.at(step["method"])};
    if (step.contains("agreed"))
      grant.at = time(step["agreed"]);
    if (step.contains("until"))
      grant.until = time(step["until"]);
    Signed by_key;
    if (step.contains("signed")) {
      const json &given = step["signed"];
      fill(by_key.instance.bytes, given["instance"]);
      by_key.meeting = text(given["meeting"]);
      fill(by_key.challenge.bytes, given["challenge"]);
      fill(by_key.signature, given["signature"]);
      grant.signature = &by_key;
    }
    return done(meeting_->grant(authority(step), person(step["who"]), grant, at(step)));
  }
  json withdraw(const json &step) { return settled(meeting_->withdraw(authority(step), person(step["who"]), scope(step), at(step))); }
  json restrict(const json &step) { return settled(meeting_->restrict(authority(step), whom(step), scope(step), at(step))); }
  json lift(const json &step) { return done(meeting_->lift(authority(step), whom(step), scope(step), at(step))); }
  json group(const json &step) {
    Result<Group> group = meeting_->group(listed(step["people"]));
    if (group.ok())
      groups_[step["as"]] = *std::move(group);
    return done(group.status());
  }

  /* ---- The meeting ---- */

  json advance(const json &step) { return done(meeting_->advance(at(step))); }
  json tick(const json &step) { return done(meeting_->tick(at(step))); }
  json count(const json &step) { return done(meeting_->count(at(step))); }
  json end(const json &) { return settled(meeting_->end()); }
  json third_party(const json &step) {
    const Result<Purposes> pair = meeting_->third_party(Purposes(bits(step["purpose"])), text(step["recipient"]));
    return pair.status() ? json{{"pair", (*pair).bits}} : done(pair.status());
  }
  json stream(const json &step) {
    static const std::map<std::string, std::uint32_t> types{{"owned", FRAMEGATE_STREAM_OWNED}, {"alone", FRAMEGATE_STREAM_ALONE}, {"mix", FRAMEGATE_STREAM_MIX}, {"composite", FRAMEGATE_STREAM_COMPOSITE}, {"derived", FRAMEGATE_STREAM_DERIVED}};
    const json &of = step["format"];
    StreamOptions options{types.at(step["type"]), step.contains("owner") ? person(step["owner"]) : Participant(), kind(step["kind"]), format(of), {}, 0};
    if (of.contains("fields")) {
      for (const json &field : of["fields"])
        options.fields.push_back({text(field[0]), text(field[1]), field[2], field[3]});
      options.type = FRAMEGATE_STREAM_RECORDS;
      options.bits_per_minute = of["bits_per_minute"];
    }
    const Result<Stream> stream = meeting_->open_stream(options);
    if (!stream.ok())
      return done(stream.status());
    streams_[step["as"]] = *stream;
    return stream->number == step["as"] ? json::object() : json{{"stream", stream->number}};
  }
  json outlet(const json &step) {
    const Result<Outlet> outlet = meeting_->open_outlet({text(step["name"]), Purposes(bits(step["purposes"])), kinds(step["blanks"]), text_or_nothing(step, "recipient")});
    if (!outlet.ok())
      return done(outlet.status());
    outlets_[step["as"]] = *outlet;
    return outlet->number == step["as"] ? json::object() : json{{"outlet", outlet->number}};
  }
  json tap(const json &step) {
    Result<Tap> tap = meeting_->tap(streams_.at(step["stream"]), outlets_.at(step["outlet"]));
    if (tap.ok())
      taps_[step["as"]] = *std::move(tap);
    return done(tap.status());
  }
  json state(const json &) {
    json challenges = json::array(), counters = json::array();
    for (const auto &[number, who] : people_)
      if (const Result<Digest> challenge = meeting_->challenge(who))
        challenges.push_back({number, hex(challenge->bytes, sizeof challenge->bytes)});
    for (auto &[number, tap] : taps_) {
      const Counters of = *tap.counters();
      counters.push_back({number, of.seen, of.whole, of.redacted, of.blanked, of.dropped});
    }
    const Time deadline = *meeting_->next_deadline();
    return {{"entries", *meeting_->generation()}, {"deadline", deadline == no_time ? json() : json(deadline.count())}, {"challenges", challenges}, {"counters", counters}};
  }
  json resume(const json &step) {
    const std::string lines = ledger_ + (step["torn"] ? "{\"n\":" : "");
    taps_.clear();
    people_.clear();
    meeting_.reset();
    const Result<Ledger> ledger = Ledger::read(lines);
    if (!ledger.ok())
      return done(ledger.status());
    Result<Meeting> meeting = Meeting::resume(*ledger, kept_options());
    if (!meeting.ok())
      return done(meeting.status());
    meeting_.emplace(*std::move(meeting));
    for (const json &who : step["people"])
      people_[who[1]] = *meeting_->find(text(who[0]));
    return json::object();
  }

  /* ---- Frames ---- */

  json admit(const json &step) { return admitted(step, Door::admit); }
  json admit_into(const json &step) { return admitted(step, Door::into); }
  json admit_in_place(const json &step) { return admitted(step, Door::in_place); }
  json decide(const json &step) {
    Held held;
    std::vector<Frame> frames;
    for (const json &said : step["frames"])
      frames.push_back(frame(said, held));
    std::vector<Decision> decisions(frames.size());
    const StatusCode status = taps_.at(step["tap"]).decide_batch(frames.data(), frames.size(), at(step), decisions.data());
    if (!status)
      return done(status);
    json answers = json::array();
    for (const Decision &decision : decisions) {
      json told = judged(decision.verdict(), decision.reason());
      told["purposes"] = decision.purposes().bits;
      told["generation"] = decision.generation();
      answers.push_back(told);
    }
    return {{"frames", answers}};
  }
  json meet(const json &step) {
    std::vector<Participant> room(ROOM);
    const Source &one = sources_.at(step["sources"][0]).source, &other = sources_.at(step["sources"][1]).source;
    const Result<Source> met = one.meet(other, room.data(), room.size());
    if (!met.status())
      return done(met.status());
    (void)kept(*met, step["as"]);
    return {{"tag", hex(met->tag.bytes, sizeof met->tag.bytes)}};
  }

  json receipt(const json &step) {
    const Result<Ledger> ledger = Ledger::read(ledger_);
    if (!ledger.ok())
      return done(ledger.status());
    const json whole = json::parse(*ledger->receipt(text(step["id"])));
    const auto picked = [&](const char *list, std::initializer_list<const char *> names) {
      json all = json::array();
      for (const json &act : whole[list]) {
        json one = json::array();
        for (const char *name : names)
          one.push_back(act[name].is_object() ? act[name]["micros"] : act[name]);
        all.push_back(one);
      }
      return all;
    };
    return {{"agreed", picked("agreed", {"entry", "hash", "at", "by", "method", "signed"})},
            {"refused", picked("refused", {"entry", "at", "by", "why"})},
            {"withdrawn", picked("withdrawn", {"entry", "at", "by"})}};
  }

  /* Seals, and looks whether the seal holds. */
  json seal(const json &step) {
    const Octets secret = unhex(step["secret"]);
    framegate_tag bytes;
    fill(bytes.bytes, step["tag"]);
    const Tag tag(bytes);
    std::vector<Subject> subjects;
    for (const json &who : step["subjects"])
      subjects.emplace_back(text(who[0]), kinds(who[1]));
    std::vector<Octets> octets;
    std::vector<Piece> pieces;
    for (const json &piece : step["pieces"])
      octets.push_back(unhex(piece));
    for (const Octets &piece : octets)
      pieces.push_back({piece.data(), piece.size()});
    const Result<MeetingKey> meeting = MeetingKey::open(secret.data(), *meeting_->instance());
    const Result<StreamKey> key = meeting->stream((*tag.fields()).stream);
    const PayloadDigest digest = *key->digest(format(step["format"]).number, pieces);
    const Seal seal = *key->seal(tag, subjects, digest);
    if (!*key->verify(seal, tag, subjects, digest))
      return {{"holds", false}};
    return {{"digest", hex(digest.bytes, sizeof digest.bytes)}, {"seal", hex(seal.bytes, sizeof seal.bytes)}};
  }

private:
  MeetingOptions kept_options() {
    MeetingOptions options;
    options.append = [this](std::string_view lines, bool) {
      ledger_ += lines;
      return true;
    };
    options.device_secret = device_.data();
    return options;
  }

  Participant person(const json &who) const { return who.is_null() ? unknown_participant : people_.at(who); }
  std::optional<Participant> whom(const json &step) const { return step.contains("who") ? std::optional(person(step["who"])) : std::nullopt; }
  std::vector<Participant> listed(const json &people) const {
    std::vector<Participant> listed;
    for (const json &who : people)
      listed.push_back(person(who));
    return listed;
  }

  Region region(const json &said) const {
    const Participant owner = person(said["owner"]);
    const auto area = [&] {
      if (said.contains("rectangle"))
        return Region::rectangle(owner, said["rectangle"][0], said["rectangle"][1], said["rectangle"][2], said["rectangle"][3]);
      if (said.contains("span"))
        return Region::span(owner, said["span"][0], said["span"][1]);
      return Region::audio_channel(owner, said["channel"]);
    };
    Region region = area();
    if (said.contains("kind"))
      region.kind(kind(said["kind"]));
    if (said.contains("captured"))
      region.captured(time(said["captured"]));
    return region;
  }

  Frame of(const json &said, Held &held) const {
    const json &who = said["contributors"];
    if (who.is_string())
      return Frame::of_owner(time(said["captured"]));
    const std::string form = who.begin().key();
    const json &named = who.begin().value();
    if (form == "sources") {
      std::vector<Source> &sources = held.sources.emplace_back();
      for (const json &source : named)
        sources.push_back(sources_.at(source).source);
      return Frame::derived(sources);
    }
    const Time captured = time(said["captured"]);
    if (form == "group")
      return Frame::of_group(captured, groups_.at(named));
    const std::vector<Participant> &people = held.people.emplace_back(listed(named));
    return form == "complete" ? Frame::complete(captured, people) : form == "csrcs" ? Frame::csrcs(captured, people) : Frame::partial(captured, people);
  }
  Frame frame(const json &said, Held &held) const {
    Frame frame = of(said, held);
    std::vector<Region> &regions = held.regions.emplace_back();
    for (const json &one : said.value("regions", json::array()))
      regions.push_back(region(one));
    frame.regions(regions);
    if (said.contains("keyframe"))
      frame.keyframe(said["keyframe"]);
    return frame;
  }

  json kept(const Source &source, std::size_t as) {
    Kept kept{source, {}};
    for (std::size_t at = 0; at < source.people_count; ++at)
      kept.people.push_back(source.people[at]);
    json stays = json::array();
    for (const auto &[number, who] : people_)
      for (const Participant &other : kept.people)
        if (who == other)
          stays.push_back(number);
    Kept &there = sources_.insert_or_assign(as, std::move(kept)).first->second;
    there.source.people = there.people.data();
    return {{"people", stays}, {"kinds", source.kinds}, {"captured", source.captured}};
  }

  json admitted(const json &step, Door door) {
    Held held;
    const std::size_t count = step["frames"].size();
    std::vector<Frame> frames;
    std::vector<Memory> memory, buffers;
    std::vector<Payload> payloads;
    std::vector<PayloadMut> in_place, into;
    std::vector<std::vector<Participant>> rooms(count, std::vector<Participant>(ROOM));
    std::vector<Cleared> cleared;
    for (const json &said : step["frames"]) {
      frames.push_back(frame(said, held));
      memory.emplace_back(said["payload"]);
      buffers.push_back(memory.back().buffer(said.value("short", false)));
      cleared.emplace_back(rooms[cleared.size()].data(), ROOM);
    }
    for (std::size_t at = 0; at < count; ++at) {
      payloads.push_back(memory[at].payload());
      in_place.push_back(memory[at].payload_mut());
      into.push_back(buffers[at].payload_mut());
    }
    Tap &tap = taps_.at(step["tap"]);
    const Time now = at(step);
    const Release release = door == Door::admit  ? tap.admit(frames.data(), payloads.data(), count, now, cleared.data())
                            : door == Door::into ? tap.admit_into(frames.data(), payloads.data(), into.data(), count, now, cleared.data())
                                                 : tap.admit_in_place(frames.data(), in_place.data(), count, now, cleared.data());
    if (!release.status())
      return done(release.status());
    json answers = json::array();
    for (std::size_t at = 0; at < count; ++at) {
      const json &said = step["frames"][at];
      const Tag tag = cleared[at].tag();
      json told = judged(cleared[at].verdict(), (*tag.fields()).reason);
      told["tag"] = hex(tag.bytes, sizeof tag.bytes);
      if (cleared[at].verdict() != Verdict::dropped)
        told["output"] = without_gaps(cleared[at].payload(), said["payload"]);
      else if (door != Door::admit && !(door == Door::into ? buffers : memory)[at].is_zero())
        told["wiped"] = false;
      if (const std::optional<Source> source = cleared[at].source(); source && said.contains("as"))
        told["source"] = kept(*source, said["as"]);
      answers.push_back(told);
    }
    json answer{{"frames", answers}};
    if (*tap.keyframe_request(at(step), std::chrono::milliseconds(0)))
      answer["keyframe_request"] = true;
    return answer;
  }

  std::array<std::uint8_t, 32> device_{};
  Instance instance_{};
  std::string ledger_;
  std::optional<Meeting> meeting_;
  std::map<std::size_t, Participant> people_;
  std::map<std::size_t, Stream> streams_;
  std::map<std::size_t, Outlet> outlets_;
  std::map<std::size_t, Tap> taps_;
  std::map<std::size_t, Group> groups_;
  std::map<std::size_t, Kept> sources_;
};

/* ---- Scripts ---- */

const std::map<std::string, json (Replay::*)(const json &)> steps{
    {"join", &Replay::join}, {"leave", &Replay::leave}, {"show", &Replay::show}, {"supersede", &Replay::supersede}, {"grant", &Replay::grant},
    {"withdraw", &Replay::withdraw}, {"restrict", &Replay::restrict}, {"lift", &Replay::lift}, {"advance", &Replay::advance}, {"tick", &Replay::tick},
    {"count", &Replay::count}, {"third_party", &Replay::third_party}, {"stream", &Replay::stream}, {"outlet", &Replay::outlet}, {"tap", &Replay::tap},
    {"group", &Replay::group}, {"meet", &Replay::meet}, {"decide", &Replay::decide}, {"admit", &Replay::admit}, {"admit_into", &Replay::admit_into},
    {"admit_in_place", &Replay::admit_in_place}, {"resume", &Replay::resume}, {"end", &Replay::end}, {"state", &Replay::state}, {"seal", &Replay::seal}, {"receipt", &Replay::receipt}};

struct Compared {
  std::size_t steps = 0, frames = 0, lines = 0;
};

/* Changes an answer, if it has what is to be changed. */
void plant(json &answer) {
  if (!answer.contains("frames"))
    return;
  for (json &frame : answer["frames"]) {
    if (fault == "tag" && frame.contains("tag")) {
      std::string tag = frame["tag"];
      tag.back() = tag.back() == '0' ? '1' : '0';
      frame["tag"] = tag;
    }
    if (fault == "reason" && frame.contains("reason"))
      frame["reason"] = frame["reason"] == "withdrawn" ? "absent" : "withdrawn";
  }
}

bool differ(const std::string &what, const std::string &is, const std::string &expected) {
  std::fprintf(stderr, "%s:\n  is       %s\n  expected %s\n", what.c_str(), is.c_str(), expected.c_str());
  return false;
}

bool agree(const char *path, Compared &compared) {
  // With its keys in their order, as the ledger's lines have them.
  const auto ordered = nlohmann::ordered_json::parse(std::ifstream(path));
  const json script = json::parse(std::ifstream(path));
  if (script["format"] != 1)
    throw std::out_of_range("a format that is not known here");
  Replay replay(script["meeting"]);
  std::size_t number = 0;
  for (const json &step : script["steps"]) {
    const std::string &name = text(step["step"]);
    const auto call = steps.at(name);
    if (fault == "withdrawal" && name == "withdraw")
      continue;
    json answer = (replay.*call)(step);
    plant(answer);
    const json expected = step.value("expect", json::object());
    if (answer != expected)
      return differ(std::string(path) + ": step " + std::to_string(number) + ", " + name, answer.dump(), expected.dump());
    ++number;
    ++compared.steps;
    compared.frames += step.contains("frames") ? step["frames"].size() : 0;
  }
  std::string ledger = replay.ledger(), expected;
  if (fault == "ledger")
    ledger[ledger.size() / 2] ^= 1;
  for (const auto &line : ordered["ledger"]) {
    expected += line.dump() + "\n";
    if (ledger.compare(0, expected.size(), expected) != 0)
      return differ(std::string(path) + ": the ledger", ledger.substr(0, expected.size()), expected);
    ++compared.lines;
  }
  return ledger == expected || differ(std::string(path) + ": the ledger's end", ledger, expected);
}

} // namespace

int main(int argc, char **argv) {
  std::vector<const char *> paths(argv + 1, argv + argc);
  if (paths.size() > 2 && std::string(paths[0]) == "--fault") {
    fault = paths[1];
    paths.erase(paths.begin(), paths.begin() + 2);
  }
  Compared compared;
  std::size_t different = 0;
  for (const char *path : paths)
    different += !agree(path, compared);
  std::printf("C++: %zu scripts, %zu steps, %zu frames, %zu lines of ledgers compared; %zu scripts differ\n", paths.size(), compared.steps, compared.frames, compared.lines, different);
  return different > 0 || compared.steps == 0 || compared.frames == 0 || compared.lines == 0;
}
