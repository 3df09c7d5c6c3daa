/* Replays conformance scripts through framegate.h. tests/conformance/README.md has their format.
 *
 *   replay [--fault tag|reason|withdrawal|ledger] SCRIPT...
 *
 * A step is a call, and its answer is compared with the one that the script has. A fault is planted to see that the comparison finds it. */
#include "framegate.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 1024 /* of each thing that a script makes */
#define ROOM 64   /* more people than there are in a meeting */

static const char *fault = "";
static long steps_compared, frames_compared, lines_compared;

static void *must(void *that) {
  if (that == NULL) {
    fprintf(stderr, "no memory, or a script that is none\n");
    exit(2);
  }
  return that;
}

/* What is needed during one step. */
static void *held[65536];
static size_t held_count;

static void *hold(size_t count, size_t size) {
  if (held_count == sizeof held / sizeof *held)
    must(NULL);
  return held[held_count++] = must(calloc(count + 1, size));
}

static void release_held(void) {
  while (held_count > 0)
    free(held[--held_count]);
}

struct kept {
  framegate_source source;
  framegate_participant people[ROOM];
};

struct replay {
  framegate_meeting meeting;
  uint8_t device[32];
  char *ledger;
  size_t ledger_length;
  framegate_participant people[MOST];
  bool is_known[MOST];
  framegate_stream streams[MOST];
  framegate_outlet outlets[MOST];
  framegate_tap taps[MOST];
  framegate_group groups[MOST];
  struct kept sources[MOST];
};

/* ---- Values ---- */

static json_t *get(const json_t *of, const char *key) { return json_object_get(of, key); }
static int64_t number(const json_t *of, const char *key) { return json_integer_value(get(of, key)); }
static int64_t at(const json_t *step) { return number(step, "at"); }
static bool truth(const json_t *of, const char *key) { return json_is_true(get(of, key)); }
static int64_t item(const json_t *list, size_t index) { return json_integer_value(json_array_get(list, index)); }

static size_t named(const json_t *step) {
  const int64_t as = number(step, "as");
  if (as < 0 || as >= MOST)
    must(NULL);
  return (size_t)as;
}

static framegate_string string(const json_t *value) {
  const framegate_string text = {json_string_value(value), json_string_length(value)};
  return text;
}

static framegate_string text(const json_t *of, const char *key) { return string(get(of, key)); }

static bool is(framegate_string text, const char *word) { return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0; }

static void unhex_into(const json_t *digits, uint8_t *bytes, size_t length) {
  const char *at = must((void *)json_string_value(digits));
  for (size_t i = 0; i < length; ++i) {
    unsigned byte;
    if (sscanf(at + 2 * i, "%2x", &byte) != 1)
      must(NULL);
    bytes[i] = (uint8_t)byte;
  }
}

static uint8_t *unhex(const json_t *digits, size_t *length) {
  *length = json_string_length(digits) / 2;
  uint8_t *bytes = hold(*length, 1);
  unhex_into(digits, bytes, *length);
  return bytes;
}

static json_t *hex(const uint8_t *bytes, size_t length) {
  char *digits = hold(2 * length, 1);
  for (size_t i = 0; i < length; ++i)
    sprintf(digits + 2 * i, "%02x", bytes[i]);
  return json_string(digits);
}

static framegate_scope scope(const json_t *step) {
  const json_t *both = get(step, "scope");
  const framegate_scope scope = {(uint16_t)item(both, 0), (uint16_t)item(both, 1)};
  return scope;
}

/* The number of a word in a list, from `first` on. */
static uint32_t word(const json_t *value, uint32_t first, const char *const *words) {
  for (; *words != NULL; ++words, ++first)
    if (strcmp(must((void *)json_string_value(value)), *words) == 0)
      return first;
  fprintf(stderr, "a word that is not known here: %s\n", json_string_value(value));
  exit(2);
}

static const char *const AUTHORITIES[] = {"participant", "guardian", "host", "administrator", "vendor", NULL};
static const char *const METHODS[] = {"clicked", "typed", "spoken", "signed", NULL};
static const char *const TYPES[] = {"owned", "mix", "composite", "derived", "records", "alone", NULL};
static const char *const VERDICTS[] = {"dropped", "whole", "redacted", "blanked", NULL};

static uint32_t authority(const json_t *step) { return word(get(step, "by"), FRAMEGATE_AUTHORITY_PARTICIPANT, AUTHORITIES); }

static uint32_t kind(const json_t *value) {
  for (uint32_t kind = FRAMEGATE_KIND_AUDIO; kind <= FRAMEGATE_KIND_UNCLASSIFIED; ++kind)
    if (is(framegate_kind_name(kind), json_string_value(value)))
      return kind;
  return word(value, 0, (const char *const[]){NULL});
}

