/* Every function, as it is meant to be called: C11, and C++17 too. `functions LEDGER` writes a ledger there. */

#include "check.h"
#include "known.h"

enum { SECOND = 1000000 };

/* 2025-01-02T12:00:00Z, later than which the system's clock is by more than 49.7 days. */
static const uint64_t STARTED = 1735819200000000;

static const uint8_t SECRET[32] = {9};
/* What nobody has set. */
static const uint8_t FORGOTTEN[32] = {0};

struct told {
  int events;
  int withdrawals;
  framegate_meeting meeting;
};

/* An event may call the library. */
static void on_event(void *user, const char *line, size_t length) {
  struct told *told = (struct told *)user;
  uint64_t generation = 0;
  CHECK(length > 2 && line[0] == '{' && line[length - 1] == '}');
  told->events += 1;
  if (told->meeting.handle != 0) {
    OK(framegate_meeting_generation(told->meeting, &generation));
    CHECK(generation >= (uint64_t)told->events);
  }
  for (size_t at = 0; at + 8 <= length; at++) {
    told->withdrawals += memcmp(line + at, "withdrew", 8) == 0;
  }
}

struct kept {
  uint8_t bytes[1 << 16];
  size_t length;
  int fails;
  framegate_meeting meeting;
};

/* A store may not. */
static int32_t on_append(void *user, const uint8_t *lines, size_t length, int32_t durable) {
  struct kept *kept = (struct kept *)user;
  CHECK(durable == 0 || durable == 1);
  if (kept->meeting.handle != 0) {
    IS(framegate_meeting_tick(kept->meeting, 0), FRAMEGATE_ERROR_BUSY);
  }
  if (kept->fails || kept->length + length > sizeof kept->bytes) {
    return 1;
  }
  memcpy(kept->bytes + kept->length, lines, length);
  kept->length += length;
  return 0;
}

static int contains(const char *text, size_t length, const char *part) {
  const size_t long_ = strlen(part);
  for (size_t at = 0; at + long_ <= length; at++) {
    if (memcmp(text + at, part, long_) == 0) {
      return 1;
    }
  }
  return 0;
}

static void names(void) {
  framegate_string name = framegate_kind_name(FRAMEGATE_KIND_WHITEBOARD);
  CHECK(name.length == 10 && memcmp(name.data, "whiteboard", 10) == 0);
  name = framegate_reason_name(FRAMEGATE_REASON_CAPTURED_EARLIER);
  CHECK(name.length == 16 && memcmp(name.data, "captured earlier", 16) == 0);
  name = framegate_fault_name(FRAMEGATE_FAULT_EMPTY);
  CHECK(name.length == 13 && memcmp(name.data, "empty payload", 13) == 0);
  name = framegate_fault_remedy(FRAMEGATE_FAULT_EMPTY);
  CHECK(name.length == 35 && memcmp(name.data, "do not offer frames without content", 35) == 0);
  CHECK(framegate_fault_name(FRAMEGATE_FAULT_NONE).length == 7 && framegate_fault_remedy(999).length == 7);
  name = framegate_kind_name(17);
  CHECK(name.length == 7 && memcmp(name.data, "unknown", 7) == 0);
  CHECK(framegate_kind_name(0).length == 7 && framegate_kind_name(FRAMEGATE_KIND_UNCLASSIFIED).length == 12);
  CHECK(framegate_version_string().length > 4);
  CHECK(framegate_error_message(FRAMEGATE_ERROR_HANDLE).length > 10);
  CHECK(framegate_error_message(12345).length > 3);
  IS(framegate_abi_version(), FRAMEGATE_ABI_VERSION);
}

/* One microphone into one recorder, as the README tells it. */
static void one_frame(void) {
  framegate_meeting_options options = options_of("standup");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_digest notice = shown(meeting, "We record what you say.");
  const framegate_participant who = joined(meeting, "ann", "", NULL, 0);
  const framegate_scope scope = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD);
  const framegate_tap tap = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_PCM_S16),
                                   outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  uint8_t samples[640];
  memset(samples, 1, sizeof samples);
  framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 1 * SECOND);
  framegate_payload payload = bytes_of(samples, sizeof samples);
  framegate_cleared cleared = cleared_of();

  HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, frame.captured, &cleared, &handed_on), 0);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_DROPPED && cleared.payload.plane[0].data == NULL && cleared.hidden == UINT64_MAX);
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(cleared.tag, &fields));
  CHECK(fields.verdict == FRAMEGATE_VERDICT_DROPPED && fields.reason == FRAMEGATE_REASON_NOT_GRANTED && fields.purposes == 0);
  IS(framegate_tap_end(tap), FRAMEGATE_ERROR_NOT_RELEASING);

  framegate_grant grant = grant_of(notice, scope);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, &grant, 2 * SECOND));
  frame.captured = 3 * SECOND;
  HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, 3 * SECOND + 20000, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_WHOLE && cleared.hidden == 0);
  CHECK(cleared.payload.planes == 0 && cleared.payload.plane[0].data == samples && cleared.payload.plane[0].length == sizeof samples);
  OK(framegate_tag_get(cleared.tag, &fields));
  CHECK(fields.verdict == FRAMEGATE_VERDICT_WHOLE && fields.reason == FRAMEGATE_REASON_NONE && fields.purposes == FRAMEGATE_PURPOSE_RECORD);
  CHECK(fields.kind == FRAMEGATE_KIND_AUDIO && fields.stream == 0 && fields.captured == frame.captured && fields.generation > 0);

  /* Decisions about many frames are those about each, whatever comes before it: here also one captured when the consent began, one before,
   * and two with what no frame has. */
  framegate_frame many[6] = {frame, frame, frame, frame, frame, frame};
  const uint32_t reasons[6] = {FRAMEGATE_REASON_NONE,      FRAMEGATE_REASON_NONE,      FRAMEGATE_REASON_NOT_GRANTED,
                               FRAMEGATE_REASON_MALFORMED, FRAMEGATE_REASON_MALFORMED, FRAMEGATE_REASON_NONE};
  framegate_decision decided[6], alone;
  many[1].captured = 2 * SECOND;
  many[2].captured = 2 * SECOND - 1;
  many[3].keyframe = FRAMEGATE_KEYFRAME_NO + 1;
  many[4].reserved = 1;
  OK(framegate_tap_decide_batch(tap, many, 6, 3 * SECOND + 20000, decided));
  for (int at = 0; at < 6; at++) {
    const bool is_whole = reasons[at] == FRAMEGATE_REASON_NONE;
    CHECK(decided[at].verdict == (is_whole ? FRAMEGATE_VERDICT_WHOLE : FRAMEGATE_VERDICT_DROPPED) && decided[at].reason == reasons[at]);
    CHECK(decided[at].purposes == (is_whole ? FRAMEGATE_PURPOSE_RECORD : 0) && decided[at].generation == fields.generation);
    OK(framegate_tap_decide_batch(tap, &many[at], 1, 3 * SECOND + 20000, &alone));
    CHECK(memcmp(&alone, &decided[at], sizeof alone) == 0);
    if (reasons[at] == FRAMEGATE_REASON_MALFORMED) continue;
    OK(framegate_tap_decide(tap, many[at].captured, 3 * SECOND + 20000, &alone));
    CHECK(memcmp(&alone, &decided[at], sizeof alone) == 0);
  }

  /* While the release is under way, the tap releases nothing else, and no withdrawal settles. */
  NOT_HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, 3 * SECOND + 20000, &cleared, &handed_on), FRAMEGATE_ERROR_RELEASING);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_DROPPED && cleared.payload.plane[0].data == NULL);
  framegate_settling settling;
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, scope, 4 * SECOND, &settling));
  TRUTH(framegate_settling_is_settled(settling, &truth), 0);
  TRUTH(framegate_settling_wait(settling, 2, &truth), 0);
  framegate_tap_release release[2];
  size_t count = 0;
  IS(framegate_settling_taps(settling, release, 0, &count), FRAMEGATE_ERROR_SHORT_BUFFER);
  IS(count, 1);
  OK(framegate_settling_taps(settling, release, 2, &count));
  CHECK(release[0].tap == 0 && release[0].stream == 0 && release[0].outlet == 0 && release[0].releasing == 1 && release[0].closed == 0);
  CHECK(release[0].released == 1 && release[0].last == 3 * SECOND);
  TRUTH(framegate_meeting_settled(meeting, settling, 4 * SECOND, &truth), 0);
  OK(framegate_tap_end(tap));
  TRUTH(framegate_settling_wait(settling, 1000, &truth), 1);
  TRUTH(framegate_meeting_settled(meeting, settling, 5 * SECOND, &truth), 1);
  const framegate_meeting_options another = options_of("another");
  framegate_meeting elsewhere;
  OK(framegate_meeting_open(&another, &elsewhere));
  NO_TRUTH(framegate_meeting_settled(elsewhere, settling, 5 * SECOND, &truth), FRAMEGATE_ERROR_FOREIGN);
  OK(framegate_meeting_close(elsewhere));
  OK(framegate_settling_close(settling));
  NO_TRUTH(framegate_settling_is_settled(settling, &truth), FRAMEGATE_ERROR_HANDLE);
  HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, 5 * SECOND, &cleared, &handed_on), 0);

  framegate_counters counters[2];
  counters[0].size = (uint32_t)sizeof counters[0];
  OK(framegate_tap_counters(tap, &counters[0]));
  CHECK(counters[0].seen == 3 && counters[0].whole == 1 && counters[0].dropped == 2 && counters[0].blanked == 0);
  OK(framegate_meeting_counters(meeting, counters, 2, &count));
  CHECK(count == 1 && counters[0].seen == 3 && counters[0].stream == 0 && counters[0].outlet == 0);
  OK(framegate_meeting_count(meeting, 6 * SECOND));
  OK(framegate_tap_close(tap));
  IS(framegate_tap_close(tap), FRAMEGATE_ERROR_HANDLE);
  NOT_HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, 5 * SECOND, &cleared, &handed_on), FRAMEGATE_ERROR_HANDLE);
  OK(framegate_meeting_close(meeting));
  IS(framegate_meeting_close(meeting), FRAMEGATE_ERROR_HANDLE);
}

/* Why something derived from a source is withheld; 0 if it is not. */
static uint32_t withheld_for(framegate_tap captions, const framegate_source *source) {
  framegate_frame caption = frame_of(FRAMEGATE_CONTRIBUTORS_SOURCES, 0);
  caption.sources = source;
  caption.source_count = 1;
  const framegate_payload payload = bytes_of("a tile", 6);
  framegate_cleared cleared = cleared_of();
  framegate_decision decision;
  framegate_tag_fields fields;
  size_t handed_on;
  OK(framegate_tap_decide_batch(captions, &caption, 1, 2 * SECOND, &decision));
  OK(framegate_tap_admit(captions, &caption, &payload, 1, 2 * SECOND, &cleared, &handed_on));
  if (handed_on > 0) OK(framegate_tap_end(captions));
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(cleared.tag, &fields));
  CHECK((decision.purposes == 0) == (handed_on == 0));
  return handed_on == 0 ? fields.reason : 0;
}

/* A source comes out of a release, or of joining such, alone (R8). */
static void sources(framegate_tap captions, framegate_source tile, framegate_source caption, framegate_participant other) {
  framegate_participant people[2] = {tile.people[0], other}, room[4];
  framegate_source met, changed = tile, *const odd = (framegate_source *)(void *)((char *)&met + 1);
  framegate_tag tag;
  IS(withheld_for(captions, &tile), FRAMEGATE_REASON_NONE);
  /* Kept, and its people with it. */
  tile.people = people;
  IS(withheld_for(captions, &tile), FRAMEGATE_REASON_NONE);

#define NO_SOURCE(change)                                                             \
  do {                                                                                \
    changed = tile;                                                                   \
    change;                                                                           \
    IS(withheld_for(captions, &changed), FRAMEGATE_REASON_MALFORMED);                 \
    met.size = (uint32_t)sizeof met;                                                  \
    IS(framegate_source_meet(&changed, &tile, room, 4, &met), FRAMEGATE_ERROR_NO_SOURCE); \
    IS(framegate_source_meet(&tile, &changed, room, 4, &met), FRAMEGATE_ERROR_NO_SOURCE); \
    CHECK(met.people == NULL && met.people_count == 0);                               \
  } while (0)
  for (unsigned bit = 0; bit < 128; bit++) NO_SOURCE(changed.tag.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8));
  for (unsigned bit = 0; bit < 128; bit++) NO_SOURCE(changed.proof[bit / 8] ^= (uint8_t)(1u << bit % 8));
  for (unsigned bit = 0; bit < 32; bit++) NO_SOURCE(changed.kinds ^= UINT32_C(1) << bit);
  for (unsigned bit = 0; bit < 63; bit++) NO_SOURCE(changed.captured ^= INT64_C(1) << bit);
  NO_SOURCE(changed.captured = -1);
  NO_SOURCE(changed.captured = FRAMEGATE_NO_TIME);
  NO_SOURCE(changed.people_count = 0);
  NO_SOURCE(changed.people_count = 2);
  NO_SOURCE(changed.people = &people[1]);
  NO_SOURCE(changed.tag = caption.tag);
  NO_SOURCE(memcpy(changed.proof, caption.proof, sizeof changed.proof));
  /* Made up, with all that the tag of a packet and a list of people tell. */
  NO_SOURCE(memset(changed.proof, 0, sizeof changed.proof); OK(framegate_tag_read(tile.tag.bytes, 16, &changed.tag)));
  /* More people than can be is no matter of its proof. */
  changed = tile;
  changed.people_count = 65536;
  IS(withheld_for(captions, &changed), FRAMEGATE_REASON_MALFORMED);

  met.size = (uint32_t)sizeof met;
  OK(framegate_source_meet(&tile, &caption, room, 1, &met));
  OK(framegate_tag_meet(tile.tag, caption.tag, &tag));
  CHECK(met.size == sizeof met && met.people == room && met.people_count == 1 && memcmp(room, people, sizeof *room) == 0);
  CHECK(memcmp(&met.tag, &tag, sizeof tag) == 0 && met.kinds == (tile.kinds | caption.kinds) && met.captured == tile.captured);
  IS(withheld_for(captions, &met), FRAMEGATE_REASON_NONE);
  IS(framegate_source_meet(&tile, &caption, NULL, 0, &met), FRAMEGATE_ERROR_SHORT_BUFFER);
  CHECK(met.people_count == 2 && met.people == NULL);
  IS(withheld_for(captions, &met), FRAMEGATE_REASON_MALFORMED);
  IS(framegate_source_meet(NULL, &tile, room, 4, &met), FRAMEGATE_ERROR_NULL);
  IS(framegate_source_meet(&tile, NULL, room, 4, &met), FRAMEGATE_ERROR_NULL);
  IS(framegate_source_meet(&tile, &tile, NULL, 4, &met), FRAMEGATE_ERROR_NULL);
  IS(framegate_source_meet(&tile, &tile, room, 4, NULL), FRAMEGATE_ERROR_NULL);
  IS(framegate_source_meet(odd, &tile, room, 4, &changed), FRAMEGATE_ERROR_MISALIGNED);
  IS(framegate_source_meet(&tile, &tile, room, SIZE_MAX, &changed), FRAMEGATE_ERROR_LENGTH);
  changed = tile;
  changed.size -= 1;
  IS(framegate_source_meet(&changed, &tile, room, 4, &met), FRAMEGATE_ERROR_SIZE);
  changed = tile;
  changed.people_count = 65536;
  IS(framegate_source_meet(&tile, &changed, room, 4, &met), FRAMEGATE_ERROR_LENGTH);
  met.size = 0;
  IS(framegate_source_meet(&tile, &tile, room, 4, &met), FRAMEGATE_ERROR_SIZE);
}

/* Pictures, parts, batches, groups, what is derived, records. */
static void content(void) {
  framegate_meeting_options options = options_of("content");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_digest notice = shown(meeting, "We record, and we train.");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  const framegate_participant ben = joined(meeting, "ben", "", NULL, 0);
  const framegate_scope all = scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD | FRAMEGATE_PURPOSE_TRAIN);
  framegate_grant grant = grant_of(notice, all);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0));
  const framegate_outlet_options recorder = outlet_of(FRAMEGATE_PURPOSE_RECORD, FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO), "recorder");

  /* A gallery of two tiles: one agrees, one does not. */
  const framegate_tap gallery =
      tap_of(meeting, stream_of(FRAMEGATE_STREAM_COMPOSITE, ann, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_I420), recorder);
  uint8_t picture[4 * 2 + 2 + 2], copy[sizeof picture];
  memset(picture, 200, sizeof picture);
  const framegate_participant both[2] = {ann, ben};
  framegate_region tiles[2] = {region_of(ann, FRAMEGATE_AREA_RECTANGLE), region_of(ben, FRAMEGATE_AREA_RECTANGLE)};
  for (int at = 0; at < 2; at++) {
    tiles[at].x = 2 * (uint32_t)at;
    tiles[at].width = tiles[at].height = 2;
  }
  framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE, SECOND);
  frame.people = both;
  frame.people_count = 2;
  frame.regions = tiles;
  frame.region_count = 2;
  framegate_payload payload = bytes_of(picture, 8);
  framegate_payload_mut buffer = bytes_in(copy, 8);
  payload.planes = buffer.planes = 3;
  payload.plane[0].stride = buffer.plane[0].stride = 4;
  for (int at = 1; at < 3; at++) {
    payload.plane[at].data = picture + 6 + 2 * at;
    buffer.plane[at].data = copy + 6 + 2 * at;
    payload.plane[at].length = buffer.plane[at].length = 2;
    payload.plane[at].stride = buffer.plane[at].stride = 2;
  }
  framegate_participant room[4];
  framegate_cleared cleared = cleared_of();
  cleared.room = room;
  cleared.capacity = 4;
  HANDED_ON(framegate_tap_admit(gallery, &frame, &payload, 1, SECOND, &cleared, &handed_on), 0);
  HANDED_ON(framegate_tap_admit_into(gallery, &frame, &payload, &buffer, 1, SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_REDACTED && cleared.hidden == 2 && cleared.payload.planes == 3);
  CHECK(cleared.payload.plane[0].data == copy && copy[0] == 200 && copy[2] == 16 && copy[7] == 16 && picture[2] == 200);
  CHECK(cleared.source.size == sizeof cleared.source && cleared.source.people == room && cleared.source.people_count == 1);
  CHECK(memcmp(&room[0], &ann, sizeof ann) == 0 && cleared.source.kinds == FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO));
  framegate_source tile = cleared.source;
  const framegate_participant in_tile = room[0];
  tile.people = &in_tile;
  OK(framegate_tap_end(gallery));
  HANDED_ON(framegate_tap_admit_in_place(gallery, &frame, &buffer, 1, SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_REDACTED);
  OK(framegate_tap_end(gallery));
  frame.region_count = 0;
  HANDED_ON(framegate_tap_admit_in_place(gallery, &frame, &buffer, 1, SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_BLANKED && copy[0] == 16 && copy[8] == 128 && cleared.source.size == 0);
  OK(framegate_tap_end(gallery));

  /* What is derived from the tile that was left. */
  const framegate_tap captions = tap_of(meeting, stream_of(FRAMEGATE_STREAM_DERIVED, ann, FRAMEGATE_KIND_CAPTION, FRAMEGATE_FORMAT_UTF8), recorder);
  framegate_frame caption = frame_of(FRAMEGATE_CONTRIBUTORS_SOURCES, 0);
  caption.sources = &tile;
  caption.source_count = 1;
  payload = bytes_of("a tile", 6);
  HANDED_ON(framegate_tap_admit(captions, &caption, &payload, 1, 2 * SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_REDACTED);
  const framegate_tag derived = cleared.tag;
  OK(framegate_tap_end(captions));
  sources(captions, tile, cleared.source, ben);

  /* A mix, its people by list, group and CSRCs; many frames at once. */
  const framegate_tap mix = tap_of(meeting, stream_of(FRAMEGATE_STREAM_MIX, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE), recorder);
  framegate_group group;
  OK(framegate_group_open(meeting, &ann, 1, &group));
  framegate_frame frames[4];
  for (uint32_t at = 0; at < 4; at++) {
    frames[at] = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE + at, SECOND + at);
    frames[at].people = &ann;
    frames[at].people_count = frames[at].contributors != FRAMEGATE_CONTRIBUTORS_GROUP;
    frames[at].group = group;
  }
  framegate_payload payloads[4] = {payload, payload, payload, payload};
  framegate_cleared all_cleared[4] = {cleared_of(), cleared_of(), cleared_of(), cleared_of()};
  HANDED_ON(framegate_tap_admit(mix, frames, payloads, 4, 3 * SECOND, all_cleared, &handed_on), 3);
  for (int at = 0; at < 4; at++) {
    /* The third says that it is partial. */
    CHECK(all_cleared[at].verdict == (at == 2 ? FRAMEGATE_VERDICT_DROPPED : FRAMEGATE_VERDICT_WHOLE));
  }
  const framegate_tag single = all_cleared[0].tag;
  OK(framegate_tap_end(mix));

  /* Encoded frames one by one where the outlet blanks, as a blank one is the gate's own. */
  const framegate_tap opus = tap_of(meeting, stream_of(FRAMEGATE_STREAM_MIX, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPUS),
                                    outlet_of(FRAMEGATE_PURPOSE_RECORD, FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), "blanking"));
  const uint8_t packet[] = {0x78, 0x10, 0x20, 0x30};
  const uint8_t silence[] = {0xF8, 0xFF, 0xFE};
  const framegate_payload packets[2] = {bytes_of(packet, sizeof packet), bytes_of(packet, sizeof packet)};
  NOT_HANDED_ON(framegate_tap_admit(opus, frames, packets, 2, 3 * SECOND, all_cleared, &handed_on), FRAMEGATE_ERROR_LENGTH);
  HANDED_ON(framegate_tap_admit(opus, &frames[0], packets, 1, 3 * SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_WHOLE && cleared.payload.plane[0].data == packet);
  OK(framegate_tap_end(opus));
  HANDED_ON(framegate_tap_admit(opus, &frames[2], packets, 1, 3 * SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_BLANKED && cleared.payload.plane[0].length == sizeof silence);
  CHECK(memcmp(cleared.payload.plane[0].data, silence, sizeof silence) == 0);
  OK(framegate_tap_end(opus));
  framegate_decision decisions[4], closed;
  OK(framegate_tap_decide_batch(mix, frames, 4, 3 * SECOND, decisions));
  OK(framegate_group_close(group));
  IS(framegate_group_close(group), FRAMEGATE_ERROR_HANDLE);
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  CHECK(decisions[1].verdict == FRAMEGATE_VERDICT_WHOLE && decisions[1].purposes == (FRAMEGATE_PURPOSE_RECORD | FRAMEGATE_PURPOSE_TRAIN));
  CHECK(decisions[1].reason == FRAMEGATE_REASON_NONE && decisions[1].reserved == 0 && decisions[1].generation > 0);
  OK(framegate_tap_decide_batch(mix, &frames[1], 1, 3 * SECOND, &closed));
  CHECK(closed.verdict == FRAMEGATE_VERDICT_DROPPED && closed.purposes == 0 && closed.reason == FRAMEGATE_REASON_UNKNOWN);

  /* Tags are read, joined and written by their bytes. */
  framegate_tag read;
  OK(framegate_tag_read(derived.bytes, 16, &read));
  IS(framegate_tag_read(derived.bytes, 15, &read), FRAMEGATE_ERROR_LENGTH);
  framegate_tag met;
  OK(framegate_tag_meet(single, derived, &met));
  OK(framegate_tag_get(met, &fields));
  CHECK(fields.verdict == FRAMEGATE_VERDICT_REDACTED && fields.kind == FRAMEGATE_NO_KIND && fields.stream == UINT16_MAX);
  OK(framegate_tag_meet_across_meetings(single, single, &met));
  OK(framegate_tag_get(met, &fields));
  CHECK(fields.captured == 0 && fields.stream == UINT16_MAX);
  const framegate_tag none = {{0}};
  IS(framegate_tag_meet(single, none, &met), FRAMEGATE_ERROR_TAG_VERSION);
  CHECK(memcmp(&met, &none, sizeof none) == 0);
  IS(framegate_tag_get(none, &fields), FRAMEGATE_ERROR_TAG_VERSION);
  CHECK(fields.verdict == FRAMEGATE_VERDICT_DROPPED && fields.purposes == 0);

  /* A headset of its owner alone: what names anybody else is malformed. */
  const framegate_tap headset = tap_of(meeting, stream_of(FRAMEGATE_STREAM_ALONE, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE), recorder);
  uint32_t named = 7;
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 3 * SECOND);
  payload = bytes_of("a voice", 7);
  HANDED_ON(framegate_tap_admit(headset, &frame, &payload, 1, 3 * SECOND, &cleared, &handed_on), 1);
  OK(framegate_tap_end(headset));
  OK(framegate_tap_last_fault(headset, &named));
  CHECK(named == FRAMEGATE_FAULT_NONE);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE, 3 * SECOND);
  frame.people = both;
  frame.people_count = 2;
  HANDED_ON(framegate_tap_admit(headset, &frame, &payload, 1, 3 * SECOND, &cleared, &handed_on), 0);
  OK(framegate_tap_last_fault(headset, &named));
  CHECK(named == FRAMEGATE_FAULT_OTHERS_NAMED);
  CHECK(framegate_fault_name(named).length == strlen("others named") && framegate_fault_remedy(named).length > 0);
  /* A closed tap's counts are its last. */
  framegate_settling settling;
  framegate_tap_release releases[8];
  size_t listed = 0;
  OK(framegate_tap_close(headset));
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, scope_of(0xFFFF, FRAMEGATE_PURPOSE_TRAIN), 3 * SECOND, &settling));
  OK(framegate_settling_taps(settling, releases, 8, &listed));
  for (size_t at = 0; at < listed; at++) CHECK(at == 0 || releases[at - 1].tap < releases[at].tap);
  OK(framegate_settling_close(settling));

  /* Service data, so many bits a minute. */
  framegate_field field;
  memset(&field, 0, sizeof field);
  field.size = (uint32_t)sizeof field;
  field.name = string_of("lost");
  field.unit = string_of("packets");
  field.maximum = 255;
  framegate_stream_options records = stream_of(FRAMEGATE_STREAM_RECORDS, ann, FRAMEGATE_KIND_TELEMETRY, 0);
  records.fields = &field;
  records.field_count = 1;
  records.bits_per_minute = 16;
  const framegate_tap telemetry = tap_of(meeting, records, recorder);
  const uint8_t record[8] = {7};
  payload = bytes_of(record, 8);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 3 * SECOND);
  for (int at = 0; at < 3; at++) {
    HANDED_ON(framegate_tap_admit(telemetry, &frame, &payload, 1, 3 * SECOND, &cleared, &handed_on), at < 2);
    IS(framegate_tap_end(telemetry), at < 2 ? FRAMEGATE_OK : FRAMEGATE_ERROR_NOT_RELEASING);
  }

  /* A tap with a release under way is closed: it ends. Taps outlive their meeting, closed. */
  payload = bytes_of("x", 1);
  HANDED_ON(framegate_tap_admit(mix, frames, &payload, 1, 4 * SECOND, &cleared, &handed_on), 1);
  OK(framegate_meeting_end(meeting, &settling));
  TRUTH(framegate_settling_is_settled(settling, &truth), 0);
  OK(framegate_tap_close(mix));
  TRUTH(framegate_settling_is_settled(settling, &truth), 1);
  OK(framegate_settling_close(settling));
  OK(framegate_meeting_close(meeting));
  HANDED_ON(framegate_tap_admit(captions, &caption, &payload, 1, 5 * SECOND, &cleared, &handed_on), 0);
  OK(framegate_tag_get(cleared.tag, &fields));
  CHECK(fields.reason == FRAMEGATE_REASON_ENDED);
  OK(framegate_tap_close(captions));
  OK(framegate_tap_close(gallery));
  OK(framegate_tap_close(telemetry));
}