static uint32_t format(const json_t *of) {
  static const struct {
    const char *name;
    uint32_t number;
  } FORMATS[] = {
      {"pcm_u8", FRAMEGATE_FORMAT_PCM_U8}, {"pcm_s16", FRAMEGATE_FORMAT_PCM_S16}, {"pcm_s32", FRAMEGATE_FORMAT_PCM_S32},
      {"pcm_f32", FRAMEGATE_FORMAT_PCM_F32}, {"pcm_mu_law", FRAMEGATE_FORMAT_PCM_MU_LAW}, {"pcm_a_law", FRAMEGATE_FORMAT_PCM_A_LAW},
      {"utf8", FRAMEGATE_FORMAT_UTF8}, {"json", FRAMEGATE_FORMAT_JSON}, {"opaque", FRAMEGATE_FORMAT_OPAQUE},
      {"i420", FRAMEGATE_FORMAT_I420}, {"i422", FRAMEGATE_FORMAT_I422}, {"i444", FRAMEGATE_FORMAT_I444}, {"nv12", FRAMEGATE_FORMAT_NV12},
      {"nv21", FRAMEGATE_FORMAT_NV21}, {"yuy2", FRAMEGATE_FORMAT_YUY2}, {"uyvy", FRAMEGATE_FORMAT_UYVY}, {"p010", FRAMEGATE_FORMAT_P010},
      {"rgba", FRAMEGATE_FORMAT_RGBA}, {"bgra", FRAMEGATE_FORMAT_BGRA}, {"rgb24", FRAMEGATE_FORMAT_RGB24}, {"gray8", FRAMEGATE_FORMAT_GRAY8},
      {"opus", FRAMEGATE_FORMAT_OPUS}, {"opus_red", FRAMEGATE_FORMAT_OPUS_RED},
      {"h264", FRAMEGATE_FORMAT_H264}, {"hevc", FRAMEGATE_FORMAT_HEVC}, {"vp8", FRAMEGATE_FORMAT_VP8}, {"vp9", FRAMEGATE_FORMAT_VP9},
      {"av1", FRAMEGATE_FORMAT_AV1}, {"record", 0},
  };
  for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; ++i)
    if (is(text(of, "name"), FORMATS[i].name))
      return FORMATS[i].number;
  return word(get(of, "name"), 0, (const char *const[]){NULL});
}

static framegate_participant person(const struct replay *replay, const json_t *who) {
  return json_is_integer(who) ? replay->people[json_integer_value(who)] : FRAMEGATE_PARTICIPANT_UNKNOWN;
}

static framegate_participant *listed(const struct replay *replay, const json_t *list, size_t *count) {
  *count = json_array_size(list);
  framegate_participant *people = hold(*count, sizeof *people);
  for (size_t i = 0; i < *count; ++i)
    people[i] = person(replay, json_array_get(list, i));
  return people;
}

/* The number of somebody's stay; null of somebody unknown. */
static json_t *stay(const struct replay *replay, framegate_participant who) {
  for (int i = 0; i < MOST; ++i)
    if (replay->is_known[i] && memcmp(&replay->people[i], &who, sizeof who) == 0)
      return json_integer(i);
  return json_null();
}

/* ---- Answers ---- */

static json_t *done(framegate_status status) {
  static const struct {
    framegate_status status;
    const char *name;
  } ERRORS[] = {
      {FRAMEGATE_ERROR_OVERREACH, "overreach"}, {FRAMEGATE_ERROR_AGREED_EARLIER, "agreed_earlier"}, {FRAMEGATE_ERROR_UNSIGNED, "unsigned"},
      {FRAMEGATE_ERROR_KEYLESS, "keyless"}, {FRAMEGATE_ERROR_FOREIGN_MEETING, "foreign_meeting"}, {FRAMEGATE_ERROR_REPLAYED, "replayed"},
      {FRAMEGATE_ERROR_WRONG_SIGNATURE, "wrong_signature"}, {FRAMEGATE_ERROR_BEYOND_NOTICE, "beyond_notice"},
      {FRAMEGATE_ERROR_UNKNOWN_NOTICE, "unknown_notice"}, {FRAMEGATE_ERROR_STALE_NOTICE, "stale_notice"},
      {FRAMEGATE_ERROR_NOT_EXPLICIT, "not_explicit"}, {FRAMEGATE_ERROR_WRONG_KEY, "wrong_key"},
      {FRAMEGATE_ERROR_CONFLICTING_NOTICE, "conflicting_notice"}, {FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT, "unknown_participant"},
      {FRAMEGATE_ERROR_ALREADY_JOINED, "already_joined"}, {FRAMEGATE_ERROR_NOT_A_RESTRAINER, "not_a_restrainer"},
      {FRAMEGATE_ERROR_EMPTY, "empty"}, {FRAMEGATE_ERROR_TIME, "time"}, {FRAMEGATE_ERROR_FORMAT, "format"}, {FRAMEGATE_ERROR_FULL, "full"},
      {FRAMEGATE_ERROR_ENDED, "ended"},
  };
  if (status == FRAMEGATE_OK)
    return json_object();
  for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; ++i)
    if (status == ERRORS[i].status)
      return json_pack("{s:s}", "error", ERRORS[i].name);
  const framegate_string message = framegate_error_message(status);
  return json_pack("{s:s%}", "error", message.data, message.length);
}

/* A narrowing that has not settled is told of. */
static json_t *settled(framegate_status status, framegate_settling settling) {
  bool is_settled = false;
  if (status == FRAMEGATE_OK && (framegate_settling_is_settled(settling, &is_settled) != FRAMEGATE_OK || !is_settled))
    return json_pack("{s:b}", "settled", 0);
  if (settling.handle != 0)
    framegate_settling_close(settling);
  return done(status);
}

/* ---- People ---- */

static json_t *join(struct replay *replay, const json_t *step) {
  uint8_t key[32];
  framegate_join_options options = {.size = sizeof options, .agrees = FRAMEGATE_AUTHORITY_PARTICIPANT, .id = text(step, "id")};
  if (get(step, "guardian") != NULL) {
    options.agrees = FRAMEGATE_AUTHORITY_GUARDIAN;
    options.guardian = text(step, "guardian");
  }
  if (get(step, "key") != NULL) {
    unhex_into(get(step, "key"), key, sizeof key);
    options.key = key;
  }
  framegate_participant who;
  const framegate_status status = framegate_meeting_join(replay->meeting, &options, at(step), &who);
  if (status == FRAMEGATE_OK) {
    replay->people[named(step)] = who;
    replay->is_known[named(step)] = true;
  }
  return done(status);
}