/* Streams of every format. */
static void formats(void) {
  framegate_meeting_options options = options_of("formats");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  framegate_stream stream;
  int opened = 0;
  for (uint32_t format = 0; format < 64; format++) {
    framegate_stream_options of = stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_FILE, format);
    const framegate_status status = framegate_stream_open(meeting, &of, &stream);
    CHECK(status == FRAMEGATE_OK || status == FRAMEGATE_ERROR_NUMBER);
    opened += status == FRAMEGATE_OK;
  }
  IS(opened, 6 + 3 + 12);
  for (uint32_t format = 64; format < 96; format++) {
    framegate_stream_options of = stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_FILE, format);
    opened += framegate_stream_open(meeting, &of, &stream) == FRAMEGATE_OK;
  }
  IS(opened, 6 + 3 + 12 + 9);

  framegate_stream_options of = stream_of(FRAMEGATE_STREAM_MIX, ann, FRAMEGATE_KIND_NOTE, FRAMEGATE_FORMAT_JSON);
  const framegate_string key = string_of("type");
  of.structural_keys = &key;
  of.structural_key_count = 1;
  OK(framegate_stream_open(meeting, &of, &stream));
  of.format = FRAMEGATE_FORMAT_UTF8;
  IS(framegate_stream_open(meeting, &of, &stream), FRAMEGATE_ERROR_FORMAT);
  /* Parameter sets of H.264 apart: behind start codes, and in a record. */
  const uint8_t sets[] = {0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xF4, 0x0A, 0x02, 0xFC, 0x80, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80};
  const uint8_t record[] = {1, 0x42, 0xC0, 0x1F, 0xFF, 0xE1, 0, 9, 0x67, 0x42, 0xC0, 0x1F, 0xF4, 0x0A, 0x02, 0xFC, 0x80, 1, 0, 4, 0x68, 0xCE, 0x3C, 0x80};
  of = stream_of(FRAMEGATE_STREAM_MIX, ann, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_H264);
  of.decoder_config = sets;
  of.decoder_config_length = sizeof sets;
  OK(framegate_stream_open(meeting, &of, &stream));
  of.decoder_config = record;
  of.decoder_config_length = sizeof record;
  OK(framegate_stream_open(meeting, &of, &stream));
  of.decoder_config_length--;
  IS(framegate_stream_open(meeting, &of, &stream), FRAMEGATE_ERROR_FORMAT);
  of.decoder_config = NULL;
  IS(framegate_stream_open(meeting, &of, &stream), FRAMEGATE_ERROR_NULL);
  /* AAC-LC in stereo at 48 kHz, raw; and HE-AAC. */
  const uint8_t lc[] = {0x11, 0x90}, he[] = {0x29, 0x90};
  of = stream_of(FRAMEGATE_STREAM_MIX, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_AAC);
  of.decoder_config = lc;
  of.decoder_config_length = sizeof lc;
  OK(framegate_stream_open(meeting, &of, &stream));
  of.decoder_config = he;
  IS(framegate_stream_open(meeting, &of, &stream), FRAMEGATE_ERROR_FORMAT);
  of = stream_of(FRAMEGATE_STREAM_MIX, ann, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_NV12);
  of.full_range = 1;
  OK(framegate_stream_open(meeting, &of, &stream));
  of.full_range = 2;
  IS(framegate_stream_open(meeting, &of, &stream), FRAMEGATE_ERROR_NUMBER);

  /* A stream of VP8 begins with a keyframe, if its client says nothing else. */
  const framegate_digest first = shown(meeting, "0");
  framegate_grant video = grant_of(first, scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO) | FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &video, 0));
  const framegate_tap camera = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_VP8),
                                      outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "camera"));
  const uint8_t vp8[16] = {0xd0, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  framegate_payload key_payload = bytes_of(vp8, sizeof vp8);
  framegate_frame key_frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, SECOND);
  framegate_cleared key_cleared = cleared_of();
  framegate_tag_fields key_fields;
  key_fields.size = (uint32_t)sizeof key_fields;
  key_frame.keyframe = FRAMEGATE_KEYFRAME_NO;
  HANDED_ON(framegate_tap_admit(camera, &key_frame, &key_payload, 1, SECOND, &key_cleared, &handed_on), 0);
  OK(framegate_tag_get(key_cleared.tag, &key_fields));
  IS(key_fields.reason, FRAMEGATE_REASON_AWAITS_KEYFRAME);
  uint32_t told = 9;
  OK(framegate_tap_last_fault(camera, &told));
  IS(told, FRAMEGATE_FAULT_DENIED_KEYFRAME);
  OK(framegate_tap_can_blank(camera, &told));
  IS(told, FRAMEGATE_CAN_BLANK_NO);
  /* Once, and again when so long has passed. */
  TRUTH(framegate_tap_keyframe_request(camera, SECOND, 500, &truth), 1);
  TRUTH(framegate_tap_keyframe_request(camera, SECOND, 500, &truth), 0);
  TRUTH(framegate_tap_keyframe_request(camera, SECOND + 499999, 500, &truth), 0);
  TRUTH(framegate_tap_keyframe_request(camera, -1, 0, &truth), 0);
  TRUTH(framegate_tap_keyframe_request(camera, SECOND + 500000, 500, &truth), 1);
  TRUTH(framegate_tap_keyframe_request(camera, SECOND, 0, &truth), 0);
  key_frame.keyframe = 3;
  HANDED_ON(framegate_tap_admit(camera, &key_frame, &key_payload, 1, SECOND, &key_cleared, &handed_on), 0);
  OK(framegate_tag_get(key_cleared.tag, &key_fields));
  IS(key_fields.reason, FRAMEGATE_REASON_MALFORMED);
  OK(framegate_tap_last_fault(camera, &told));
  IS(told, FRAMEGATE_FAULT_STRUCT);
  key_frame.keyframe = FRAMEGATE_KEYFRAME_YES;
  HANDED_ON(framegate_tap_admit(camera, &key_frame, &key_payload, 1, SECOND, &key_cleared, &handed_on), 1);
  TRUTH(framegate_tap_keyframe_request(camera, SECOND, 0, &truth), 0);
  OK(framegate_tap_end(camera));
  framegate_reason_count reasons[4];
  size_t reason_count = 9;
  OK(framegate_tap_reasons(camera, reasons, 4, &reason_count));
  CHECK(reason_count == 3 && reasons[0].verdict == FRAMEGATE_VERDICT_WHOLE && reasons[0].reason == FRAMEGATE_REASON_NONE && reasons[0].count == 1);
  CHECK(reasons[1].verdict == FRAMEGATE_VERDICT_DROPPED && reasons[1].reason == FRAMEGATE_REASON_MALFORMED && reasons[1].count == 1);
  CHECK(reasons[2].verdict == FRAMEGATE_VERDICT_DROPPED && reasons[2].reason == FRAMEGATE_REASON_AWAITS_KEYFRAME && reasons[2].count == 1);
  IS(framegate_tap_reasons(camera, reasons, 2, &reason_count), FRAMEGATE_ERROR_SHORT_BUFFER);
  CHECK(reason_count == 3);
  /* What is refused is withheld, and so is what may depend on it. */
  const uint8_t inner[6] = {0x51, 0x00, 0x00, 0x01, 0x02, 0x03};
  const framegate_payload inner_payload = bytes_of(inner, sizeof inner);
  const framegate_tap elsewhere = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_VP8),
                                         outlet_of(FRAMEGATE_PURPOSE_RECORD, FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO), "elsewhere"));
  const framegate_tap none = {0};
  const framegate_payload two[2] = {inner_payload, inner_payload};
  const framegate_frame two_frames[2] = {key_frame, key_frame};
  static framegate_cleared many[FRAMEGATE_MAX_FRAMES + 1];
  framegate_cleared two_cleared[2] = {cleared_of(), cleared_of()};
  key_frame.keyframe = FRAMEGATE_KEYFRAME_UNSAID;
  OK(framegate_tap_can_blank(elsewhere, &told));
  IS(told, FRAMEGATE_CAN_BLANK_UNKNOWN);
  OK(framegate_tap_last_fault(elsewhere, &told));
  IS(told, FRAMEGATE_FAULT_NONE);
  for (int fault = 0; fault < 7; fault++) {
    HANDED_ON(framegate_tap_admit(elsewhere, &key_frame, &key_payload, 1, SECOND, &key_cleared, &handed_on), 1);
    if (fault == 0) NOT_HANDED_ON(framegate_tap_admit(elsewhere, &key_frame, &inner_payload, 1, SECOND, &key_cleared, &handed_on), FRAMEGATE_ERROR_RELEASING);
    OK(framegate_tap_end(elsewhere));
    if (fault == 1) NOT_HANDED_ON(framegate_tap_admit(elsewhere, &key_frame, &inner_payload, FRAMEGATE_MAX_FRAMES + 1, SECOND, many, &handed_on), FRAMEGATE_ERROR_LENGTH);
    if (fault == 2) NOT_HANDED_ON(framegate_tap_admit(elsewhere, &key_frame, NULL, 1, SECOND, &key_cleared, &handed_on), FRAMEGATE_ERROR_NULL);
    if (fault == 3) NOT_HANDED_ON(framegate_tap_admit(elsewhere, NULL, &inner_payload, 1, SECOND, &key_cleared, &handed_on), FRAMEGATE_ERROR_NULL);
    if (fault == 4) NOT_HANDED_ON(framegate_tap_admit(elsewhere, &key_frame, &inner_payload, 1, SECOND, NULL, &handed_on), FRAMEGATE_ERROR_NULL);
    if (fault == 5) NOT_HANDED_ON(framegate_tap_admit(elsewhere, two_frames, two, 2, SECOND, two_cleared, &handed_on), FRAMEGATE_ERROR_LENGTH);
    /* Of another tap nothing is held back. */
    if (fault == 6) NOT_HANDED_ON(framegate_tap_admit(none, &key_frame, &inner_payload, 1, SECOND, &key_cleared, &handed_on), FRAMEGATE_ERROR_HANDLE);
    HANDED_ON(framegate_tap_admit(elsewhere, &key_frame, &inner_payload, 1, SECOND, &key_cleared, &handed_on), 1);
    IS(key_cleared.verdict, fault < 6 ? FRAMEGATE_VERDICT_BLANKED : FRAMEGATE_VERDICT_WHOLE);
    OK(framegate_tap_end(elsewhere));
    TRUTH(framegate_tap_keyframe_request(elsewhere, SECOND, 0, &truth), fault < 6);
  }
  OK(framegate_tap_can_blank(elsewhere, &told));
  IS(told, FRAMEGATE_CAN_BLANK_YES);
  OK(framegate_tap_close(elsewhere));
  OK(framegate_tap_close(camera));
  NO_TRUTH(framegate_tap_keyframe_request(camera, SECOND, 0, &truth), FRAMEGATE_ERROR_HANDLE);

  /* Every other codec: nothing before it starts afresh, all from there on. Sound starts with each packet. */
  static const uint8_t h264[] = {0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xF4, 0x0A, 0x02, 0xFC, 0x80, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84};
  static const uint8_t h264_inner[] = {0, 0, 0, 1, 0x41, 0x9A, 0x24};
  static const uint8_t hevc[] = {0, 0, 0, 1, 0x40, 1, 0x0C, 1, 0, 0, 0, 1, 0x42, 1, 1, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0xA0, 0x20, 0x83, 0x16, 0x5A,
                                 0xE0, 0, 0, 0, 1, 0x44, 1, 0xC1, 0, 0, 0, 1, 0x26, 1, 0xF8, 0xAB};
  static const uint8_t hevc_inner[] = {0, 0, 0, 1, 2, 1, 0xF8, 0xAB};
  static const uint8_t vp9[] = {0x82, 0x49, 0x83, 0x42, 0, 0x3F, 0, 0x2F, 0}, vp9_inner[] = {0x86};
  static const uint8_t av1[] = {0x12, 0, 0x0A, 0x0C, 0, 0, 0, 0x4B, 0xFC, 0, 0xFC, 0, 0xBC, 0, 0, 8, 0x32, 9, 0x19, 0xFF, 0, 0, 0, 0x0A, 6, 0xE1, 0x80}, av1_inner[] = {0x12, 0, 0x32, 1, 0x30};
  static const uint8_t red[] = {0x6F, 0x78, 0x10, 0x20, 0x30}, streams[] = {0x18, 3, 0, 0, 0, 0x18, 0, 0, 0};
  static const uint8_t aac[] = {0xFF, 0xF1, 0x4C, 0x80, 1, 0xBF, 0xFC, 0x21, 0x10, 4, 0x60, 0x8C, 0x1C};
  const struct {
    uint32_t format;
    framegate_payload start, inner;
  } codecs[] = {
      {FRAMEGATE_FORMAT_H264, bytes_of(h264, sizeof h264), bytes_of(h264_inner, sizeof h264_inner)},
      {FRAMEGATE_FORMAT_HEVC, bytes_of(hevc, sizeof hevc), bytes_of(hevc_inner, sizeof hevc_inner)},
      {FRAMEGATE_FORMAT_VP9, bytes_of(vp9, sizeof vp9), bytes_of(vp9_inner, sizeof vp9_inner)},
      {FRAMEGATE_FORMAT_AV1, bytes_of(av1, sizeof av1), bytes_of(av1_inner, sizeof av1_inner)},
      {FRAMEGATE_FORMAT_OPUS_RED, bytes_of(red, sizeof red), bytes_of(red, sizeof red)},
      {FRAMEGATE_FORMAT_OPUS_MULTISTREAM, bytes_of(streams, sizeof streams), bytes_of(streams, sizeof streams)},
      {FRAMEGATE_FORMAT_AAC, bytes_of(aac, sizeof aac), bytes_of(aac, sizeof aac)},
  };
  key_frame.keyframe = FRAMEGATE_KEYFRAME_UNSAID;
  for (size_t at = 0; at < sizeof codecs / sizeof codecs[0]; at++) {
    const int is_sound = codecs[at].inner.plane[0].data == codecs[at].start.plane[0].data;
    framegate_stream_options encoded = stream_of(FRAMEGATE_STREAM_OWNED, ann, is_sound ? FRAMEGATE_KIND_AUDIO : FRAMEGATE_KIND_VIDEO, codecs[at].format);
    encoded.channels = codecs[at].format == FRAMEGATE_FORMAT_OPUS_MULTISTREAM ? 2 : 0;
    const framegate_tap each = tap_of(meeting, encoded, outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "codecs"));
    HANDED_ON(framegate_tap_admit(each, &key_frame, &codecs[at].inner, 1, SECOND, &key_cleared, &handed_on), is_sound);
    if (is_sound) OK(framegate_tap_end(each));
    TRUTH(framegate_tap_keyframe_request(each, SECOND, 0, &truth), !is_sound);
    const framegate_payload *rest[2] = {&codecs[at].start, &codecs[at].inner};
    for (size_t part = 0; part < 2; part++) {
      HANDED_ON(framegate_tap_admit(each, &key_frame, rest[part], 1, SECOND, &key_cleared, &handed_on), 1);
      CHECK(key_cleared.verdict == FRAMEGATE_VERDICT_WHOLE && key_cleared.payload.plane[0].data == rest[part]->plane[0].data);
      OK(framegate_tap_end(each));
    }
    /* No bytes change nothing, and are not counted; a payload that cannot be read is malformed, and what may depend on it waits. */
    framegate_counters seen;
    memset(&seen, 0, sizeof seen);
    seen.size = (uint32_t)sizeof seen;
    for (int is_unreadable = 0; is_unreadable < 2; is_unreadable++) {
      const size_t length = is_unreadable ? 7 : 0;
      const framegate_payload nothing = bytes_of(NULL, length);
      framegate_payload_mut no_room = bytes_in(NULL, length);
      HANDED_ON(framegate_tap_admit(each, &key_frame, &nothing, 1, SECOND, &key_cleared, &handed_on), 0);
      HANDED_ON(framegate_tap_admit_into(each, &key_frame, &nothing, &no_room, 1, SECOND, &key_cleared, &handed_on), 0);
      HANDED_ON(framegate_tap_admit_in_place(each, &key_frame, &no_room, 1, SECOND, &key_cleared, &handed_on), 0);
      CHECK(key_cleared.verdict == FRAMEGATE_VERDICT_DROPPED && key_cleared.payload.plane[0].data == NULL);
      OK(framegate_tap_counters(each, &seen));
      IS(seen.seen, is_unreadable ? 7 : 3);
      HANDED_ON(framegate_tap_admit(each, &key_frame, &codecs[at].inner, 1, SECOND, &key_cleared, &handed_on), is_sound || !is_unreadable);
      if (key_cleared.verdict == FRAMEGATE_VERDICT_WHOLE) OK(framegate_tap_end(each));
    }
    OK(framegate_tap_close(each));
  }

  /* One plane, redacted in place; planar sound, by its second channel. */
  const framegate_digest notice = shown(meeting, "1");
  const framegate_participant ben = joined(meeting, "ben", "", NULL, 0), both[2] = {ann, ben};
  const framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0));
  const framegate_outlet_options recorder = outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder");
  framegate_region regions[2] = {region_of(ann, FRAMEGATE_AREA_RECTANGLE), region_of(ben, FRAMEGATE_AREA_RECTANGLE)};
  regions[0].width = regions[1].width = regions[1].x = 2;
  regions[0].height = regions[1].height = 2;
  framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE, SECOND);
  frame.people = both;
  frame.people_count = 2;
  frame.regions = regions;
  frame.region_count = 2;
  uint8_t bytes[4 * 2 * 4];
  memset(bytes, 7, sizeof bytes);
  framegate_payload_mut payload = bytes_in(bytes, sizeof bytes);
  framegate_cleared cleared = cleared_of();
  payload.planes = 1;
  payload.plane[0].stride = 16;
  const framegate_tap screen = tap_of(meeting, stream_of(FRAMEGATE_STREAM_COMPOSITE, ann, FRAMEGATE_KIND_SCREEN, FRAMEGATE_FORMAT_RGBA), recorder);
  HANDED_ON(framegate_tap_admit_in_place(screen, &frame, &payload, 1, SECOND, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_REDACTED && cleared.payload.planes == 1 && cleared.payload.plane[0].stride == 16);
  CHECK(bytes[0] == 7 && bytes[7] == 7 && bytes[8] == 0 && bytes[16] == 7 && bytes[24] == 0);
  OK(framegate_tap_end(screen));
  framegate_stream_options planar = stream_of(FRAMEGATE_STREAM_COMPOSITE, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_PCM_S16);
  planar.channels = 2;
  planar.layout = FRAMEGATE_LAYOUT_PLANAR;
  const framegate_tap sound = tap_of(meeting, planar, recorder);
  memset(bytes, 7, sizeof bytes);
  payload = bytes_in(bytes, sizeof bytes);
  regions[0].area = regions[1].area = FRAMEGATE_AREA_CHANNEL;
  regions[1].channel = 1;
  HANDED_ON(framegate_tap_admit_in_place(sound, &frame, &payload, 1, SECOND, &cleared, &handed_on), 1);
  CHECK(bytes[0] == 7 && bytes[15] == 7 && bytes[16] == 0 && bytes[31] == 0);
  OK(framegate_tap_end(sound));
  OK(framegate_tap_close(screen));
  OK(framegate_tap_close(sound));
  OK(framegate_meeting_close(meeting));
}