static json_t *leave(struct replay *replay, const json_t *step) {
  framegate_settling settling = {0};
  const framegate_status status = framegate_meeting_leave(replay->meeting, person(replay, get(step, "who")), at(step), &settling);
  return settled(status, settling);
}

static framegate_digest digest(const json_t *step) {
  framegate_digest digest;
  if (framegate_digest_of(text(step, "notice"), &digest) != FRAMEGATE_OK)
    must(NULL);
  return digest;
}

static json_t *show(struct replay *replay, const json_t *step) {
  const framegate_notice notice = {.size = sizeof notice, .scope = scope(step), .digest = digest(step), .version = text(step, "version"),
                                   .language = text(step, "language"), .controller = text(step, "controller")};
  return done(framegate_meeting_show(replay->meeting, &notice));
}

static json_t *supersede(struct replay *replay, const json_t *step) {
  const framegate_digest notice = digest(step);
  framegate_settling settling = {0};
  const framegate_status status = framegate_meeting_supersede(replay->meeting, &notice, at(step), &settling);
  return settled(status, settling);
}

static json_t *grant(struct replay *replay, const json_t *step) {
  framegate_grant grant = {.size = sizeof grant, .scope = scope(step), .notice = digest(step), .at = FRAMEGATE_NO_TIME, .until = FRAMEGATE_NO_TIME};
  grant.method = word(get(step, "method"), FRAMEGATE_METHOD_CLICKED, METHODS);
  if (get(step, "agreed") != NULL)
    grant.at = number(step, "agreed");
  if (get(step, "until") != NULL)
    grant.until = number(step, "until");
  const json_t *by_key = get(step, "signed");
  framegate_signed signature = {.size = sizeof signature, .meeting = text(by_key, "meeting")};
  if (by_key != NULL) {
    unhex_into(get(by_key, "instance"), signature.instance.bytes, sizeof signature.instance.bytes);
    unhex_into(get(by_key, "challenge"), signature.challenge.bytes, sizeof signature.challenge.bytes);
    unhex_into(get(by_key, "signature"), signature.signature, sizeof signature.signature);
    grant.signature = &signature;
  }
  return done(framegate_meeting_grant(replay->meeting, authority(step), person(replay, get(step, "who")), &grant, at(step)));
}

static json_t *withdraw(struct replay *replay, const json_t *step) {
  framegate_settling settling = {0};
  const framegate_participant who = person(replay, get(step, "who"));
  const framegate_status status = framegate_meeting_withdraw(replay->meeting, authority(step), who, scope(step), at(step), &settling);
  return settled(status, settling);
}

/* Whom a restriction is about; null: everybody. */
static const framegate_participant *whom(const struct replay *replay, const json_t *step) {
  framegate_participant *who = hold(1, sizeof *who);
  *who = person(replay, get(step, "who"));
  return get(step, "who") == NULL ? NULL : who;
}

static json_t *restrict_(struct replay *replay, const json_t *step) {
  framegate_settling settling = {0};
  const framegate_status status =
      framegate_meeting_restrict(replay->meeting, authority(step), whom(replay, step), scope(step), at(step), &settling);
  return settled(status, settling);
}

static json_t *lift(struct replay *replay, const json_t *step) {
  return done(framegate_meeting_lift(replay->meeting, authority(step), whom(replay, step), scope(step), at(step)));
}

static json_t *group(struct replay *replay, const json_t *step) {
  size_t count;
  const framegate_participant *people = listed(replay, get(step, "people"), &count);
  framegate_group group;
  const framegate_status status = framegate_group_open(replay->meeting, people, count, &group);
  if (status == FRAMEGATE_OK)
    replay->groups[named(step)] = group;
  return done(status);
}

/* ---- The meeting ---- */

static json_t *tick(struct replay *replay, const json_t *step) { return done(framegate_meeting_tick(replay->meeting, at(step))); }
static json_t *advance(struct replay *replay, const json_t *step) { return done(framegate_meeting_advance(replay->meeting, at(step))); }
static json_t *count(struct replay *replay, const json_t *step) { return done(framegate_meeting_count(replay->meeting, at(step))); }

static json_t *end(struct replay *replay, const json_t *step) {
  (void)step;
  framegate_settling settling = {0};
  const framegate_status status = framegate_meeting_end(replay->meeting, &settling);
  return settled(status, settling);
}

static json_t *third_party(struct replay *replay, const json_t *step) {
  uint16_t pair;
  const framegate_status status =
      framegate_meeting_third_party(replay->meeting, (uint16_t)number(step, "purpose"), text(step, "recipient"), &pair);
  return status == FRAMEGATE_OK ? json_pack("{s:i}", "pair", pair) : done(status);
}