/* Who may do what. */
static void people(void) {
  struct told told;
  memset(&told, 0, sizeof told);
  framegate_meeting_options options = options_of("people");
  options.event = on_event;
  options.event_user = &told;
  options.durability = FRAMEGATE_DURABILITY_BATCHED;
  framegate_meeting meeting, other;
  OK(framegate_meeting_open(&options, &meeting));
  IS(told.events, 1);
  told.meeting = meeting;
  options = options_of("other");
  OK(framegate_meeting_open(&options, &other));
  const framegate_digest notice = shown(meeting, "1"), second = shown(meeting, "2");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0), kid = joined(meeting, "kid", "ann", NULL, 0);
  const framegate_participant stranger = joined(other, "ann", "", NULL, 0);
  /* The base point of Ed25519. */
  uint8_t key[32];
  memset(key, 0x66, sizeof key);
  key[0] = 0x58;
  const framegate_participant signer = joined(meeting, "signer", "", key, 0);

  char text[64];
  size_t length = 0, count = 0;
  OK(framegate_meeting_id(meeting, text, sizeof text, &length));
  CHECK(length == 6 && memcmp(text, "people", 6) == 0);
  IS(framegate_meeting_id(meeting, NULL, 0, &length), FRAMEGATE_ERROR_SHORT_BUFFER);
  OK(framegate_meeting_id_of(meeting, kid, text, sizeof text, NULL));
  CHECK(memcmp(text, "kid", 3) == 0);
  framegate_participant found, there[4];
  OK(framegate_meeting_find(meeting, string_of("kid"), &found));
  CHECK(memcmp(&found, &kid, sizeof kid) == 0);
  IS(framegate_meeting_find(meeting, string_of("nobody"), &found), FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  OK(framegate_meeting_participants(meeting, there, 4, &count));
  IS(count, 3);

  const framegate_scope audio = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD);
  framegate_grant grant = grant_of(notice, audio);
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_HOST, ann, &grant, 0), FRAMEGATE_ERROR_OVERREACH);
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, kid, &grant, 0), FRAMEGATE_ERROR_OVERREACH);
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, signer, &grant, 0), FRAMEGATE_ERROR_UNSIGNED);
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, stranger, &grant, 0), FRAMEGATE_ERROR_FOREIGN);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_GUARDIAN, kid, &grant, 0));
  grant.until = 0;
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0), FRAMEGATE_ERROR_TIME);
  grant.until = 60 * (int64_t)SECOND;
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0));
  int64_t deadline = 0;
  OK(framegate_meeting_next_deadline(meeting, &deadline));
  IS(deadline, grant.until);
  framegate_consent consents[2];
  OK(framegate_meeting_consents(meeting, ann, consents, 2, &count));
  CHECK(count == 1 && memcmp(&consents[0].scope, &audio, sizeof audio) == 0);
  CHECK(consents[0].since == 0 && consents[0].until == grant.until && consents[0].reserved == 0);
  OK(framegate_meeting_consents(meeting, kid, consents, 2, &count));
  CHECK(count == 1 && consents[0].until == FRAMEGATE_NO_TIME);
  IS(framegate_meeting_consents(meeting, kid, consents, 0, &count), FRAMEGATE_ERROR_SHORT_BUFFER);
  IS(count, 1);
  OK(framegate_meeting_consents(meeting, signer, consents, 0, &count));
  IS(count, 0);
  IS(framegate_meeting_consents(meeting, stranger, consents, 2, &count), FRAMEGATE_ERROR_FOREIGN);

  framegate_signed signature;
  memset(&signature, 0, sizeof signature);
  signature.size = (uint32_t)sizeof signature;
  OK(framegate_meeting_instance(meeting, &signature.instance));
  signature.meeting = string_of("people");
  OK(framegate_meeting_challenge(meeting, signer, &signature.challenge));
  uint8_t message[512];
  OK(framegate_grant_message(meeting, signer, &grant, message, sizeof message, &length));
  CHECK(memcmp(message + 4, "framegate grant 2", 17) == 0);
  grant.signature = &signature;
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, signer, &grant, 0), FRAMEGATE_ERROR_WRONG_SIGNATURE);
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0), FRAMEGATE_ERROR_KEYLESS);
  signature.meeting = string_of("other");
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, signer, &grant, 0), FRAMEGATE_ERROR_FOREIGN_MEETING);
  signature.meeting = string_of("people");
  signature.instance.bytes[0] ^= 1;
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, signer, &grant, 0), FRAMEGATE_ERROR_FOREIGN_MEETING);
  memset(&signature.instance, 0, sizeof signature.instance);
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, signer, &grant, 0), FRAMEGATE_ERROR_EMPTY);

  framegate_settling settling;
  OK(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_HOST, NULL, audio, 0, NULL));
  OK(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_VENDOR, &ann, audio, 0, &settling));
  TRUTH(framegate_settling_is_settled(settling, &truth), 1);
  OK(framegate_settling_close(settling));
  IS(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_GUARDIAN, NULL, audio, 0, NULL), FRAMEGATE_ERROR_NOT_A_RESTRAINER);
  OK(framegate_meeting_lift(meeting, FRAMEGATE_AUTHORITY_HOST, NULL, audio, 0));
  OK(framegate_meeting_lift(meeting, FRAMEGATE_AUTHORITY_VENDOR, &ann, audio, 0));
  OK(framegate_meeting_supersede(meeting, &second, 0, NULL));
  IS(framegate_meeting_supersede(meeting, &second, 0, NULL), FRAMEGATE_ERROR_UNKNOWN_NOTICE);

  uint16_t pair = 0;
  OK(framegate_meeting_third_party(meeting, FRAMEGATE_PURPOSE_RECORD, string_of("ACME Ltd"), &pair));
  IS(pair, 1 << 9);
  framegate_outlet_options third = outlet_of(pair, 0, "acme");
  framegate_outlet outlet;
  IS(framegate_outlet_open(meeting, &third, &outlet), FRAMEGATE_ERROR_FOREIGN_PURPOSE);
  third.recipient = string_of("ACME Ltd");
  OK(framegate_outlet_open(meeting, &third, &outlet));

  IS(told.withdrawals, 0);
  OK(framegate_meeting_withdraw(meeting, 77, ann, audio, -5, NULL));
  IS(told.withdrawals, 1);
  OK(framegate_meeting_tick(meeting, 61 * (int64_t)SECOND));
  OK(framegate_meeting_leave(meeting, kid, 62 * (int64_t)SECOND, NULL));
  uint64_t generation = 0;
  framegate_head head;
  OK(framegate_meeting_generation(meeting, &generation));
  OK(framegate_meeting_head(meeting, &head));
  CHECK(generation == head.entries && generation == (uint64_t)told.events);
  OK(framegate_head_message(&head, message, sizeof message, &length));
  IS(length, 72);
  OK(framegate_meeting_close(meeting));
  OK(framegate_meeting_close(other));
}

/* What the functions that write text have in common. */
typedef framegate_status (*of_person)(framegate_ledger, framegate_string, char *, size_t, size_t *);
typedef framegate_status (*of_outlet)(framegate_ledger, uint32_t, char *, size_t, size_t *);

static void exports(framegate_ledger ledger) {
  static char text[1 << 16];
  size_t length = 0;
  const of_person persons[2] = {framegate_ledger_receipt, framegate_ledger_erasure};
  for (int at = 0; at < 2; at++) {
    OK(persons[at](ledger, string_of("ann"), text, sizeof text, &length));
    CHECK(contains(text, length, "\"who\":\"ann\"") && text[0] == '{' && text[length - 1] == '}');
    CHECK(contains(text, length, "recorder"));
    const size_t long_ = length;
    IS(persons[at](ledger, string_of("ann"), text, long_ - 1, &length), FRAMEGATE_ERROR_SHORT_BUFFER);
    IS(length, long_);
    IS(persons[at](ledger, string_of("nobody"), text, sizeof text, &length), FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  }
  const of_outlet outlets[2] = {framegate_ledger_cawg, framegate_ledger_aipref};
  for (int at = 0; at < 2; at++) {
    OK(outlets[at](ledger, 0, text, sizeof text, &length));
    CHECK(contains(text, length, at == 0 ? "cawg.ai_training" : "train-ai=n"));
    IS(outlets[at](ledger, 2, text, sizeof text, &length), FRAMEGATE_ERROR_UNKNOWN);
  }
  framegate_particulars particulars;
  memset(&particulars, 0, sizeof particulars);
  particulars.size = (uint32_t)sizeof particulars;
  particulars.address = string_of("1 Main Street");
  const framegate_string location = string_of("Frankfurt");
  particulars.storage_locations = &location;
  particulars.storage_location_count = 1;
  OK(framegate_ledger_ts27560(ledger, string_of("ann"), &particulars, text, sizeof text, &length));
  CHECK(text[0] == '[' && contains(text, length, "Frankfurt"));
  framegate_dialog dialog;
  memset(&dialog, 0, sizeof dialog);
  dialog.size = (uint32_t)sizeof dialog;
  OK(framegate_ledger_vcon_consent(ledger, string_of("ann"), &dialog, text, sizeof text, &length));
  CHECK(contains(text, length, "\"type\":\"consent\""));
  OK(framegate_ledger_vcon_lawful_basis(ledger, string_of("ann"), &dialog, text, sizeof text, &length));
  CHECK(contains(text, length, "lawful_basis"));
}

/* Withdrawing when the meeting is over, past another who has the ledger, and what a file is that has two writers. */
static void after_the_end(const char *path) {
  const framegate_scope nothing = scope_of(0, 0), everything = scope_of(0x7FFF, 0xFFFF);
  framegate_past_meeting past, second;
  uint64_t line = 0;
  IS(framegate_past_meeting_open(string_of("there is none"), NULL, &past, &line), FRAMEGATE_ERROR_FILE);
  IS(framegate_past_meeting_open(string_of(path), FORGOTTEN, &past, &line), FRAMEGATE_ERROR_EMPTY);
  OK(framegate_past_meeting_open(string_of(path), NULL, &past, &line));
  uint32_t entered = 0;
  IS(framegate_past_meeting_withdraw(past, FRAMEGATE_AUTHORITY_PARTICIPANT, string_of("bob"), nothing, &entered), FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  CHECK(entered == 0);
  OK(framegate_past_meeting_withdraw(past, FRAMEGATE_AUTHORITY_PARTICIPANT, string_of("ann"), nothing, &entered));
  CHECK(entered == FRAMEGATE_ENTERED_IN_LEDGER);
  IS(framegate_past_meeting_restrict(past, FRAMEGATE_AUTHORITY_PARTICIPANT, NULL, everything, NULL), FRAMEGATE_ERROR_NOT_A_RESTRAINER);
  IS(framegate_past_meeting_restrict(past, 0, NULL, everything, NULL), FRAMEGATE_ERROR_NUMBER);
  IS(framegate_past_meeting_restrict(past, FRAMEGATE_AUTHORITY_HOST, NULL, nothing, NULL), FRAMEGATE_ERROR_EMPTY);
  OK(framegate_past_meeting_restrict(past, FRAMEGATE_AUTHORITY_HOST, NULL, everything, &entered));
  CHECK(entered == FRAMEGATE_ENTERED_IN_LEDGER);
  const framegate_string ann = string_of("ann");
  OK(framegate_past_meeting_restrict(past, FRAMEGATE_AUTHORITY_HOST, &ann, everything, NULL));

  OK(framegate_past_meeting_open(string_of(path), NULL, &second, NULL));
  OK(framegate_past_meeting_withdraw(second, FRAMEGATE_AUTHORITY_GUARDIAN, string_of("ann"), nothing, &entered));
  CHECK(entered == FRAMEGATE_ENTERED_BESIDE);
  char receipt[8192];
  size_t length = 0;
  OK(framegate_past_meeting_receipt(second, string_of("ann"), receipt, sizeof receipt, &length));
  CHECK(length > 0 && length < sizeof receipt);
  OK(framegate_past_meeting_close(second));
  IS(framegate_past_meeting_close(second), FRAMEGATE_ERROR_HANDLE);

  framegate_ledger ledger;
  OK(framegate_ledger_read_file(string_of(path), NULL, NULL, &ledger, NULL));
  char said[8192];
  size_t said_length = 0;
  OK(framegate_ledger_receipt(ledger, string_of("ann"), said, sizeof said, &said_length));
  CHECK(said_length == length && memcmp(said, receipt, length) == 0);
  framegate_meeting_options options = options_of("ledger");
  options.ledger = string_of(path);
  framegate_meeting meeting;
  IS(framegate_meeting_resume(ledger, &options, &meeting), FRAMEGATE_ERROR_LEDGER_HELD);
  OK(framegate_past_meeting_close(past));
  IS(framegate_meeting_resume(ledger, &options, &meeting), FRAMEGATE_ERROR_RESUMED_END);
  OK(framegate_ledger_close(ledger));
}

/* A device that is elsewhere. */
struct card {
  framegate_meeting meeting;
  framegate_participant who;
  int asked, is_busy;
};

static int32_t on_sign(void *user, const uint8_t *message, size_t length, uint8_t *signature) {
  struct card *card = (struct card *)user;
  CHECK(length == 72 && memcmp(message, "framegate head 2", 16) == 0);
  if (card->asked++ == 0) {
    uint64_t generation = 0;
    card->is_busy = framegate_meeting_generation(card->meeting, &generation) == FRAMEGATE_ERROR_BUSY;
    OK(framegate_meeting_leave(card->meeting, card->who, 0, NULL));
  }
  /* What does not verify is not entered. */
  memset(signature, 7, 64);
  return card->asked == 1;
}

static void signers(void) {
  struct card card;
  memset(&card, 0, sizeof card);
  uint8_t key[32];
  memset(key, 0x66, sizeof key);
  key[0] = 0x58;
  framegate_meeting_options options = options_of("signers");
  options.sign = on_sign;
  options.sign_user = &card;
  framegate_meeting meeting;
  IS(framegate_meeting_open(&options, &meeting), FRAMEGATE_ERROR_NULL);
  options.device_key = key;
  options.device_secret = SECRET;
  IS(framegate_meeting_open(&options, &meeting), FRAMEGATE_ERROR_TWO_DEVICES);
  options.device_secret = NULL;
  OK(framegate_meeting_open(&options, &meeting));
  card.meeting = meeting;
  card.who = joined(meeting, "ann", "", NULL, 0);
  IS(framegate_meeting_count(meeting, 0), FRAMEGATE_ERROR_SIGNER);
  CHECK(card.asked == 1 && card.is_busy);
  size_t count = 1;
  framegate_participant there[1];
  OK(framegate_meeting_participants(meeting, there, 1, &count));
  IS(count, 0);
  framegate_settling settling;
  bool settled = false;
  OK(framegate_meeting_end(meeting, &settling));
  OK(framegate_settling_wait(settling, 60000, &settled));
  CHECK(settled);
  uint64_t generation = 0;
  OK(framegate_meeting_generation(meeting, &generation));
  OK(framegate_settling_close(settling));
  /* An end settles whatever the device does; closing waits for both. */
  OK(framegate_meeting_close(meeting));
  CHECK(card.asked > 1);
}

/* A ledger in a file: read, verified, gone on with. */
static void ledgers(const char *path) {
  static uint8_t bytes[1 << 16];
  framegate_meeting_options options = options_of("ledger");
  options.ledger = string_of(path);
  options.device_secret = FORGOTTEN;
  framegate_meeting meeting;
  IS(framegate_meeting_open(&options, &meeting), FRAMEGATE_ERROR_EMPTY);
  options.device_secret = SECRET;
  options.started = 253402300800000000u;
  IS(framegate_meeting_open(&options, &meeting), FRAMEGATE_ERROR_TIME);
  options.started = STARTED;
  OK(framegate_meeting_open(&options, &meeting));
  uint64_t started = 0;
  OK(framegate_meeting_started(meeting, &started));
  CHECK(started == STARTED);
  const framegate_digest notice = shown(meeting, "1");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  const framegate_scope audio = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD);
  const framegate_stream_options microphone = stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  const framegate_outlet_options recorder = outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder");
  framegate_tap tap = tap_of(meeting, microphone, recorder);
  framegate_grant grant = grant_of(notice, audio);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, SECOND / 2));
  OK(framegate_meeting_count(meeting, SECOND));
  /* What a tap was passed is the meeting's clock, too. */
  int64_t now = 0;
  CHECK(decided(tap, SECOND, SECOND + 5).verdict == FRAMEGATE_VERDICT_WHOLE);
  OK(framegate_meeting_clock(meeting, &now));
  IS(now, SECOND + 5);
  framegate_head head;
  OK(framegate_meeting_head(meeting, &head));
  OK(framegate_tap_close(tap));
  OK(framegate_meeting_close(meeting));
  framegate_meeting again;
  IS(framegate_meeting_open(&options, &again), FRAMEGATE_ERROR_FILE);

  FILE *file = fopen(path, "rb");
  CHECK(file != NULL);
  const size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  framegate_ledger ledger;
  uint64_t line = 0;
  OK(framegate_ledger_read(bytes, length, &head, NULL, &ledger, &line));
  framegate_ledger_info info;
  info.size = (uint32_t)sizeof info;
  OK(framegate_ledger_get(ledger, &info));
  CHECK(info.started == STARTED);
  CHECK(info.torn == 0 && info.length == length && info.anchored == head.entries && memcmp(&info.head, &head, sizeof head) == 0);
  bytes[length / 2] ^= 1;
  framegate_ledger broken;
  CHECK(framegate_ledger_read(bytes, length, NULL, NULL, &broken, &line) < 0 && line > 0);
  OK(framegate_meeting_resume(ledger, &options, &meeting));
  OK(framegate_ledger_close(ledger));
  IS(framegate_ledger_get(ledger, &info), FRAMEGATE_ERROR_HANDLE);
  framegate_participant found;
  OK(framegate_meeting_find(meeting, string_of("ann"), &found));
  framegate_stream_options found_microphone = microphone;
  found_microphone.owner = found;
  tap = tap_of(meeting, found_microphone, recorder);
  /* A clock that begins at 0 again stands before the grant; from what time_at() gives on frames go through, wherever the time of day was set. */
  OK(framegate_meeting_clock(meeting, &now));
  IS(now, SECOND);
  CHECK(decided(tap, 0, 0).verdict != FRAMEGATE_VERDICT_WHOLE);
  OK(framegate_meeting_time_at(meeting, STARTED - 1, &now));
  IS(now, SECOND);
  OK(framegate_meeting_time_at(meeting, STARTED + 2 * SECOND, &now));
  IS(now, 2 * SECOND);
  IS(framegate_meeting_time_at(meeting, 0, &now), FRAMEGATE_ERROR_TIME);
  IS(now, 0);
  OK(framegate_meeting_time_at(meeting, STARTED + 2 * SECOND, &now));
  OK(framegate_meeting_advance(meeting, now));
  CHECK(decided(tap, now, now).verdict == FRAMEGATE_VERDICT_WHOLE);
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, found, audio, 3 * SECOND, NULL));
  OK(framegate_meeting_end(meeting, NULL));
  OK(framegate_tap_close(tap));
  OK(framegate_meeting_close(meeting));

  file = fopen(path, "rb");
  CHECK(file != NULL);
  OK(framegate_ledger_read(bytes, fread(bytes, 1, sizeof bytes, file), NULL, NULL, &ledger, NULL));
  fclose(file);
  exports(ledger);
  options.ledger = string_of("");
  IS(framegate_meeting_resume(ledger, &options, &meeting), FRAMEGATE_ERROR_RESUMED_END);
  OK(framegate_ledger_close(ledger));
  after_the_end(path);
}