static json_t *stream(struct replay *replay, const json_t *step) {
  const json_t *of = get(step, "format"), *fields = get(of, "fields");
  framegate_stream_options options = {.size = sizeof options, .type = word(get(step, "type"), FRAMEGATE_STREAM_OWNED, TYPES),
                                      .kind = kind(get(step, "kind")), .format = format(of)};
  if (get(step, "owner") != NULL)
    options.owner = person(replay, get(step, "owner"));
  options.channels = (uint32_t)number(of, "channels");
  options.layout = truth(of, "planar") ? FRAMEGATE_LAYOUT_PLANAR : FRAMEGATE_LAYOUT_INTERLEAVED;
  options.full_range = truth(of, "full_range");
  options.width = (uint32_t)number(of, "width");
  options.height = (uint32_t)number(of, "height");
  if (fields != NULL) {
    framegate_field *told = hold(json_array_size(fields), sizeof *told);
    for (size_t i = 0; i < json_array_size(fields); ++i) {
      const json_t *field = json_array_get(fields, i);
      told[i] = (framegate_field){sizeof *told, 0, string(json_array_get(field, 0)), string(json_array_get(field, 1)), item(field, 2), item(field, 3)};
    }
    options.type = FRAMEGATE_STREAM_RECORDS;
    options.fields = told;
    options.field_count = json_array_size(fields);
    options.bits_per_minute = (uint32_t)number(of, "bits_per_minute");
  }
  framegate_stream stream;
  const framegate_status status = framegate_stream_open(replay->meeting, &options, &stream);
  if (status != FRAMEGATE_OK)
    return done(status);
  replay->streams[named(step)] = stream;
  return stream.number == named(step) ? json_object() : json_pack("{s:i}", "stream", stream.number);
}

static json_t *outlet(struct replay *replay, const json_t *step) {
  const framegate_outlet_options options = {.size = sizeof options, .purposes = (uint16_t)number(step, "purposes"),
                                            .blanks = (uint16_t)number(step, "blanks"), .name = text(step, "name"), .recipient = text(step, "recipient")};
  framegate_outlet outlet;
  const framegate_status status = framegate_outlet_open(replay->meeting, &options, &outlet);
  if (status != FRAMEGATE_OK)
    return done(status);
  replay->outlets[named(step)] = outlet;
  return outlet.number == named(step) ? json_object() : json_pack("{s:i}", "outlet", outlet.number);
}

static json_t *tap(struct replay *replay, const json_t *step) {
  framegate_tap tap;
  const framegate_status status = framegate_tap_open(replay->meeting, replay->streams[number(step, "stream")], replay->outlets[number(step, "outlet")], &tap);
  if (status == FRAMEGATE_OK)
    replay->taps[named(step)] = tap;
  return done(status);
}

static json_t *state(struct replay *replay, const json_t *step) {
  (void)step;
  uint64_t entries = 0;
  int64_t deadline = FRAMEGATE_NO_TIME;
  json_t *challenges = json_array(), *counters = json_array();
  if (framegate_meeting_generation(replay->meeting, &entries) != FRAMEGATE_OK || framegate_meeting_next_deadline(replay->meeting, &deadline) != FRAMEGATE_OK)
    must(NULL);
  for (int i = 0; i < MOST; ++i) {
    framegate_digest challenge;
    if (replay->is_known[i] && framegate_meeting_challenge(replay->meeting, replay->people[i], &challenge) == FRAMEGATE_OK)
      json_array_append_new(challenges, json_pack("[i,o]", i, hex(challenge.bytes, sizeof challenge.bytes)));
    framegate_counters of = {.size = sizeof of};
    if (replay->taps[i].handle != 0 && framegate_tap_counters(replay->taps[i], &of) == FRAMEGATE_OK)
      json_array_append_new(counters, json_pack("[i,I,I,I,I,I]", i, (json_int_t)of.seen, (json_int_t)of.whole, (json_int_t)of.redacted,
                                                (json_int_t)of.blanked, (json_int_t)of.dropped));
  }
  return json_pack("{s:I,s:o,s:o,s:o}", "entries", (json_int_t)entries, "deadline", deadline == FRAMEGATE_NO_TIME ? json_null() : json_integer(deadline),
                   "challenges", challenges, "counters", counters);
}

static int32_t append(void *user, const uint8_t *lines, size_t length, int32_t durable) {
  (void)durable;
  struct replay *replay = user;
  replay->ledger = must(realloc(replay->ledger, replay->ledger_length + length + 1));
  memcpy(replay->ledger + replay->ledger_length, lines, length);
  replay->ledger_length += length;
  return 0;
}

static json_t *resume(struct replay *replay, const json_t *step) {
  static const char TORN[] = "{\"n\":";
  uint8_t *lines = hold(replay->ledger_length + sizeof TORN, 1);
  memcpy(lines, replay->ledger, replay->ledger_length);
  memcpy(lines + replay->ledger_length, TORN, sizeof TORN - 1);
  const size_t length = replay->ledger_length + (truth(step, "torn") ? sizeof TORN - 1 : 0);
  for (int i = 0; i < MOST; ++i) {
    if (replay->taps[i].handle != 0)
      framegate_tap_close(replay->taps[i]);
    replay->taps[i].handle = 0;
    replay->is_known[i] = false;
  }
  framegate_meeting_close(replay->meeting);
  framegate_ledger ledger;
  framegate_status status = framegate_ledger_read(lines, length, NULL, NULL, &ledger, NULL);
  if (status != FRAMEGATE_OK)
    return done(status);
  const framegate_meeting_options options = {.size = sizeof options, .append = append, .append_user = replay, .device_secret = replay->device};
  status = framegate_meeting_resume(ledger, &options, &replay->meeting);
  framegate_ledger_close(ledger);
  const json_t *people = get(step, "people");
  for (size_t i = 0; i < json_array_size(people) && status == FRAMEGATE_OK; ++i) {
    const json_t *who = json_array_get(people, i);
    const int64_t number = item(who, 1);
    status = framegate_meeting_find(replay->meeting, string(json_array_get(who, 0)), &replay->people[number]);
    replay->is_known[number] = true;
  }
  return done(status);
}

/* ---- Frames ---- */

static framegate_region region(const struct replay *replay, const json_t *said) {
  framegate_region region = {.size = sizeof region, .owner = person(replay, get(said, "owner")), .kind = FRAMEGATE_NO_KIND, .captured = FRAMEGATE_NO_TIME};
  const json_t *rectangle = get(said, "rectangle"), *span = get(said, "span");
  if (rectangle != NULL) {
    region.area = FRAMEGATE_AREA_RECTANGLE;
    region.x = (uint32_t)item(rectangle, 0);
    region.y = (uint32_t)item(rectangle, 1);
    region.width = (uint32_t)item(rectangle, 2);
    region.height = (uint32_t)item(rectangle, 3);
  } else if (span != NULL) {
    region.area = FRAMEGATE_AREA_SPAN;
    region.start = (uint32_t)item(span, 0);
    region.end = (uint32_t)item(span, 1);
  } else {
    region.area = FRAMEGATE_AREA_CHANNEL;
    region.channel = (uint32_t)number(said, "channel");
  }
  if (get(said, "kind") != NULL)
    region.kind = kind(get(said, "kind"));
  if (get(said, "captured") != NULL)
    region.captured = number(said, "captured");
  return region;
}

static framegate_frame frame(const struct replay *replay, const json_t *said) {
  framegate_frame frame = {.size = sizeof frame, .contributors = FRAMEGATE_CONTRIBUTORS_OWNER, .captured = number(said, "captured")};
  const json_t *who = get(said, "contributors");
  static const struct {
    const char *form;
    uint32_t number;
  } LISTS[] = {{"complete", FRAMEGATE_CONTRIBUTORS_COMPLETE}, {"partial", FRAMEGATE_CONTRIBUTORS_PARTIAL}, {"csrcs", FRAMEGATE_CONTRIBUTORS_CSRCS}};
  for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; ++i)
    if (get(who, LISTS[i].form) != NULL) {
      frame.contributors = LISTS[i].number;
      frame.people = listed(replay, get(who, LISTS[i].form), &frame.people_count);
    }
  if (get(who, "group") != NULL) {
    frame.contributors = FRAMEGATE_CONTRIBUTORS_GROUP;
    frame.group = replay->groups[number(who, "group")];
  }
  const json_t *sources = get(who, "sources"), *regions = get(said, "regions");
  if (sources != NULL) {
    framegate_source *told = hold(json_array_size(sources), sizeof *told);
    for (size_t i = 0; i < json_array_size(sources); ++i)
      told[i] = replay->sources[item(sources, i)].source;
    frame.contributors = FRAMEGATE_CONTRIBUTORS_SOURCES;
    frame.sources = told;
    frame.source_count = json_array_size(sources);
  }
  framegate_region *told = hold(json_array_size(regions), sizeof *told);
  for (size_t i = 0; i < json_array_size(regions); ++i)
    told[i] = region(replay, json_array_get(regions, i));
  frame.regions = told;
  frame.region_count = json_array_size(regions);
  if (get(said, "keyframe") != NULL)
    frame.keyframe = truth(said, "keyframe") ? FRAMEGATE_KEYFRAME_YES : FRAMEGATE_KEYFRAME_NO;
  return frame;
}

static framegate_payload_mut payload(const json_t *said) {
  framegate_payload_mut payload = {.size = sizeof payload};
  if (!json_is_array(said)) {
    payload.plane[0].data = unhex(said, &payload.plane[0].length);
    return payload;
  }
  payload.planes = (uint32_t)json_array_size(said);
  for (size_t i = 0; i < payload.planes; ++i) {
    const json_t *plane = json_array_get(said, i);
    payload.plane[i].data = unhex(get(plane, "bytes"), &payload.plane[i].length);
    payload.plane[i].stride = (size_t)number(plane, "stride");
  }
  return payload;
}

static framegate_payload readable(framegate_payload_mut from) {
  framegate_payload payload = {.size = sizeof payload, .planes = from.planes};
  for (int i = 0; i < 4; ++i)
    payload.plane[i] = (framegate_plane){from.plane[i].data, from.plane[i].length, from.plane[i].stride};
  return payload;
}

/* One of the same form, full of something else; a byte shorter in each plane if it is to be too short. */
static framegate_payload_mut buffer(framegate_payload_mut like, bool is_short) {
  for (int i = 0; i < 4; ++i)
    if (like.plane[i].length > 0) {
      like.plane[i].length -= is_short;
      like.plane[i].data = memset(hold(like.plane[i].length, 1), 0xEE, like.plane[i].length);
    }
  return like;
}

static bool is_zero(framegate_payload_mut payload) {
  for (int i = 0; i < 4; ++i)
    for (size_t byte = 0; byte < payload.plane[i].length; ++byte)
      if (payload.plane[i].data[byte] != 0)
        return false;
  return true;
}

/* Of each plane the rows, as long as they are in what was sent. */
static json_t *without_gaps(framegate_payload payload, const json_t *sent) {
  if (!json_is_array(sent))
    return hex(payload.plane[0].data, payload.plane[0].length);
  json_t *planes = json_array();
  for (size_t i = 0; i < json_array_size(sent); ++i) {
    const framegate_plane plane = payload.plane[i];
    const size_t row = (size_t)number(json_array_get(sent, i), "row");
    uint8_t *rows = hold(plane.length, 1);
    size_t length = 0;
    for (size_t from = 0; from < plane.length; from += plane.stride, length += row)
      memcpy(rows + length, plane.data + from, row < plane.length - from ? row : plane.length - from);
    json_array_append_new(planes, hex(rows, length));
  }
  return planes;
}