/* An agreement is of this stay, after its notice and after the last withdrawal of it; a third party's name is one name. */
static void agreed_earlier(void) {
  static struct kept kept;
  memset(&kept, 0, sizeof kept);
  framegate_meeting_options options = options_of("earlier");
  options.append = on_append;
  options.append_user = &kept;
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 10 * SECOND);
  const framegate_digest first = shown(meeting, "1");
  OK(framegate_meeting_tick(meeting, 20 * SECOND));
  const framegate_digest second = shown(meeting, "2");
  const framegate_scope audio = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD);
  framegate_grant grant = grant_of(first, audio);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 25 * SECOND));
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, audio, 30 * SECOND, NULL));
  const struct {
    framegate_digest notice;
    int64_t at;
  } earlier[] = {{first, 5}, {second, 15}, {first, 29}};
  for (size_t at = 0; at < sizeof earlier / sizeof *earlier; at++) {
    const size_t before = kept.length;
    grant.notice = earlier[at].notice;
    grant.at = earlier[at].at * SECOND;
    IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 40 * SECOND), FRAMEGATE_ERROR_AGREED_EARLIER);
    CHECK(contains((const char *)kept.bytes + before, kept.length - before, "\"why\":\"agreed_earlier\""));
  }
  grant.notice = second;
  grant.at = 35 * SECOND;
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 40 * SECOND));

  uint16_t pair = 9;
  IS(framegate_meeting_third_party(meeting, FRAMEGATE_PURPOSE_RECORD, string_of("X\nY"), &pair), FRAMEGATE_ERROR_CONTROL_CHARACTER);
  IS(pair, 0);
  OK(framegate_meeting_third_party(meeting, FRAMEGATE_PURPOSE_RECORD, string_of("X, Y"), &pair));
  IS(pair, 1 << 9);
  OK(framegate_meeting_close(meeting));
}

/* Who left before the process died is found in what goes on, and withdraws. */
static void left_before_a_crash(void) {
  static struct kept kept;
  memset(&kept, 0, sizeof kept);
  framegate_meeting_options options = options_of("left");
  options.append = on_append;
  options.append_user = &kept;
  framegate_meeting meeting, again;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_scope audio = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD);
  const framegate_grant grant = grant_of(shown(meeting, "1"), audio);
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, SECOND));
  const framegate_outlet_options recorder = outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder");
  const framegate_stream_options microphone = stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  const framegate_tap tap = tap_of(meeting, microphone, recorder);
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 2 * SECOND);
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  size_t handed_on = 0;
  OK(framegate_tap_admit(tap, &frame, &payload, 1, 2 * SECOND, &cleared, &handed_on));
  IS(handed_on, 1);
  OK(framegate_tap_end(tap));
  OK(framegate_meeting_leave(meeting, ann, 3 * SECOND, NULL));
  framegate_participant found;
  OK(framegate_meeting_find(meeting, string_of("ann"), &found));
  CHECK(memcmp(&found, &ann, sizeof ann) == 0);
  const size_t crashed = kept.length;

  framegate_ledger ledger;
  OK(framegate_ledger_read(kept.bytes, crashed, NULL, NULL, &ledger, NULL));
  OK(framegate_meeting_resume(ledger, &options, &again));
  OK(framegate_ledger_close(ledger));
  OK(framegate_meeting_find(again, string_of("ann"), &found));
  IS(framegate_meeting_withdraw(again, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, audio, 9 * SECOND, NULL), FRAMEGATE_ERROR_FOREIGN);
  char said[1024];
  size_t length = 0;
  for (int withdrawn = 0; withdrawn < 2; withdrawn++) {
    OK(framegate_ledger_read(kept.bytes, kept.length, NULL, NULL, &ledger, NULL));
    OK(framegate_ledger_erasure(ledger, string_of("ann"), said, sizeof said, &length));
    CHECK(contains(said, length, "\"recorder\"") == withdrawn);
    OK(framegate_ledger_close(ledger));
    OK(framegate_meeting_withdraw(again, FRAMEGATE_AUTHORITY_PARTICIPANT, found, audio, 9 * SECOND, NULL));
  }
  /* Somebody who came back is found as they are there now. */
  const framegate_participant back = joined(again, "ann", "", NULL, 10 * SECOND);
  OK(framegate_meeting_find(again, string_of("ann"), &found));
  CHECK(memcmp(&found, &back, sizeof back) == 0);
  OK(framegate_tap_close(tap));
  OK(framegate_meeting_close(again));
  OK(framegate_meeting_close(meeting));
}

/* A ledger in a store of the caller's own, which fails for a while. */
static void stores(void) {
  static struct kept kept;
  framegate_meeting_options options = options_of("stores");
  options.append = on_append;
  options.append_user = &kept;
  options.ledger = string_of("x");
  framegate_meeting meeting;
  IS(framegate_meeting_open(&options, &meeting), FRAMEGATE_ERROR_TWO_STORES);
  options.ledger = string_of("");
  OK(framegate_meeting_open(&options, &meeting));
  kept.meeting = meeting;
  const framegate_digest notice = shown(meeting, "1");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  kept.fails = 1;
  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0), FRAMEGATE_ERROR_LEDGER);
  framegate_settling settling;
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, grant.scope, 0, &settling));
  TRUTH(framegate_settling_is_settled(settling, &truth), 0);
  kept.fails = 0;
  OK(framegate_meeting_tick(meeting, 0));
  TRUTH(framegate_settling_is_settled(settling, &truth), 1);
  OK(framegate_settling_close(settling));
  OK(framegate_meeting_close(meeting));
  framegate_ledger ledger;
  OK(framegate_ledger_read(kept.bytes, kept.length, NULL, NULL, &ledger, NULL));
  OK(framegate_ledger_close(ledger));
}

/* More than a day without a call: a mistake, unless it is announced. */
static void clocks(void) {
  const int64_t late = 3 * 24 * 60 * 60 * (int64_t)SECOND;
  const framegate_meeting_options options = options_of("clocks");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_digest notice = shown(meeting, "1");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  const framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0));
  const framegate_stream_options microphone = stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  const framegate_tap before = tap_of(meeting, microphone, outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "before"));
  const framegate_tap after = tap_of(meeting, microphone, outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "after"));

  IS(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, late), FRAMEGATE_ERROR_TIME);
  (void)decided(before, late, late);
  OK(framegate_meeting_tick(meeting, late));
  IS(decided(before, late, late).reason, FRAMEGATE_REASON_CLOCK);
  IS(framegate_meeting_advance(meeting, -1), FRAMEGATE_ERROR_TIME);
  IS(framegate_meeting_advance(meeting, FRAMEGATE_NO_TIME), FRAMEGATE_ERROR_TIME);

  OK(framegate_meeting_advance(meeting, late));
  IS(decided(after, late, late).verdict, FRAMEGATE_VERDICT_WHOLE);
  OK(framegate_meeting_tick(meeting, late));
  IS(decided(after, late, late).verdict, FRAMEGATE_VERDICT_WHOLE);
  IS(decided(before, late, late).reason, FRAMEGATE_REASON_CLOCK);
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, late));
  OK(framegate_meeting_end(meeting, NULL));
  IS(framegate_meeting_advance(meeting, late), FRAMEGATE_ERROR_ENDED);
  OK(framegate_tap_close(before));
  OK(framegate_tap_close(after));
  OK(framegate_meeting_close(meeting));
}

/* Bytes of hexadecimal digits. */
struct known {
  uint8_t bytes[128];
  size_t length;
};

static struct known known_of(const char *digits) {
  struct known known;
  known.length = strlen(digits) / 2;
  CHECK(known.length <= sizeof known.bytes);
  for (size_t at = 0; at < known.length; at++) {
    unsigned byte = 0;
    CHECK(sscanf(digits + 2 * at, "%2x", &byte) == 1);
    known.bytes[at] = (uint8_t)byte;
  }
  return known;
}

static framegate_subject subject_of(const char *id, uint16_t kinds) {
  framegate_subject subject;
  memset(&subject, 0, sizeof subject);
  subject.size = (uint32_t)sizeof subject;
  subject.kinds = kinds;
  subject.id = string_of(id);
  return subject;
}

static framegate_carried carried_of(const char *tag, const char *seal) {
  framegate_carried carried;
  memset(&carried, 0, sizeof carried);
  carried.size = (uint32_t)sizeof carried;
  memcpy(carried.tag.bytes, known_of(tag).bytes, 16);
  carried.sealed = seal != NULL;
  if (seal != NULL) memcpy(carried.seal.bytes, known_of(seal).bytes, 16);
  return carried;
}

static framegate_archived archived_of(framegate_instance instance, const framegate_carried *carried, const framegate_subject *subjects, size_t count,
                                      const framegate_payload_digest *digest) {
  framegate_archived archived;
  memset(&archived, 0, sizeof archived);
  archived.size = (uint32_t)sizeof archived;
  archived.instance = instance;
  archived.carried = carried;
  archived.subjects = subjects;
  archived.subject_count = count;
  archived.digest = digest;
  return archived;
}

static int is_zero(const void *bytes, size_t length) {
  for (size_t at = 0; at < length; at++) {
    if (((const uint8_t *)bytes)[at] != 0) return 0;
  }
  return 1;
}

/* Seals, as Rust and Python make them. */
static void seals(void) {
  const struct known secret = known_of(KNOWN_SECRET), expected = known_of(KNOWN_SEAL);
  framegate_carried carried = carried_of(KNOWN_TAG, KNOWN_SEAL);
  framegate_meeting_key key, other;
  framegate_stream_key stream, strange;
  framegate_instance instance, another = {{1}};
  memcpy(instance.bytes, known_of(KNOWN_INSTANCE).bytes, sizeof instance.bytes);
  OK(framegate_meeting_key_open(secret.bytes, &instance, &key));
  OK(framegate_meeting_key_open(secret.bytes, &another, &other));
  framegate_meeting_key zeros;
  memset(&another, 0, sizeof another);
  IS(framegate_meeting_key_open(secret.bytes, &another, &zeros), FRAMEGATE_ERROR_EMPTY);
  IS(framegate_meeting_key_open(FORGOTTEN, &instance, &zeros), FRAMEGATE_ERROR_EMPTY);
  CHECK(zeros.handle == 0);
  OK(framegate_stream_key_open(key, KNOWN_STREAM, &stream));
  OK(framegate_stream_key_open(other, KNOWN_STREAM, &strange));
  const framegate_tag none = {{0}};

  framegate_subject people[2] = {subject_of("ann", 0), subject_of("ben", FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO))};
  const framegate_piece pieces[2] = {{(const uint8_t *)"a vo", 4}, {(const uint8_t *)"ice", 3}};
  framegate_payload_digest digest, wrong;
  OK(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_OPUS, pieces, 2, &digest));
  CHECK(memcmp(digest.bytes, known_of(KNOWN_DIGEST).bytes, 32) == 0);
  OK(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_OPUS, pieces, 1, &wrong));
  IS(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_AV1, pieces, 2, &wrong), FRAMEGATE_ERROR_LENGTH);
  IS(framegate_stream_key_digest(stream, 0, pieces, 1, &wrong), FRAMEGATE_ERROR_NUMBER);
  /* The same whether a tag rides in the frame or not. */
  const struct known plain = known_of(KNOWN_AV1), tagged = known_of(KNOWN_AV1_SEALED);
  const framegate_piece units[2] = {{plain.bytes, plain.length}, {tagged.bytes, tagged.length}};
  framegate_payload_digest alike[2];
  for (int at = 0; at < 2; at++) OK(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_AV1, &units[at], 1, &alike[at]));
  CHECK(memcmp(&alike[0], &alike[1], sizeof alike[0]) == 0);
  framegate_seal seal;
  memset(&seal, 0, sizeof seal);
  OK(framegate_stream_key_seal(stream, carried.tag, people, 2, &digest, &seal));
  CHECK(memcmp(seal.bytes, expected.bytes, 16) == 0);
  TRUTH(framegate_stream_key_verify(stream, seal, carried.tag, people, 2, &digest, &truth), 1);
  TRUTH(framegate_stream_key_verify(stream, seal, carried.tag, people, 1, &digest, &truth), 0);
  TRUTH(framegate_stream_key_verify(stream, seal, carried.tag, people, 2, &wrong, &truth), 0);
  TRUTH(framegate_stream_key_verify(strange, seal, carried.tag, people, 2, &digest, &truth), 0);
  for (int bit = 0; bit < 128; bit++) {
    framegate_seal changed = seal;
    changed.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    TRUTH(framegate_stream_key_verify(stream, changed, carried.tag, people, 2, &digest, &truth), 0);
  }
  NO_TRUTH(framegate_stream_key_verify(stream, seal, none, people, 2, &digest, &truth), FRAMEGATE_ERROR_TAG_VERSION);
  people[1].id = string_of("ann");
  NO_TRUTH(framegate_stream_key_verify(stream, seal, carried.tag, people, 2, &digest, &truth), FRAMEGATE_ERROR_ORDER);
  people[1].kinds = 1u << 16;
  IS(framegate_stream_key_seal(stream, carried.tag, people, 2, &digest, &seal), FRAMEGATE_ERROR_NUMBER);
  /* Of nobody, and of nothing. */
  OK(framegate_stream_key_seal(stream, carried.tag, NULL, 0, &digest, &seal));
  CHECK(memcmp(seal.bytes, expected.bytes, 16) != 0);

  people[1] = subject_of("ben", FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO));
  framegate_archived frames[2] = {archived_of(instance, NULL, people, 2, &digest), archived_of(instance, &carried, people, 2, &digest)};
  framegate_seal made[2];
  OK(framegate_meeting_key_seal_batch(key, frames, 2, made));
  CHECK(is_zero(&made[0], 16) && memcmp(made[1].bytes, expected.bytes, 16) == 0);
  frames[1].digest = NULL;
  OK(framegate_meeting_key_seal_batch(key, frames, 2, made));
  CHECK(is_zero(made, sizeof made));
  frames[1].digest = &digest;
  frames[1].instance.bytes[5] ^= 1;
  OK(framegate_meeting_key_seal_batch(key, frames, 2, made));
  CHECK(is_zero(made, sizeof made));
  memset(&frames[1].instance, 0, sizeof frames[1].instance);
  IS(framegate_meeting_key_seal_batch(key, frames, 2, made), FRAMEGATE_ERROR_EMPTY);
  frames[1].instance = instance;
  people[0].id = string_of("zoe");
  IS(framegate_meeting_key_seal_batch(key, frames, 2, made), FRAMEGATE_ERROR_ORDER);
  CHECK(is_zero(made, sizeof made));

  OK(framegate_carried_read(known_of(KNOWN_TAG KNOWN_SEAL).bytes, 32, &carried));
  CHECK(carried.sealed == 1 && memcmp(carried.seal.bytes, expected.bytes, 16) == 0);
  OK(framegate_carried_read(known_of(KNOWN_TAG).bytes, 16, &carried));
  CHECK(carried.sealed == 0 && memcmp(carried.tag.bytes, known_of(KNOWN_TAG).bytes, 16) == 0 && is_zero(&carried.seal, 16));
  IS(framegate_carried_read(known_of(KNOWN_TAG KNOWN_SEAL).bytes, 31, &carried), FRAMEGATE_ERROR_LENGTH);
  CHECK(carried.sealed == 0 && is_zero(&carried.tag, 16) && carried.size == sizeof carried);

  OK(framegate_meeting_key_close(key));
  IS(framegate_meeting_key_close(key), FRAMEGATE_ERROR_HANDLE);
  IS(framegate_meeting_key_seal_batch(key, frames, 2, made), FRAMEGATE_ERROR_HANDLE);
  people[0].id = string_of("ann");
  carried = carried_of(KNOWN_TAG, NULL);
  OK(framegate_stream_key_seal(stream, carried.tag, people, 2, &digest, &seal));
  OK(framegate_stream_key_close(stream));
  IS(framegate_stream_key_seal(stream, carried.tag, people, 2, &digest, &seal), FRAMEGATE_ERROR_HANDLE);
  OK(framegate_stream_key_close(strange));
  OK(framegate_meeting_key_close(other));
}

/* What writes a tag, and what reads it. */
typedef framegate_status (*writer)(const uint8_t *, size_t, uint32_t, const framegate_carried *, uint8_t *, size_t, size_t *);
typedef framegate_status (*reader)(const uint8_t *, size_t, uint32_t, framegate_carried *);

static framegate_status obu_write(const uint8_t *unit, size_t unit_length, uint32_t none, const framegate_carried *carried, uint8_t *buffer, size_t capacity, size_t *length) {
  (void)none;
  return framegate_obu_write(unit, unit_length, carried, buffer, capacity, length);
}

static framegate_status obu_read(const uint8_t *unit, size_t length, uint32_t none, framegate_carried *carried) {
  (void)none;
  return framegate_obu_read(unit, length, carried);
}

static void travels(writer write, reader read, uint32_t with, const char *plain, const char *const written[2]) {
  const struct known from = known_of(plain);
  uint8_t buffer[128];
  for (int at = 0; at < 2; at++) {
    const framegate_carried carried = carried_of(KNOWN_TAG, at == 0 ? NULL : KNOWN_SEAL);
    const struct known to = known_of(written[at]);
    framegate_carried found;
    found.size = (uint32_t)sizeof found;
    size_t length = 0;
    IS(write(from.bytes, from.length, with, &carried, NULL, 0, &length), FRAMEGATE_ERROR_SHORT_BUFFER);
    IS(length, (long long)to.length);
    memset(buffer, 0x55, sizeof buffer);
    IS(write(from.bytes, from.length, with, &carried, buffer, to.length - 1, &length), FRAMEGATE_ERROR_SHORT_BUFFER);
    CHECK(buffer[to.length - 1] == 0x55);
    OK(write(from.bytes, from.length, with, &carried, buffer, to.length, &length));
    CHECK(length == to.length && memcmp(buffer, to.bytes, length) == 0 && buffer[length] == 0x55);
    OK(read(buffer, length, with, &found));
    CHECK(memcmp(&found, &carried, sizeof found) == 0);
    IS(write(buffer, length, with, &carried, buffer + length - 1, sizeof buffer - length, NULL), FRAMEGATE_ERROR_OVERLAP);
    IS(read(from.bytes, from.length, with, &found), FRAMEGATE_ERROR_NO_TAG);
    CHECK(found.sealed == 0 && is_zero(&found.tag, 16));
  }
}

static void wire(void) {
  const char *const rtp[2] = {KNOWN_RTP_ONE_BYTE, KNOWN_RTP_TWO_BYTE}, *const h264[2] = {KNOWN_H264_TAGGED, KNOWN_H264_SEALED};
  const char *const hevc[2] = {KNOWN_HEVC_TAGGED, KNOWN_HEVC_SEALED}, *const av1[2] = {KNOWN_AV1_TAGGED, KNOWN_AV1_SEALED};
  travels(framegate_rtp_write, framegate_rtp_read, 5, KNOWN_PACKET, rtp);
  travels(framegate_sei_write, framegate_sei_read, FRAMEGATE_FORMAT_H264, KNOWN_H264, h264);
  travels(framegate_sei_write, framegate_sei_read, FRAMEGATE_FORMAT_HEVC, KNOWN_HEVC, hevc);
  travels(obu_write, obu_read, 0, KNOWN_AV1, av1);
  framegate_carried carried = carried_of(KNOWN_TAG, NULL), found = carried;
  uint8_t buffer[128];
  size_t length = 0;
  struct known packet = known_of(KNOWN_RTP_ONE_BYTE);
  IS(framegate_rtp_read(packet.bytes, packet.length, 0, &found), FRAMEGATE_ERROR_EXTENSION_ID);
  IS(framegate_rtp_read(packet.bytes, packet.length, 256, &found), FRAMEGATE_ERROR_EXTENSION_ID);
  IS(framegate_rtp_read(packet.bytes, packet.length, 3, &found), FRAMEGATE_ERROR_TAG_INVALID);
  IS(framegate_rtp_read(packet.bytes, 11, 5, &found), FRAMEGATE_ERROR_WIRE_FORMAT);
  packet.bytes[12] = 0;
  IS(framegate_rtp_write(packet.bytes, packet.length, 5, &carried, buffer, sizeof buffer, &length), FRAMEGATE_ERROR_FOREIGN_EXTENSION);
  IS(framegate_sei_read(packet.bytes, packet.length, FRAMEGATE_FORMAT_VP8, &found), FRAMEGATE_ERROR_NUMBER);
  const struct known tagged = known_of(KNOWN_AV1_TAGGED);
  IS(framegate_obu_write(tagged.bytes, tagged.length, &carried, buffer, sizeof buffer, &length), FRAMEGATE_ERROR_SEVERAL_TAGS);
  carried.sealed = 2;
  IS(framegate_obu_write(tagged.bytes, tagged.length, &carried, buffer, sizeof buffer, &length), FRAMEGATE_ERROR_NUMBER);
}

/* A packet of a mixer's, 0x9999, with two contributing sources and abs-capture-time under the id 3. */
static const uint8_t MIXED[] = {0xB2, 0xE0, 1, 2, 0, 0, 3, 0xC0, 0, 0, 0x99, 0x99, 0, 0, 0x12, 0x34, 0, 0, 0x56, 0x78, 0xBE, 0xDE, 0, 5, 0x3F,
                                0xEE, 0, 0, 0, 0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 0, 2};

static void packets(void) {
  framegate_packet packet;
  memset(&packet, 0xFF, sizeof packet);
  packet.size = (uint32_t)sizeof packet;
  OK(framegate_rtp_parse(MIXED, sizeof MIXED, 3, &packet));
  CHECK(packet.ssrc == 0x9999 && packet.timestamp == 960 && packet.sequence_number == 258 && packet.payload_type == 96 && packet.marker == 1);
  CHECK(packet.csrc_count == 2 && packet.csrcs[0] == 0x1234 && packet.csrcs[1] == 0x5678 && packet.csrcs[2] == 0);
  CHECK(packet.capture_time == 0xEE00000080000000 && packet.has_clock_offset == 1 && packet.clock_offset == -((int64_t)1 << 32));
  CHECK(packet.payload == MIXED + 44 && packet.payload_length == 3);
  OK(framegate_rtp_parse(MIXED, sizeof MIXED, 0, &packet));
  CHECK(packet.capture_time == 0 && packet.has_clock_offset == 0);
  IS(framegate_rtp_parse(MIXED, sizeof MIXED, 256, &packet), FRAMEGATE_ERROR_EXTENSION_ID);
  IS(framegate_rtp_parse(MIXED, 11, 3, &packet), FRAMEGATE_ERROR_WIRE_FORMAT);

  static const uint8_t compound[] = {0x80, 200, 0, 6, 0, 0, 0x12, 0x34, 0xEE, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 3, 0xC0,
                                     0,    0,   0, 0, 0, 0, 0,    0,    0x82, 203, 0, 2, 0, 0, 0, 5, 0, 0, 0, 6};
  framegate_sender_report reports[2];
  uint32_t goodbyes[2];
  size_t count, gone;
  OK(framegate_rtcp_parse(compound, sizeof compound, reports, 2, &count, goodbyes, 2, &gone));
  CHECK(count == 1 && reports[0].ssrc == 0x1234 && reports[0].ntp == 0xEE00000040000000 && reports[0].rtp_timestamp == 960);
  CHECK(gone == 2 && goodbyes[0] == 5 && goodbyes[1] == 6);
  IS(framegate_rtcp_parse(compound, sizeof compound, NULL, 0, &count, goodbyes, 1, &gone), FRAMEGATE_ERROR_SHORT_BUFFER);
  CHECK(count == 1 && gone == 2 && goodbyes[0] == 0);
  IS(framegate_rtcp_parse(compound, sizeof compound - 1, reports, 2, &count, goodbyes, 2, &gone), FRAMEGATE_ERROR_WIRE_FORMAT);
  CHECK(count == 0 && gone == 0 && reports[0].ntp == 0);
}

static bool same(framegate_participant a, framegate_participant b) { return memcmp(&a, &b, sizeof a) == 0; }

static void received(void) {
  packets();
  const int64_t second = 1000000;
  framegate_capture_clock_options options;
  memset(&options, 0, sizeof options);
  options.size = (uint32_t)sizeof options;
  options.rate = 48000;
  options.sender = FRAMEGATE_SENDER_CLOCK_UNRELATED;
  options.worst_delay = second;
  framegate_capture_clock clock, synchronized, none;
  OK(framegate_capture_clock_open(&options, &clock));
  framegate_packet packet;
  memset(&packet, 0, sizeof packet);
  packet.size = (uint32_t)sizeof packet;
  packet.ssrc = 0x1234;
  packet.timestamp = 1920;
  int64_t captured;
  OK(framegate_capture_clock_captured(clock, &packet, 5 * second, &captured));
  CHECK(captured == 4 * second);
  /* Before the meeting's start. */
  OK(framegate_capture_clock_captured(clock, &packet, second / 2, &captured));
  CHECK(captured == FRAMEGATE_NO_TIME);
  const framegate_sender_report report = {0xEE00000040000000, 0x1234, 960};
  OK(framegate_capture_clock_report(clock, &report, 5 * second));
  OK(framegate_capture_clock_captured(clock, &packet, 5 * second + 100000, &captured));
  CHECK(captured == 4 * second + 20000 - 20);
  options.sender = FRAMEGATE_SENDER_CLOCK_SYNCHRONIZED;
  options.start = 0xEDFFFFFF00000000;
  options.error = 1000;
  OK(framegate_capture_clock_open(&options, &synchronized));
  packet.capture_time = 0xEE00000040000000;
  packet.has_clock_offset = 1;
  OK(framegate_capture_clock_captured(synchronized, &packet, 2 * second, &captured));
  CHECK(captured == second + second / 4 - 1000);
  packet.csrc_count = 16;
  IS(framegate_capture_clock_captured(synchronized, &packet, 2 * second, &captured), FRAMEGATE_ERROR_LENGTH);
  options.worst_delay = -1;
  IS(framegate_capture_clock_open(&options, &none), FRAMEGATE_ERROR_LENGTH);

  /* Who is in it. */
  framegate_meeting_options of = options_of("received");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&of, &meeting));
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0), unknown = FRAMEGATE_PARTICIPANT_UNKNOWN;
  framegate_source_map map;
  IS(framegate_source_map_open(0, &map), FRAMEGATE_ERROR_LENGTH);
  OK(framegate_source_map_open(2, &map));
  OK(framegate_source_map_assign(map, 0x1234, ann, 0));
  OK(framegate_source_map_assign_mixer(map, 0x9999, 0));
  IS(framegate_source_map_assign(map, 0x5678, ann, 0), FRAMEGATE_ERROR_FULL);
  OK(framegate_rtp_parse(MIXED, sizeof MIXED, 0, &packet));
  framegate_participant people[FRAMEGATE_MAX_CONTRIBUTORS];
  size_t count;
  uint32_t contributors;
#define WHO framegate_source_map_contributors(map, &packet, second, 2 * second, people, FRAMEGATE_MAX_CONTRIBUTORS, &count, &contributors)
  OK(WHO);
  CHECK(contributors == FRAMEGATE_CONTRIBUTORS_COMPLETE && count == 2 && same(people[0], ann) && same(people[1], unknown));
  packet.csrc_count = 0;
  OK(WHO);
  CHECK(contributors == FRAMEGATE_CONTRIBUTORS_PARTIAL && count == 0);
  packet.csrc_count = 15;
  OK(WHO);
  CHECK(contributors == FRAMEGATE_CONTRIBUTORS_PARTIAL && count == 2);
  OK(framegate_source_map_end(map, 0x1234, 3 * second / 2));
  packet.csrc_count = 1;
  OK(WHO);
  CHECK(contributors == FRAMEGATE_CONTRIBUTORS_COMPLETE && count == 2 && same(people[0], ann) && same(people[1], unknown));
  IS(framegate_source_map_contributors(map, &packet, second, 2 * second, people, 1, &count, &contributors), FRAMEGATE_ERROR_SHORT_BUFFER);
  CHECK(contributors == 0 && count == 2);
  IS(framegate_source_map_assign(map, 0x1234, ann, -1), FRAMEGATE_ERROR_TIME);
  OK(framegate_source_map_close(map));
  IS(framegate_source_map_close(map), FRAMEGATE_ERROR_HANDLE);
  OK(framegate_capture_clock_close(clock));
  OK(framegate_capture_clock_close(synchronized));
  OK(framegate_meeting_close(meeting));
}

static int is(framegate_string text, const char *expected) { return text.length == strlen(expected) && memcmp(text.data, expected, text.length) == 0; }