static json_t *judged(int32_t verdict, uint32_t reason) {
  json_t *told = json_pack("{s:s}", "verdict", VERDICTS[verdict]);
  const framegate_string name = framegate_reason_name(reason);
  if (reason != FRAMEGATE_REASON_NONE)
    json_object_set_new(told, "reason", json_stringn(name.data, name.length));
  return told;
}

static int by_number(const void *a, const void *b) {
  const json_int_t one = json_integer_value(*(json_t *const *)a), other = json_integer_value(*(json_t *const *)b);
  return (one > other) - (one < other);
}

static json_t *kept(struct replay *replay, framegate_source source, size_t as) {
  struct kept *kept = &replay->sources[as];
  kept->source = source;
  memcpy(kept->people, source.people, source.people_count * sizeof *source.people);
  kept->source.people = kept->people;
  json_t *stays[ROOM], *people = json_array();
  for (size_t i = 0; i < source.people_count; ++i)
    stays[i] = stay(replay, source.people[i]);
  qsort(stays, source.people_count, sizeof *stays, by_number);
  for (size_t i = 0; i < source.people_count; ++i)
    json_array_append_new(people, stays[i]);
  return json_pack("{s:o,s:i,s:I}", "people", people, "kinds", (int)source.kinds, "captured", (json_int_t)source.captured);
}

/* What comes of frames through a door: 0 as they are, 1 copied, 2 in place. */
static json_t *admitted(struct replay *replay, const json_t *step, int door) {
  const json_t *said = get(step, "frames");
  const size_t count = json_array_size(said);
  framegate_frame *frames = hold(count, sizeof *frames);
  framegate_payload_mut *payloads = hold(count, sizeof *payloads), *buffers = hold(count, sizeof *buffers);
  framegate_payload *read = hold(count, sizeof *read);
  framegate_cleared *cleared = hold(count, sizeof *cleared);
  for (size_t i = 0; i < count; ++i) {
    const json_t *one = json_array_get(said, i);
    frames[i] = frame(replay, one);
    payloads[i] = payload(get(one, "payload"));
    read[i] = readable(payloads[i]);
    buffers[i] = buffer(payloads[i], truth(one, "short"));
    cleared[i].size = sizeof *cleared;
    cleared[i].capacity = ROOM;
    cleared[i].room = hold(ROOM, sizeof *cleared[i].room);
  }
  const framegate_tap tap = replay->taps[number(step, "tap")];
  size_t handed_on = 0;
  const framegate_status status = door == 0   ? framegate_tap_admit(tap, frames, read, count, at(step), cleared, &handed_on)
                                  : door == 1 ? framegate_tap_admit_into(tap, frames, read, buffers, count, at(step), cleared, &handed_on)
                                              : framegate_tap_admit_in_place(tap, frames, payloads, count, at(step), cleared, &handed_on);
  if (status != FRAMEGATE_OK)
    return done(status);
  json_t *answers = json_array();
  for (size_t i = 0; i < count; ++i) {
    framegate_tag_fields fields = {.size = sizeof fields};
    if (framegate_tag_get(cleared[i].tag, &fields) != FRAMEGATE_OK)
      must(NULL);
    const json_t *one = json_array_get(said, i);
    json_t *told = judged(cleared[i].verdict, fields.reason);
    json_object_set_new(told, "tag", hex(cleared[i].tag.bytes, sizeof cleared[i].tag.bytes));
    if (cleared[i].verdict != FRAMEGATE_VERDICT_DROPPED)
      json_object_set_new(told, "output", without_gaps(cleared[i].payload, get(one, "payload")));
    else if (door > 0 && !is_zero(door == 1 ? buffers[i] : payloads[i]))
      json_object_set_new(told, "wiped", json_false());
    if (get(one, "as") != NULL && cleared[i].source.size != 0)
      json_object_set_new(told, "source", kept(replay, cleared[i].source, named(one)));
    json_array_append_new(answers, told);
  }
  if (handed_on > 0)
    framegate_tap_end(tap);
  json_t *answer = json_pack("{s:o}", "frames", answers);
  bool request = false;
  if (framegate_tap_keyframe_request(tap, at(step), 0, &request) != FRAMEGATE_OK || request)
    json_object_set_new(answer, "keyframe_request", json_true());
  return answer;
}

static json_t *admit(struct replay *replay, const json_t *step) { return admitted(replay, step, 0); }
static json_t *admit_into(struct replay *replay, const json_t *step) { return admitted(replay, step, 1); }
static json_t *admit_in_place(struct replay *replay, const json_t *step) { return admitted(replay, step, 2); }

static json_t *decide(struct replay *replay, const json_t *step) {
  const json_t *said = get(step, "frames");
  const size_t count = json_array_size(said);
  framegate_frame *frames = hold(count, sizeof *frames);
  framegate_decision *decisions = hold(count, sizeof *decisions);
  for (size_t i = 0; i < count; ++i)
    frames[i] = frame(replay, json_array_get(said, i));
  const framegate_status status = framegate_tap_decide_batch(replay->taps[number(step, "tap")], frames, count, at(step), decisions);
  if (status != FRAMEGATE_OK)
    return done(status);
  json_t *answers = json_array();
  for (size_t i = 0; i < count; ++i) {
    json_t *told = judged(decisions[i].verdict, decisions[i].reason);
    json_object_set_new(told, "purposes", json_integer(decisions[i].purposes));
    json_object_set_new(told, "generation", json_integer(decisions[i].generation));
    json_array_append_new(answers, told);
  }
  return json_pack("{s:o}", "frames", answers);
}