static void descriptions(void) {
  char text[80];
  size_t length = 0;
  OK(framegate_sdp_extmap(5, text, sizeof text, &length));
  const framegate_string offered = {text, length};
  CHECK(is(offered, "a=extmap:5 " FRAMEGATE_SDP_URI));
  IS(framegate_sdp_extmap(5, text, 3, &length), FRAMEGATE_ERROR_SHORT_BUFFER);
  IS(framegate_sdp_extmap(0, text, sizeof text, &length), FRAMEGATE_ERROR_EXTENSION_ID);
  NUMBER(framegate_sdp_extension_id(string_of("m=audio 9 RTP/AVP 0\r\na=extmap:5/sendonly " FRAMEGATE_SDP_URI "\r\n" FRAMEGATE_SDP_ALLOW_MIXED "\r\n"), &number), 5);
  NO_NUMBER(framegate_sdp_extension_id(string_of("a=extmap:5 urn:other"), &number), FRAMEGATE_ERROR_EXTENSION_ID);

  NUMBER(framegate_recording_of(FRAMEGATE_PURPOSE_RECORD | FRAMEGATE_PURPOSE_TRAIN, &number), FRAMEGATE_RECORDING_ON);
  NUMBER(framegate_recording_of(0, &number), FRAMEGATE_RECORDING_OFF);
  NUMBER(framegate_preference_of(FRAMEGATE_PURPOSE_RECORD, &number), FRAMEGATE_PREFERENCE_ON);
  NUMBER(framegate_preference_of(FRAMEGATE_PURPOSE_TRAIN, &number), FRAMEGATE_PREFERENCE_OFF);
  framegate_string line = string_of("x");
  OK(framegate_recording_line(FRAMEGATE_RECORDING_PAUSED, &line));
  CHECK(is(line, "a=record:paused"));
  IS(framegate_recording_line(0, &line), FRAMEGATE_ERROR_NUMBER);
  CHECK(line.length == 0);
  OK(framegate_preference_line(FRAMEGATE_PREFERENCE_PAUSE, &line));
  CHECK(is(line, "a=recordpref:pause"));
  IS(framegate_preference_line(0, &line), FRAMEGATE_ERROR_NUMBER);
  CHECK(line.length == 0);
  const framegate_string session = string_of("a=recordpref:nopreference\nm=audio\na=record:off\na=recordpref:pause\nm=video\na=recordpref:later\n");
  NUMBER(framegate_recording_read(session, 0, &number), FRAMEGATE_RECORDING_OFF);
  NUMBER(framegate_recording_read(session, 1, &number), FRAMEGATE_RECORDING_UNSAID);
  NUMBER(framegate_preference_read(session, 0, &number), FRAMEGATE_PREFERENCE_PAUSE);
  NUMBER(framegate_preference_read(session, 1, &number), FRAMEGATE_PREFERENCE_OFF);
  NUMBER(framegate_preference_read(session, 2, &number), FRAMEGATE_PREFERENCE_NO_PREFERENCE);
  NO_NUMBER(framegate_preference_read(string_of("\xFF"), 0, &number), FRAMEGATE_ERROR_UTF8);
  TRUTH(framegate_preference_permits(FRAMEGATE_PREFERENCE_PAUSE, &truth), false);
  TRUTH(framegate_preference_permits(FRAMEGATE_PREFERENCE_NO_PREFERENCE, &truth), true);
  TRUTH(framegate_preference_permits(77, &truth), false);
  TRUTH(framegate_preference_permits(0, &truth), false);
}

/* How many bits of a bitmap are set. */
static size_t bits_of(const uint64_t *words, size_t count) {
  size_t bits = 0;
  for (size_t at = 0; at < 64 * count; at++) bits += words[at / 64] >> at % 64 & 1;
  return bits;
}

enum { ARCHIVED = 1500, WORDS = (ARCHIVED + 63) / 64 };

/* What was released, sealed inside its release, checked before training, and once more after a withdrawal. */
static void training(void) {
  static struct kept kept;
  framegate_meeting_options options = options_of("training");
  options.append = on_append;
  options.append_user = &kept;
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_digest notice = shown(meeting, "1");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_TRAIN));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, SECOND));
  const framegate_tap tap = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE),
                                   outlet_of(FRAMEGATE_PURPOSE_TRAIN, 0, "model"));

  framegate_meeting_key key;
  framegate_stream_key stream;
  framegate_instance instance;
  OK(framegate_meeting_instance(meeting, &instance));
  OK(framegate_meeting_key_open(known_of(KNOWN_SECRET).bytes, &instance, &key));
  OK(framegate_stream_key_open(key, 0, &stream));
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 2 * SECOND);
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  const framegate_subject who = subject_of("ann", 0), wrong[2] = {subject_of("b", 0), subject_of("a", 0)}, nobody = subject_of("zoe", 0);
  framegate_carried carried = carried_of(KNOWN_TAG, KNOWN_SEAL);
  HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 1, 2 * SECOND, &cleared, &handed_on), 1);
  const framegate_piece piece = {cleared.payload.plane[0].data, cleared.payload.plane[0].length};
  carried.tag = cleared.tag;
  const framegate_piece other_piece = {(const uint8_t *)"another", 7};
  framegate_payload_digest digest, another;
  OK(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_OPAQUE, &piece, 1, &digest));
  OK(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_OPAQUE, &other_piece, 1, &another));
  OK(framegate_stream_key_seal(stream, cleared.tag, &who, 1, &digest, &carried.seal));
  OK(framegate_tap_end(tap));
  /* What was withheld has a tag, too. */
  framegate_carried withheld = carried;
  const framegate_frame early = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 0);
  HANDED_ON(framegate_tap_admit(tap, &early, &payload, 1, 2 * SECOND, &cleared, &handed_on), 0);
  withheld.tag = cleared.tag;

  framegate_ledger ledger;
  framegate_verifier verifier;
  framegate_head earlier;
  OK(framegate_ledger_read(kept.bytes, kept.length, NULL, NULL, &ledger, NULL));
  OK(framegate_verifier_open(ledger, &verifier));
  OK(framegate_ledger_close(ledger));
  OK(framegate_verifier_head(verifier, &earlier));
  framegate_carried unsealed = carried, forged = carried;
  unsealed.sealed = 0;
  forged.seal.bytes[3] ^= 1;
  static framegate_archived frames[ARCHIVED];
  static uint64_t bits[WORDS + 1];
  static uint8_t findings[ARCHIVED + 1];
  for (int at = 0; at < ARCHIVED; at++) frames[at] = archived_of(instance, &carried, &who, 1, &digest);
  static const struct {
    size_t at;
    uint8_t finding;
  } bad[] = {{0, FRAMEGATE_FINDING_NO_TAG}, {63, FRAMEGATE_FINDING_WITHHELD}, {64, FRAMEGATE_FINDING_UNNAMED}, {1023, FRAMEGATE_FINDING_UNSEALED},
             {1024, FRAMEGATE_FINDING_FORGED}, {1025, FRAMEGATE_FINDING_FORGED}, {1499, FRAMEGATE_FINDING_UNNAMED}};
  const size_t bad_count = sizeof bad / sizeof bad[0];
  frames[0].carried = NULL;
  frames[63].carried = &withheld;
  frames[64] = archived_of(instance, &carried, wrong, 2, &digest);
  frames[1023].carried = &unsealed;
  frames[1024].carried = &forged;
  frames[1025].digest = &another;
  frames[1499].subject_count = 0;
  size_t count = 0;
  bits[WORDS] = 7;
  findings[ARCHIVED] = 77;
  OK(framegate_verifier_verify_batch(verifier, frames, ARCHIVED, FRAMEGATE_PURPOSE_TRAIN, key, bits, findings, &count));
  for (size_t at = 0, next = 0; at < ARCHIVED; at++) {
    const int is_bad = next < bad_count && bad[next].at == at;
    IS(findings[at], is_bad ? (int)bad[next].finding : (int)FRAMEGATE_FINDING_CLEARED);
    IS((int)(bits[at / 64] >> at % 64 & 1), !is_bad);
    next += (size_t)is_bad;
  }
  IS((long long)count, (long long)(ARCHIVED - bad_count));
  CHECK(bits_of(bits, WORDS) == count && bits[WORDS] == 7 && findings[ARCHIVED] == 77);
  OK(framegate_verifier_dry_run(verifier, frames, ARCHIVED, FRAMEGATE_PURPOSE_TRAIN, bits, findings, &count));
  IS((long long)count, ARCHIVED - 4);
  CHECK(findings[1023] == FRAMEGATE_FINDING_CLEARED && findings[1024] == FRAMEGATE_FINDING_CLEARED && findings[63] == FRAMEGATE_FINDING_WITHHELD);
  OK(framegate_verifier_verify_batch(verifier, frames, ARCHIVED, FRAMEGATE_PURPOSE_TRAIN | FRAMEGATE_PURPOSE_RECORD, key, bits, findings, &count));
  CHECK(count == 0 && findings[1] == FRAMEGATE_FINDING_OTHER_PURPOSE);
  OK(framegate_verifier_verify_batch(verifier, frames, ARCHIVED, 0, key, bits, findings, &count));
  CHECK(count == 0);
  OK(framegate_verifier_recheck(verifier, &earlier, frames, ARCHIVED, bits, findings, &count));
  IS((long long)count, ARCHIVED - 4);
  OK(framegate_verifier_verify_batch(verifier, NULL, 0, FRAMEGATE_PURPOSE_TRAIN, key, NULL, NULL, &count));
  IS((long long)count, 0);
  /* On an error nothing is cleared. */
  framegate_meeting_key none = {0};
  memset(bits, 0xFF, sizeof bits);
  IS(framegate_verifier_verify_batch(verifier, frames, ARCHIVED, FRAMEGATE_PURPOSE_TRAIN, none, bits, findings, &count), FRAMEGATE_ERROR_HANDLE);
  CHECK(count == 0 && bits_of(bits, WORDS) == 0 && is_zero(findings, ARCHIVED));
  frames[1499].reserved = 1;
  IS(framegate_verifier_dry_run(verifier, frames, ARCHIVED, FRAMEGATE_PURPOSE_TRAIN, bits, findings, &count), FRAMEGATE_ERROR_NUMBER);
  CHECK(count == 0 && bits_of(bits, WORDS) == 0 && is_zero(findings, ARCHIVED));
  IS(framegate_verifier_dry_run(verifier, frames, SIZE_MAX, FRAMEGATE_PURPOSE_TRAIN, bits, findings, &count), FRAMEGATE_ERROR_LENGTH);
  frames[1499] = archived_of(instance, &carried, &nobody, 1, &digest);
  OK(framegate_verifier_dry_run(verifier, frames + 1499, 1, FRAMEGATE_PURPOSE_TRAIN, bits, findings, &count));
  IS(findings[0], FRAMEGATE_FINDING_INCONSISTENT);
  /* What is another meeting's is told apart: a row, a key, a head. Without a meeting there is no row. */
  framegate_instance strange = instance;
  strange.bytes[15] ^= 1;
  frames[1499] = archived_of(strange, &carried, &who, 1, &digest);
  OK(framegate_verifier_dry_run(verifier, frames + 1499, 1, FRAMEGATE_PURPOSE_TRAIN, bits, findings, &count));
  CHECK(count == 0 && findings[0] == FRAMEGATE_FINDING_OTHER_MEETING);
  OK(framegate_verifier_recheck(verifier, &earlier, frames + 1499, 1, bits, findings, &count));
  CHECK(count == 0 && findings[0] == FRAMEGATE_FINDING_OTHER_MEETING);
  framegate_meeting_key stranger;
  OK(framegate_meeting_key_open(known_of(KNOWN_SECRET).bytes, &strange, &stranger));
  OK(framegate_verifier_verify_batch(verifier, frames, 10, FRAMEGATE_PURPOSE_TRAIN, stranger, bits, findings, &count));
  CHECK(count == 0 && findings[0] == FRAMEGATE_FINDING_OTHER_MEETING && findings[9] == FRAMEGATE_FINDING_OTHER_MEETING);
  OK(framegate_meeting_key_close(stranger));
  framegate_head of_another = earlier;
  of_another.instance = strange;
  IS(framegate_verifier_recheck(verifier, &of_another, frames, 10, bits, findings, &count), FRAMEGATE_ERROR_OTHER_MEETING);
  IS(framegate_ledger_read(kept.bytes, kept.length, &of_another, NULL, &ledger, NULL), FRAMEGATE_ERROR_OTHER_MEETING);
  memset(&frames[1499].instance, 0, sizeof frames[1499].instance);
  IS(framegate_verifier_dry_run(verifier, frames + 1499, 1, FRAMEGATE_PURPOSE_TRAIN, bits, findings, &count), FRAMEGATE_ERROR_EMPTY);
  CHECK(count == 0 && bits[0] == 0);
  framegate_meeting_options repeated = options_of("training");
  repeated.instance = &instance;
  framegate_meeting twice;
  IS(framegate_meeting_open(&repeated, &twice), FRAMEGATE_ERROR_REPEATED_INSTANCE);
  frames[1499] = archived_of(instance, &carried, &nobody, 1, &digest);
  OK(framegate_verifier_close(verifier));
  framegate_head closed = earlier;
  IS(framegate_verifier_head(verifier, &closed), FRAMEGATE_ERROR_HANDLE);
  CHECK(is_zero(&closed, sizeof closed));
  IS(framegate_verifier_recheck(verifier, &earlier, frames, 1, bits, findings, &count), FRAMEGATE_ERROR_HANDLE);

  /* After a withdrawal it must go, and agreeing again saves nothing. */
  framegate_settling settling;
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, grant.scope, 3 * SECOND, &settling));
  TRUTH(framegate_meeting_settled(meeting, settling, 3 * SECOND, &truth), 1);
  OK(framegate_settling_close(settling));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 4 * SECOND));
  OK(framegate_meeting_end(meeting, NULL));
  OK(framegate_ledger_read(kept.bytes, kept.length, &earlier, NULL, &ledger, NULL));
  OK(framegate_verifier_open(ledger, &verifier));
  OK(framegate_ledger_close(ledger));
  OK(framegate_verifier_recheck(verifier, &earlier, frames, 100, bits, findings, &count));
  CHECK(count == 0 && findings[1] == FRAMEGATE_FINDING_RECALLED && findings[0] == FRAMEGATE_FINDING_NO_TAG);
  CHECK(is(framegate_finding_name(findings[1]), "recalled") && is(framegate_finding_name(10), "other meeting") && is(framegate_finding_name(11), "unknown") && is(framegate_finding_name(0), "unknown"));
  earlier.hash.bytes[0] ^= 1;
  IS(framegate_verifier_recheck(verifier, &earlier, frames, 100, bits, findings, &count), FRAMEGATE_ERROR_ANCHOR);
  CHECK(findings[1] == 0);
  OK(framegate_verifier_close(verifier));
  OK(framegate_stream_key_close(stream));
  OK(framegate_meeting_key_close(key));
  OK(framegate_tap_close(tap));
  OK(framegate_meeting_close(meeting));
}

/* ---- Mistakes that compile: MISUSE.md ---- */

#define ONE(call, reason_)                                                                          \
  do {                                                                                              \
    framegate_tag_fields fields_;                                                                   \
    memset(&fields_, 0, sizeof fields_);                                                            \
    fields_.size = (uint32_t)sizeof fields_;                                                        \
    HANDED_ON(call, 0);                                                                             \
    CHECK(cleared.verdict == FRAMEGATE_VERDICT_DROPPED && cleared.payload.plane[0].data == NULL);   \
    OK(framegate_tag_get(cleared.tag, &fields_));                                                   \
    IS((long long)fields_.reason, reason_);                                                         \
  } while (0)

static framegate_status by_person(framegate_meeting meeting, framegate_participant who, framegate_digest notice, framegate_scope scope, int64_t until, int64_t now) {
  framegate_grant grant = grant_of(notice, scope);
  grant.until = until;
  return framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, &grant, now);
}

/* Somebody agrees to RECORD at 1 s. */
static void mistakes(void) {
  const int64_t second = 1000000;
  const framegate_scope recording = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD);
  framegate_meeting_options options = options_of("mistakes");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_digest notice = shown(meeting, "mistakes");
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0);
  framegate_stream microphone;
  framegate_outlet recorder;
  framegate_tap tap;
  framegate_stream_options stream = stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  framegate_outlet_options outlet = outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder");
  OK(framegate_stream_open(meeting, &stream, &microphone));
  OK(framegate_outlet_open(meeting, &outlet, &recorder));
  OK(framegate_tap_open(meeting, microphone, recorder, &tap));
  OK(by_person(meeting, ann, notice, recording, FRAMEGATE_NO_TIME, second));
  uint8_t voice[4] = {1, 2, 3, 4}, copy[4];
  const framegate_payload payload = bytes_of(voice, sizeof voice);
  framegate_payload_mut buffer = bytes_in(copy, sizeof copy);
  framegate_cleared cleared = cleared_of();
  framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 2 * second);
#define ADMIT(now) framegate_tap_admit(tap, &frame, &payload, 1, now, &cleared, &handed_on)

  /* Milliseconds for microseconds; an end that is a duration; a capture that is the release, and the other way round. */
  frame.captured = 2000;
  ONE(ADMIT(2 * second), FRAMEGATE_REASON_CAPTURED_EARLIER);
  frame.captured = 3 * second;
  ONE(ADMIT(2 * second), FRAMEGATE_REASON_TIME);
  frame.captured = -1;
  ONE(ADMIT(2 * second), FRAMEGATE_REASON_TIME);
  frame.captured = 2 * second;
  IS(by_person(meeting, ann, notice, recording, 60000, 2 * second), FRAMEGATE_ERROR_TIME);

  /* OK is not that it was handed on, and to end what was not is no harm. */
  frame.captured = second / 2;
  ONE(ADMIT(2 * second), FRAMEGATE_REASON_CAPTURED_EARLIER);
  IS(framegate_tap_end(tap), FRAMEGATE_ERROR_NOT_RELEASING);
  HANDED_ON(framegate_tap_admit(tap, &frame, &payload, 0, 2 * second, &cleared, &handed_on), 0);
  frame.captured = 2 * second;

  /* Not ended, the tap withholds, and the withdrawal waits. */
  HANDED_ON(ADMIT(2 * second), 1);
  NOT_HANDED_ON(ADMIT(2 * second), FRAMEGATE_ERROR_RELEASING);
  framegate_settling settling, twin;
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, recording, 2 * second, &settling));
  TRUTH(framegate_settling_wait(settling, 1, &truth), false);
  OK(framegate_tap_end(tap));
  TRUTH(framegate_settling_is_settled(settling, &truth), true);
  /* One that is closed, by its copy, is not settled. */
  twin = settling;
  OK(framegate_settling_close(twin));
  NO_TRUTH(framegate_settling_is_settled(settling, &truth), FRAMEGATE_ERROR_HANDLE);
  IS(framegate_settling_close(settling), FRAMEGATE_ERROR_HANDLE);
  ONE(ADMIT(2 * second), FRAMEGATE_REASON_WITHDRAWN);
  OK(by_person(meeting, ann, notice, recording, FRAMEGATE_NO_TIME, 3 * second));
  frame.captured = 3 * second;

  /* A buffer that is the payload's own, wholly or in part. */
  for (size_t at = 0; at < 4; at++) {
    buffer = bytes_in(voice + at, sizeof voice - at);
    ONE(framegate_tap_admit_into(tap, &frame, &payload, &buffer, 1, 3 * second, &cleared, &handed_on), FRAMEGATE_REASON_MALFORMED);
    CHECK(voice[0] == 1 && voice[3] == 4);
  }

  /* A handle of zeros, as a call that failed leaves behind. */
  framegate_participant none = joined(meeting, "ben", "", NULL, 3 * second), both[2];
  framegate_join_options twice;
  memset(&twice, 0, sizeof twice);
  twice.size = (uint32_t)sizeof twice;
  twice.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  twice.id = string_of("ann");
  IS(framegate_meeting_join(meeting, &twice, 3 * second, &none), FRAMEGATE_ERROR_ALREADY_JOINED);
  IS(by_person(meeting, none, notice, recording, FRAMEGATE_NO_TIME, 3 * second), FRAMEGATE_ERROR_FOREIGN);
  IS(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, none, recording, 3 * second, NULL), FRAMEGATE_ERROR_FOREIGN);
  IS(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_HOST, &none, recording, 3 * second, NULL), FRAMEGATE_ERROR_FOREIGN);
  both[0] = ann;
  both[1] = none;
  frame.contributors = FRAMEGATE_CONTRIBUTORS_COMPLETE;
  frame.people = both;
  frame.people_count = 2;
  ONE(ADMIT(3 * second), FRAMEGATE_REASON_UNKNOWN);
  /* More people than there are in the array is for the caller to see to; one too few is not. */
  frame.contributors = FRAMEGATE_CONTRIBUTORS_OWNER;
  ONE(ADMIT(3 * second), FRAMEGATE_REASON_MALFORMED);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 3 * second);
  framegate_stream no_stream;
  framegate_tap no_tap;
  stream.format = FRAMEGATE_FORMAT_I420;
  IS(framegate_stream_open(meeting, &stream, &no_stream), FRAMEGATE_ERROR_FORMAT);
  IS(framegate_tap_open(meeting, no_stream, recorder, &no_tap), FRAMEGATE_ERROR_FOREIGN);
  NOT_HANDED_ON(framegate_tap_admit(no_tap, &frame, &payload, 1, 3 * second, &cleared, &handed_on), FRAMEGATE_ERROR_HANDLE);
  stream.format = FRAMEGATE_FORMAT_OPAQUE;

  /* An id with the zero at its end counted, or in other letters, is another's. */
  framegate_participant found;
  const framegate_string counted = {"ann", sizeof "ann"};
  IS(framegate_meeting_find(meeting, counted, &found), FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  IS(framegate_meeting_find(meeting, string_of("Ann"), &found), FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  IS(by_person(meeting, found, notice, recording, FRAMEGATE_NO_TIME, 3 * second), FRAMEGATE_ERROR_FOREIGN);

  /* The set of no kind: nothing to agree to, and everything to withdraw. */
  CHECK(FRAMEGATE_KINDS(0) == 0 && FRAMEGATE_KINDS(FRAMEGATE_NO_KIND) == 0 && FRAMEGATE_KINDS(17) == 0);
  IS(by_person(meeting, ann, notice, scope_of(FRAMEGATE_KINDS(FRAMEGATE_NO_KIND), FRAMEGATE_PURPOSE_RECORD), FRAMEGATE_NO_TIME, 3 * second), FRAMEGATE_ERROR_EMPTY);
  /* A kind's number for its set, and kinds and purposes by turns, are other scopes, of which a notice need know nothing. */
  framegate_notice narrow;
  memset(&narrow, 0, sizeof narrow);
  narrow.size = (uint32_t)sizeof narrow;
  narrow.scope = scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_SCREEN), FRAMEGATE_PURPOSE_TRAIN);
  OK(framegate_digest_of(string_of("screens"), &narrow.digest));
  OK(framegate_meeting_show(meeting, &narrow));
  IS(by_person(meeting, ann, narrow.digest, scope_of(FRAMEGATE_KIND_SCREEN, FRAMEGATE_PURPOSE_TRAIN), FRAMEGATE_NO_TIME, 3 * second), FRAMEGATE_ERROR_BEYOND_NOTICE);
  IS(by_person(meeting, ann, narrow.digest, scope_of(FRAMEGATE_PURPOSE_TRAIN, FRAMEGATE_KINDS(FRAMEGATE_KIND_SCREEN)), FRAMEGATE_NO_TIME, 3 * second), FRAMEGATE_ERROR_BEYOND_NOTICE);

  /* Several purposes of one outlet are all asked for; another of its name is another. */
  outlet.purposes = FRAMEGATE_PURPOSE_RECORD | FRAMEGATE_PURPOSE_TRAIN;
  framegate_outlet again;
  framegate_tap wider;
  OK(framegate_outlet_open(meeting, &outlet, &again));
  CHECK(again.number != recorder.number);
  OK(framegate_tap_open(meeting, microphone, again, &wider));
  ONE(framegate_tap_admit(wider, &frame, &payload, 1, 3 * second, &cleared, &handed_on), FRAMEGATE_REASON_NOT_GRANTED);
  outlet.purposes = 1 << 9;
  IS(framegate_outlet_open(meeting, &outlet, &again), FRAMEGATE_ERROR_FOREIGN_PURPOSE);
  IS(framegate_tap_open(meeting, microphone, again, &no_tap), FRAMEGATE_ERROR_FOREIGN);

  /* Nobody named is everybody; what restricts everybody is not lifted for one, nor by another. */
  HANDED_ON(ADMIT(3 * second), 1);
  OK(framegate_tap_end(tap));
  OK(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_HOST, NULL, recording, 3 * second, NULL));
  OK(framegate_meeting_lift(meeting, FRAMEGATE_AUTHORITY_HOST, &ann, recording, 3 * second));
  OK(framegate_meeting_lift(meeting, FRAMEGATE_AUTHORITY_ADMINISTRATOR, NULL, recording, 3 * second));
  ONE(ADMIT(3 * second), FRAMEGATE_REASON_RESTRICTED);
  OK(framegate_meeting_lift(meeting, FRAMEGATE_AUTHORITY_HOST, NULL, recording, 4 * second));
  ONE(ADMIT(4 * second), FRAMEGATE_REASON_CAPTURED_EARLIER);
  frame.captured = 4 * second;

  /* A batch says of each frame by itself. */
  framegate_frame frames[3] = {frame, frame, frame};
  framegate_payload payloads[3] = {payload, payload, payload};
  framegate_cleared each[3] = {cleared_of(), cleared_of(), cleared_of()};
  frames[1].captured = second;
  payloads[2].size = 0;
  HANDED_ON(framegate_tap_admit(tap, frames, payloads, 3, 4 * second, each, &handed_on), 1);
  CHECK(each[0].verdict == FRAMEGATE_VERDICT_WHOLE && each[0].payload.plane[0].data == voice);
  CHECK(each[1].verdict == FRAMEGATE_VERDICT_DROPPED && each[1].payload.plane[0].data == NULL);
  CHECK(each[2].verdict == FRAMEGATE_VERDICT_DROPPED && each[2].payload.plane[0].data == NULL);
  OK(framegate_tap_end(tap));

  /* A verdict that is not 0 may be of a blank frame, in which nothing of it is. */
  stream.format = FRAMEGATE_FORMAT_PCM_U8;
  stream.channels = 2;
  outlet = outlet_of(FRAMEGATE_PURPOSE_TRAIN, FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), "model");
  const framegate_tap blanking = tap_of(meeting, stream, outlet);
  buffer = bytes_in(copy, sizeof copy);
  HANDED_ON(framegate_tap_admit_into(blanking, &frame, &payload, &buffer, 1, 4 * second, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_BLANKED && cleared.source.size == 0 && cleared.hidden == UINT64_MAX);
  CHECK(copy[0] == 128 && copy[1] == 128 && copy[2] == 128 && copy[3] == 128);
  OK(framegate_tap_end(blanking));
  /* Channels counted from 1, and a frame that is no whole number of them. */
  framegate_region channel = region_of(ann, FRAMEGATE_AREA_CHANNEL);
  channel.channel = 2;
  frame.regions = &channel;
  frame.region_count = 1;
  framegate_payload odd = payload;
  odd.plane[0].length = 3;
  ONE(framegate_tap_admit_into(blanking, &frame, &payload, &buffer, 1, 4 * second, &cleared, &handed_on), FRAMEGATE_REASON_MALFORMED);
  frame.region_count = 0;
  buffer.plane[0].length = 3;
  ONE(framegate_tap_admit_into(blanking, &frame, &odd, &buffer, 1, 4 * second, &cleared, &handed_on), FRAMEGATE_REASON_MALFORMED);

  /* A width or height below 0 is no part of a picture, and not all that is to the right; nor is a corner that lies there, or corners for a size. */
  both[1] = joined(meeting, "eva", "", NULL, 4 * second);
  framegate_stream_options tiles = stream_of(FRAMEGATE_STREAM_COMPOSITE, ann, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_GRAY8);
  const framegate_tap gallery = tap_of(meeting, tiles, outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "gallery"));
  OK(by_person(meeting, ann, notice, scope_of(FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO), FRAMEGATE_PURPOSE_RECORD), FRAMEGATE_NO_TIME, 4 * second));
  uint8_t picture[8] = {7, 7, 7, 7, 7, 7, 7, 7}, seen[8];
  framegate_payload pixels = bytes_of(picture, 8);
  framegate_payload_mut room = bytes_in(seen, 8);
  pixels.planes = room.planes = 1;
  pixels.plane[0].stride = room.plane[0].stride = 4;
  framegate_region tile = region_of(ann, FRAMEGATE_AREA_RECTANGLE);
  framegate_frame shared = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE, 4 * second);
  shared.people = both;
  shared.people_count = 2;
  shared.regions = &tile;
  shared.region_count = 1;
  static const int32_t corners[5][4] = {{0, 0, -2, 2}, {0, 0, 2, -2}, {-2, 0, 2, 2}, {0, -1, 2, 2}, {4, 0, 4, 2}};
  for (int at = 0; at < 5; at++) {
    tile.x = (uint32_t)corners[at][0];
    tile.y = (uint32_t)corners[at][1];
    tile.width = (uint32_t)corners[at][2];
    tile.height = (uint32_t)corners[at][3];
    ONE(framegate_tap_admit_into(gallery, &shared, &pixels, &room, 1, 4 * second, &cleared, &handed_on), FRAMEGATE_REASON_MALFORMED);
  }
  tile.x = tile.y = 0;
  tile.width = tile.height = 2;
  HANDED_ON(framegate_tap_admit_into(gallery, &shared, &pixels, &room, 1, 4 * second, &cleared, &handed_on), 1);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_REDACTED && seen[0] == 7 && seen[1] == 7 && seen[2] == 16 && seen[7] == 16);
  OK(framegate_tap_end(gallery));
  OK(framegate_tap_close(gallery));

  /* After a stay: whoever withdraws by the handle of it withdraws, and all else refuses it. */
  OK(framegate_meeting_leave(meeting, ann, 5 * second, NULL));
  const framegate_participant later = joined(meeting, "ann", "", NULL, 5 * second);
  OK(by_person(meeting, later, notice, recording, FRAMEGATE_NO_TIME, 5 * second));
  stream.owner = later;
  const framegate_tap anew = tap_of(meeting, stream, outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  IS(by_person(meeting, ann, notice, recording, FRAMEGATE_NO_TIME, 5 * second), FRAMEGATE_ERROR_UNKNOWN_PARTICIPANT);
  frame.captured = 5 * second;
  ONE(ADMIT(5 * second), FRAMEGATE_REASON_ABSENT);
  HANDED_ON(framegate_tap_admit(anew, &frame, &payload, 1, 5 * second, &cleared, &handed_on), 1);
  OK(framegate_tap_end(anew));
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, recording, 5 * second, NULL));
  ONE(framegate_tap_admit(anew, &frame, &payload, 1, 5 * second, &cleared, &handed_on), FRAMEGATE_REASON_WITHDRAWN);

  /* Closed twice, used after it, and taps of a meeting that is closed. */
  OK(framegate_tap_close(wider));
  IS(framegate_tap_close(wider), FRAMEGATE_ERROR_HANDLE);
  OK(framegate_meeting_close(meeting));
  IS(framegate_meeting_close(meeting), FRAMEGATE_ERROR_HANDLE);
  IS(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, later, recording, 5 * second, NULL), FRAMEGATE_ERROR_HANDLE);
  ONE(framegate_tap_admit(anew, &frame, &payload, 1, 5 * second, &cleared, &handed_on), FRAMEGATE_REASON_ENDED);
  OK(framegate_tap_close(anew));
  OK(framegate_tap_close(blanking));
  OK(framegate_tap_close(tap));
}

int main(int count, char **arguments) {
  CHECK(count == 2);
  names();
  one_frame();
  content();
  formats();
  people();
  signers();
  ledgers(arguments[1]);
  agreed_earlier();
  left_before_a_crash();
  stores();
  clocks();
  seals();
  wire();
  received();
  descriptions();
  training();
  mistakes();
  puts("every function does what the header says");
  return 0;
}