static json_t *meet(struct replay *replay, const json_t *step) {
  const json_t *both = get(step, "sources");
  framegate_participant *room = hold(ROOM, sizeof *room);
  framegate_source met = {.size = sizeof met};
  const framegate_status status =
      framegate_source_meet(&replay->sources[item(both, 0)].source, &replay->sources[item(both, 1)].source, room, ROOM, &met);
  if (status != FRAMEGATE_OK)
    return done(status);
  json_decref(kept(replay, met, named(step)));
  return json_pack("{s:o}", "tag", hex(met.tag.bytes, sizeof met.tag.bytes));
}

/* Seals, and looks whether the seal holds. */
static json_t *seal(struct replay *replay, const json_t *step) {
  const json_t *pieces = get(step, "pieces"), *subjects = get(step, "subjects");
  uint8_t secret[32];
  unhex_into(get(step, "secret"), secret, sizeof secret);
  framegate_tag tag;
  unhex_into(get(step, "tag"), tag.bytes, sizeof tag.bytes);
  framegate_piece *parts = hold(json_array_size(pieces), sizeof *parts);
  for (size_t i = 0; i < json_array_size(pieces); ++i)
    parts[i].data = unhex(json_array_get(pieces, i), &parts[i].length);
  framegate_subject *people = hold(json_array_size(subjects), sizeof *people);
  for (size_t i = 0; i < json_array_size(subjects); ++i) {
    const json_t *who = json_array_get(subjects, i);
    people[i] = (framegate_subject){sizeof *people, (uint32_t)item(who, 1), string(json_array_get(who, 0))};
  }
  const size_t count = json_array_size(subjects);
  framegate_instance instance;
  framegate_tag_fields fields = {.size = sizeof fields};
  framegate_meeting_key meeting = {0};
  framegate_stream_key key = {0};
  framegate_payload_digest digest;
  framegate_seal made;
  bool holds = false;
  framegate_status status = framegate_meeting_instance(replay->meeting, &instance);
  if (status == FRAMEGATE_OK)
    status = framegate_tag_get(tag, &fields);
  if (status == FRAMEGATE_OK)
    status = framegate_meeting_key_open(secret, &instance, &meeting);
  if (status == FRAMEGATE_OK)
    status = framegate_stream_key_open(meeting, fields.stream, &key);
  if (status == FRAMEGATE_OK)
    status = framegate_stream_key_digest(key, format(get(step, "format")), parts, json_array_size(pieces), &digest);
  if (status == FRAMEGATE_OK)
    status = framegate_stream_key_seal(key, tag, people, count, &digest, &made);
  if (status == FRAMEGATE_OK)
    status = framegate_stream_key_verify(key, made, tag, people, count, &digest, &holds);
  framegate_stream_key_close(key);
  framegate_meeting_key_close(meeting);
  if (status != FRAMEGATE_OK || !holds)
    return status == FRAMEGATE_OK ? json_pack("{s:b}", "holds", 0) : done(status);
  return json_pack("{s:o,s:o}", "digest", hex(digest.bytes, sizeof digest.bytes), "seal", hex(made.bytes, sizeof made.bytes));
}

/* Of each object in a list the members of these names, in a list. */
static json_t *picked(const json_t *list, const char *const *names) {
  json_t *all = json_array();
  for (size_t i = 0; i < json_array_size(list); ++i) {
    json_t *one = json_array();
    for (const char *const *name = names; *name != NULL; ++name) {
      const json_t *value = get(json_array_get(list, i), *name);
      json_array_append(one, json_is_object(value) ? get(value, "micros") : (json_t *)value);
    }
    json_array_append_new(all, one);
  }
  return all;
}

static json_t *receipt(struct replay *replay, const json_t *step) {
  framegate_ledger ledger;
  framegate_status status = framegate_ledger_read((const uint8_t *)replay->ledger, replay->ledger_length, NULL, NULL, &ledger, NULL);
  if (status != FRAMEGATE_OK)
    return done(status);
  size_t length = 0;
  status = framegate_ledger_receipt(ledger, text(step, "id"), NULL, 0, &length);
  char *told = hold(length, 1);
  status = framegate_ledger_receipt(ledger, text(step, "id"), told, length, &length);
  framegate_ledger_close(ledger);
  if (status != FRAMEGATE_OK)
    return done(status);
  json_t *whole = must(json_loadb(told, length, 0, NULL));
  json_t *answer = json_pack("{s:o,s:o,s:o}", "agreed",
                             picked(get(whole, "agreed"), (const char *const[]){"entry", "hash", "at", "by", "method", "signed", NULL}), "refused",
                             picked(get(whole, "refused"), (const char *const[]){"entry", "at", "by", "why", NULL}), "withdrawn",
                             picked(get(whole, "withdrawn"), (const char *const[]){"entry", "at", "by", NULL}));
  json_decref(whole);
  return answer;
}

/* ---- Scripts ---- */

static const struct {
  const char *name;
  json_t *(*call)(struct replay *, const json_t *step);
} STEPS[] = {
    {"join", join}, {"leave", leave}, {"show", show}, {"supersede", supersede}, {"grant", grant}, {"withdraw", withdraw},
    {"restrict", restrict_}, {"lift", lift}, {"advance", advance}, {"tick", tick}, {"count", count}, {"third_party", third_party},
    {"stream", stream}, {"outlet", outlet}, {"tap", tap}, {"group", group}, {"meet", meet}, {"decide", decide},
    {"admit", admit}, {"admit_into", admit_into}, {"admit_in_place", admit_in_place}, {"resume", resume}, {"end", end}, {"state", state}, {"seal", seal}, {"receipt", receipt},
};

/* Changes an answer, if it has what is to be changed. */
static void plant(json_t *answer) {
  size_t i;
  json_t *frame;
  json_array_foreach(get(answer, "frames"), i, frame) {
    const char *tag = json_string_value(get(frame, "tag")), *reason = json_string_value(get(frame, "reason"));
    if (tag != NULL && strcmp(fault, "tag") == 0)
      json_object_set_new(frame, "tag", json_sprintf("%.31s%c", tag, tag[31] == '0' ? '1' : '0'));
    if (reason != NULL && strcmp(fault, "reason") == 0)
      json_object_set_new(frame, "reason", json_string(strcmp(reason, "withdrawn") == 0 ? "absent" : "withdrawn"));
  }
}

static bool differ(const char *path, const char *what, size_t number, const json_t *is, const json_t *expected) {
  char *first = json_dumps(is, JSON_COMPACT | JSON_ENCODE_ANY), *second = json_dumps(expected, JSON_COMPACT | JSON_ENCODE_ANY);
  fprintf(stderr, "%s: %s %zu:\n  is       %s\n  expected %s\n", path, what, number, first, second);
  free(first);
  free(second);
  return false;
}

static bool agree_ledger(const struct replay *replay, const json_t *expected, const char *path) {
  size_t length = 0, number;
  json_t *line;
  json_array_foreach(expected, number, line) {
    char *text = json_dumps(line, JSON_COMPACT);
    const size_t size = strlen(must(text));
    const bool is_same = length + size < replay->ledger_length && memcmp(replay->ledger + length, text, size) == 0 && replay->ledger[length + size] == '\n';
    free(text);
    if (!is_same) {
      const char *rest = replay->ledger + length, *end = memchr(rest, '\n', replay->ledger_length - length);
      json_t *is = json_stringn(rest, end == NULL ? 0 : (size_t)(end - rest));
      differ(path, "line", number, is, line);
      json_decref(is);
      return false;
    }
    length += size + 1;
    ++lines_compared;
  }
  if (length != replay->ledger_length)
    fprintf(stderr, "%s: the ledger has more lines than %zu\n", path, number);
  return length == replay->ledger_length;
}

static bool agree(const char *path) {
  json_error_t error;
  json_t *script = json_load_file(path, 0, &error);
  if (script == NULL || number(script, "format") != 1) {
    fprintf(stderr, "%s: %s\n", path, script == NULL ? error.text : "a format that is not known here");
    exit(2);
  }
  static struct replay replay;
  memset(&replay, 0, sizeof replay);
  const json_t *meeting = get(script, "meeting");
  framegate_instance instance;
  unhex_into(get(meeting, "instance"), instance.bytes, sizeof instance.bytes);
  unhex_into(get(meeting, "device"), replay.device, sizeof replay.device);
  const framegate_meeting_options options = {.size = sizeof options, .participants = (uint32_t)number(meeting, "participants"), .id = text(meeting, "id"),
                                             .append = append, .append_user = &replay, .device_secret = replay.device, .instance = &instance,
                                             .started = (uint64_t)number(meeting, "started")};
  if (framegate_meeting_open(&options, &replay.meeting) != FRAMEGATE_OK)
    must(NULL);
  bool agrees = true;
  size_t number;
  json_t *step;
  json_array_foreach(get(script, "steps"), number, step) {
    size_t known = 0;
    while (known < sizeof STEPS / sizeof *STEPS && !is(text(step, "step"), STEPS[known].name))
      ++known;
    if (known == sizeof STEPS / sizeof *STEPS) {
      fprintf(stderr, "%s: a step that is not known here: %s\n", path, json_string_value(get(step, "step")));
      exit(2);
    }
    if (strcmp(fault, "withdrawal") == 0 && STEPS[known].call == withdraw)
      continue;
    json_t *answer = must(STEPS[known].call(&replay, step)), *nothing = json_object();
    const json_t *expected = get(step, "expect") == NULL ? nothing : get(step, "expect");
    plant(answer);
    if (!json_equal(answer, expected))
      agrees = differ(path, STEPS[known].name, number, answer, expected);
    json_decref(answer);
    json_decref(nothing);
    release_held();
    ++steps_compared;
    frames_compared += (long)json_array_size(get(step, "frames"));
    if (!agrees)
      break;
  }
  if (strcmp(fault, "ledger") == 0)
    replay.ledger[replay.ledger_length / 2] ^= 1;
  agrees = agrees && agree_ledger(&replay, get(script, "ledger"), path);
  for (int i = 0; i < MOST; ++i) {
    if (replay.taps[i].handle != 0)
      framegate_tap_close(replay.taps[i]);
    if (replay.groups[i].handle != 0)
      framegate_group_close(replay.groups[i]);
  }
  framegate_meeting_close(replay.meeting);
  free(replay.ledger);
  json_decref(script);
  return agrees;
}

int main(int argc, char **argv) {
  int first = 1, different = 0;
  if (argc > 2 && strcmp(argv[1], "--fault") == 0) {
    fault = argv[2];
    first = 3;
  }
  for (int i = first; i < argc; ++i)
    different += !agree(argv[i]);
  printf("C: %d scripts, %ld steps, %ld frames, %ld lines of ledgers compared; %d scripts differ\n", argc - first, steps_compared, frames_compared,
         lines_compared, different);
  return different > 0 || steps_compared == 0 || frames_compared == 0 || lines_compared == 0;
}
