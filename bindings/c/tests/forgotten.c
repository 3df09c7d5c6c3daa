/* What was forgotten is no yes: each member of each struct that goes in, left at 0 in one that is right otherwise, and what comes of it.
 * Where that is OK, nothing is released by it that would not be, which is said beside it. */

#include "check.h"

/* A call with a struct of which one member was forgotten. */
#define FORGOTTEN(type, member, of, call, expected) \
  do {                                              \
    const type whole_ = (of);                       \
    memset(&(of).member, 0, sizeof(of).member);     \
    IS(call, expected);                             \
    (of) = whole_;                                  \
  } while (0)

static const uint8_t SECRET[32] = {9};
static const uint8_t KEY[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};

static int32_t on_append(void *user, const uint8_t *lines, size_t length, int32_t durable) {
  (void)user, (void)lines, (void)length, (void)durable;
  return 0;
}

static void on_event(void *user, const char *line, size_t length) { (void)user, (void)line, (void)length; }

static int32_t on_sign(void *user, const uint8_t *message, size_t length, uint8_t *signature) {
  (void)user, (void)message, (void)length, (void)signature;
  return 1;
}

static framegate_status opens(const framegate_meeting_options *options) {
  framegate_meeting meeting;
  const framegate_status status = framegate_meeting_open(options, &meeting);
  if (status == FRAMEGATE_OK) OK(framegate_meeting_close(meeting));
  return status;
}

static void meetings(void) {
  static char user;
  framegate_meeting_options options = options_of("forgotten");
  options.append = on_append;
  options.append_user = options.event_user = &user;
  options.event = on_event;
  options.device_secret = SECRET;
  options.durability = FRAMEGATE_DURABILITY_BATCHED;
  OK(opens(&options));
  FORGOTTEN(framegate_meeting_options, size, options, opens(&options), FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_meeting_options, participants, options, opens(&options), FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_meeting_options, id, options, opens(&options), FRAMEGATE_ERROR_EMPTY);
  /* Without a ledger there is no evidence, and no more consent. */
  FORGOTTEN(framegate_meeting_options, ledger, options, opens(&options), FRAMEGATE_OK);
  FORGOTTEN(framegate_meeting_options, append, options, opens(&options), FRAMEGATE_OK);
  FORGOTTEN(framegate_meeting_options, append_user, options, opens(&options), FRAMEGATE_OK);
  FORGOTTEN(framegate_meeting_options, event, options, opens(&options), FRAMEGATE_OK);
  FORGOTTEN(framegate_meeting_options, event_user, options, opens(&options), FRAMEGATE_OK);
  /* Nobody vouches for the ledger, which says so: `anchored`. */
  FORGOTTEN(framegate_meeting_options, device_secret, options, opens(&options), FRAMEGATE_OK);
  /* Every entry is durable at once. */
  FORGOTTEN(framegate_meeting_options, durability, options, opens(&options), FRAMEGATE_OK);
  FORGOTTEN(framegate_meeting_options, reserved, options, opens(&options), FRAMEGATE_OK);
  static const framegate_instance instance = {{7}};
  options.instance = &instance;
  OK(opens(&options));
  IS(opens(&options), FRAMEGATE_ERROR_REPEATED_INSTANCE);
  /* One is drawn. */
  FORGOTTEN(framegate_meeting_options, instance, options, opens(&options), FRAMEGATE_OK);
  options.instance = NULL;
  options.started = 1;
  OK(opens(&options));
  /* It is read from the system's clock. */
  FORGOTTEN(framegate_meeting_options, started, options, opens(&options), FRAMEGATE_OK);
  options.device_secret = NULL;
  options.sign = on_sign;
  options.sign_user = &user;
  options.device_key = KEY;
  OK(opens(&options));
  FORGOTTEN(framegate_meeting_options, sign, options, opens(&options), FRAMEGATE_ERROR_NULL);
  FORGOTTEN(framegate_meeting_options, sign_user, options, opens(&options), FRAMEGATE_OK);
  FORGOTTEN(framegate_meeting_options, device_key, options, opens(&options), FRAMEGATE_ERROR_NULL);
}

static framegate_status joins(framegate_meeting meeting, const framegate_join_options *join) {
  framegate_participant who;
  const framegate_status status = framegate_meeting_join(meeting, join, 0, &who);
  if (status == FRAMEGATE_OK) OK(framegate_meeting_leave(meeting, who, 0, NULL));
  return status;
}

static void people(framegate_meeting meeting) {
  framegate_join_options join;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.agrees = FRAMEGATE_AUTHORITY_GUARDIAN;
  join.id = string_of("kid");
  join.guardian = string_of("parent");
  FORGOTTEN(framegate_join_options, size, join, joins(meeting, &join), FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_join_options, agrees, join, joins(meeting, &join), FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_join_options, id, join, joins(meeting, &join), FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_join_options, guardian, join, joins(meeting, &join), FRAMEGATE_ERROR_EMPTY);
  join.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  IS(joins(meeting, &join), FRAMEGATE_ERROR_NUMBER);
  join.agrees = FRAMEGATE_AUTHORITY_HOST;
  IS(joins(meeting, &join), FRAMEGATE_ERROR_NUMBER);
  join.agrees = FRAMEGATE_AUTHORITY_GUARDIAN;
  join.key = KEY;
  OK(joins(meeting, &join));
  /* This id joined with a key, and agrees by no other. Of who never had one the client's word counts. */
  FORGOTTEN(framegate_join_options, key, join, joins(meeting, &join), FRAMEGATE_ERROR_WRONG_KEY);

  framegate_notice notice;
  memset(&notice, 0, sizeof notice);
  notice.size = (uint32_t)sizeof notice;
  notice.scope = scope_of(0xFFFF, 0xFFFF);
  notice.version = string_of("1");
  notice.language = string_of("en");
  notice.controller = string_of("Example Ltd");
  OK(framegate_digest_of(string_of("forgotten"), &notice.digest));
  FORGOTTEN(framegate_notice, size, notice, framegate_meeting_show(meeting, &notice), FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_notice, digest, notice, framegate_meeting_show(meeting, &notice), FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_notice, scope, notice, framegate_meeting_show(meeting, &notice), FRAMEGATE_ERROR_EMPTY);
  /* The evidence says less, and covers no more. */
  OK(framegate_digest_of(string_of("no version"), &notice.digest));
  FORGOTTEN(framegate_notice, version, notice, framegate_meeting_show(meeting, &notice), FRAMEGATE_OK);
  OK(framegate_digest_of(string_of("no language"), &notice.digest));
  FORGOTTEN(framegate_notice, language, notice, framegate_meeting_show(meeting, &notice), FRAMEGATE_OK);
  OK(framegate_digest_of(string_of("no controller"), &notice.digest));
  FORGOTTEN(framegate_notice, controller, notice, framegate_meeting_show(meeting, &notice), FRAMEGATE_OK);
}

static void grants(framegate_meeting meeting, framegate_participant who, framegate_digest notice) {
  framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  grant.until = 1000000000;
#define GRANTS(by) framegate_meeting_grant(meeting, by, who, &grant, 5000000)
  IS(GRANTS(0), FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_grant, size, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_grant, scope, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_scope, kinds, grant.scope, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_scope, purposes, grant.scope, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_grant, notice, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_UNKNOWN_NOTICE);
  FORGOTTEN(framegate_grant, method, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_grant, until, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_ERROR_TIME);
  framegate_signed signature;
  memset(&signature, 0, sizeof signature);
  signature.size = (uint32_t)sizeof signature;
  signature.meeting = string_of("forgotten");
  OK(framegate_meeting_instance(meeting, &signature.instance));
  grant.signature = &signature;
  /* Whoever joined with a key signs. */
  const framegate_participant signer = joined(meeting, "signer", "", KEY, 0);
  OK(framegate_meeting_challenge(meeting, signer, &signature.challenge));
#define SIGNS framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, signer, &grant, 5000000)
  FORGOTTEN(framegate_grant, signature, grant, SIGNS, FRAMEGATE_ERROR_UNSIGNED);
  FORGOTTEN(framegate_signed, size, signature, SIGNS, FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_signed, instance, signature, SIGNS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_signed, meeting, signature, SIGNS, FRAMEGATE_ERROR_FOREIGN_MEETING);
  FORGOTTEN(framegate_signed, challenge, signature, SIGNS, FRAMEGATE_ERROR_REPLAYED);
  FORGOTTEN(framegate_signed, signature, signature, SIGNS, FRAMEGATE_ERROR_WRONG_SIGNATURE);
  FORGOTTEN(framegate_signed, reserved, signature, SIGNS, FRAMEGATE_ERROR_WRONG_SIGNATURE);
  grant.signature = NULL;
  FORGOTTEN(framegate_grant, reserved, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_OK);
  /* It would hold from now on all the same. */
  FORGOTTEN(framegate_grant, at, grant, GRANTS(FRAMEGATE_AUTHORITY_PARTICIPANT), FRAMEGATE_OK);
}

static void narrowings(framegate_meeting meeting, framegate_participant who, framegate_tap tap) {
  const framegate_scope none = {0, 0}, kinds = {0xFFFF, 0}, purposes = {0, FRAMEGATE_PURPOSE_RECORD};
  const framegate_scope empty[3] = {none, kinds, purposes};
  CHECK(decided(tap, 5000000, 5000000).purposes == FRAMEGATE_PURPOSE_RECORD);
  for (int at = 0; at < 3; at++) {
    IS(framegate_meeting_restrict(meeting, FRAMEGATE_AUTHORITY_HOST, &who, empty[at], 5000000, NULL), FRAMEGATE_ERROR_EMPTY);
    IS(framegate_meeting_lift(meeting, FRAMEGATE_AUTHORITY_HOST, &who, empty[at], 5000000), FRAMEGATE_ERROR_EMPTY);
  }
  IS(framegate_meeting_restrict(meeting, 0, &who, kinds, 5000000, NULL), FRAMEGATE_ERROR_NUMBER);
  /* To withdraw nothing is to withdraw everything. */
  framegate_settling settling;
  OK(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, none, 6000000, &settling));
  TRUTH(framegate_settling_is_settled(settling, &truth), true);
  OK(framegate_settling_close(settling));
  CHECK(decided(tap, 5000000, 6000000).purposes == 0);
}

static void streams(framegate_meeting meeting, framegate_participant who) {
  framegate_stream stream;
  framegate_outlet outlet;
#define STREAMS framegate_stream_open(meeting, &options, &stream)
  framegate_stream_options options = stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_PCM_S16);
  options.channels = 2;
  FORGOTTEN(framegate_stream_options, size, options, STREAMS, FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_stream_options, type, options, STREAMS, FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_stream_options, owner, options, STREAMS, FRAMEGATE_ERROR_FOREIGN);
  FORGOTTEN(framegate_stream_options, kind, options, STREAMS, FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_stream_options, format, options, STREAMS, FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_stream_options, channels, options, STREAMS, FRAMEGATE_ERROR_FORMAT);
  FORGOTTEN(framegate_stream_options, layout, options, STREAMS, FRAMEGATE_ERROR_NUMBER);
  options = stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_I420);
  options.full_range = 1;
  FORGOTTEN(framegate_stream_options, width, options, STREAMS, FRAMEGATE_ERROR_FORMAT);
  FORGOTTEN(framegate_stream_options, height, options, STREAMS, FRAMEGATE_ERROR_FORMAT);
  /* What is hidden is of one gray, which tells nothing. */
  FORGOTTEN(framegate_stream_options, full_range, options, STREAMS, FRAMEGATE_OK);
  options = stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_NOTE, FRAMEGATE_FORMAT_JSON);
  const framegate_string key = string_of("type");
  options.structural_keys = &key;
  options.structural_key_count = 1;
  FORGOTTEN(framegate_stream_options, structural_keys, options, STREAMS, FRAMEGATE_ERROR_NULL);
  /* More is hidden. */
  FORGOTTEN(framegate_stream_options, structural_key_count, options, STREAMS, FRAMEGATE_OK);
  options = stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_VIDEO, FRAMEGATE_FORMAT_H264);
  const uint8_t sets[] = {0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80};
  options.decoder_config = sets;
  options.decoder_config_length = sizeof sets;
  FORGOTTEN(framegate_stream_options, decoder_config, options, STREAMS, FRAMEGATE_ERROR_NULL);
  /* Each keyframe then needs its own. */
  FORGOTTEN(framegate_stream_options, decoder_config_length, options, STREAMS, FRAMEGATE_OK);
  framegate_field field;
  memset(&field, 0, sizeof field);
  field.size = (uint32_t)sizeof field;
  field.name = string_of("lost");
  field.unit = string_of("packets");
  field.minimum = 1;
  field.maximum = 255;
  options = stream_of(FRAMEGATE_STREAM_RECORDS, who, FRAMEGATE_KIND_TELEMETRY, 0);
  options.fields = &field;
  options.field_count = 1;
  options.bits_per_minute = 16;
  FORGOTTEN(framegate_stream_options, fields, options, STREAMS, FRAMEGATE_ERROR_NULL);
  FORGOTTEN(framegate_stream_options, field_count, options, STREAMS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_stream_options, bits_per_minute, options, STREAMS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_field, size, field, STREAMS, FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_field, reserved, field, STREAMS, FRAMEGATE_OK);
  FORGOTTEN(framegate_field, name, field, STREAMS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_field, unit, field, STREAMS, FRAMEGATE_OK);
  /* As many bits as its range has are counted, and what is beyond it is withheld. */
  FORGOTTEN(framegate_field, minimum, field, STREAMS, FRAMEGATE_OK);
  FORGOTTEN(framegate_field, maximum, field, STREAMS, FRAMEGATE_ERROR_EMPTY);

  uint16_t pair;
  OK(framegate_meeting_third_party(meeting, FRAMEGATE_PURPOSE_RECORD, string_of("ACME Ltd"), &pair));
  IS(framegate_meeting_third_party(meeting, 0, string_of("ACME Ltd"), &pair), FRAMEGATE_ERROR_NOT_ONE_PURPOSE);
  OK(framegate_meeting_third_party(meeting, FRAMEGATE_PURPOSE_RECORD, string_of("ACME Ltd"), &pair));
  framegate_outlet_options outlets = outlet_of(pair, FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), "archive");
  outlets.recipient = string_of("ACME Ltd");
#define OUTLETS framegate_outlet_open(meeting, &outlets, &outlet)
  FORGOTTEN(framegate_outlet_options, size, outlets, OUTLETS, FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_outlet_options, purposes, outlets, OUTLETS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_outlet_options, name, outlets, OUTLETS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_outlet_options, recipient, outlets, OUTLETS, FRAMEGATE_ERROR_FOREIGN_PURPOSE);
  /* What is withheld is dropped. */
  FORGOTTEN(framegate_outlet_options, blanks, outlets, OUTLETS, FRAMEGATE_OK);
}

/* ---- Frames ---- */

/* What becomes of a frame that goes in a copy. */
static int verdict_of(framegate_tap tap, const framegate_frame *frame, const framegate_payload *payload, const framegate_payload_mut *buffer) {
  framegate_cleared cleared = cleared_of();
  const framegate_status status = framegate_tap_admit_into(tap, frame, payload, buffer, 1, 5000000, &cleared, NULL);
  CHECK(status == FRAMEGATE_OK || (status == FRAMEGATE_ERROR_SIZE && cleared.verdict == FRAMEGATE_VERDICT_DROPPED));
  if (cleared.verdict != FRAMEGATE_VERDICT_DROPPED) OK(framegate_tap_end(tap));
  return cleared.verdict;
}

static framegate_status admits(framegate_tap tap, const framegate_frame *frame, const framegate_payload *payload, const framegate_payload_mut *buffer, framegate_cleared *cleared) {
  size_t handed_on;
  const framegate_status status = framegate_tap_admit_into(tap, frame, payload, buffer, 1, 5000000, cleared, &handed_on);
  if (handed_on > 0) OK(framegate_tap_end(tap));
  return status;
}

/* A gallery of two who agree. */
static void frames(framegate_meeting meeting, const framegate_participant *both, framegate_tap captions) {
  enum { DROPPED = FRAMEGATE_VERDICT_DROPPED, WHOLE = FRAMEGATE_VERDICT_WHOLE };
  const framegate_tap gallery = tap_of(meeting, stream_of(FRAMEGATE_STREAM_COMPOSITE, both[0], FRAMEGATE_KIND_SCREEN, FRAMEGATE_FORMAT_GRAY8),
                                       outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  const framegate_tap mix = tap_of(meeting, stream_of(FRAMEGATE_STREAM_MIX, both[0], FRAMEGATE_KIND_SCREEN, FRAMEGATE_FORMAT_GRAY8),
                                   outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  uint8_t bytes[8], copy[8];
  memset(bytes, 7, sizeof bytes);
  framegate_payload payload = bytes_of(bytes, sizeof bytes);
  framegate_payload_mut buffer = bytes_in(copy, sizeof copy);
  payload.planes = buffer.planes = 1;
  payload.plane[0].stride = buffer.plane[0].stride = 4;
  framegate_group group;
  OK(framegate_group_open(meeting, both, 2, &group));
  framegate_region region = region_of(both[1], FRAMEGATE_AREA_RECTANGLE);
  region.x = region.width = 2;
  region.y = region.height = 1;
  region.kind = FRAMEGATE_KIND_VIDEO;
  region.captured = 4000000;
  framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE, 4500000);
  frame.people = both;
  frame.people_count = 2;
  frame.regions = &region;
  frame.region_count = 1;
#define VERDICT verdict_of(gallery, &frame, &payload, &buffer)
  IS(VERDICT, WHOLE);
  FORGOTTEN(framegate_frame, size, frame, VERDICT, DROPPED);
  FORGOTTEN(framegate_frame, contributors, frame, VERDICT, DROPPED);
  /* Consent must have held since the meeting's start. */
  FORGOTTEN(framegate_frame, captured, frame, VERDICT, DROPPED);
  FORGOTTEN(framegate_frame, people, frame, VERDICT, DROPPED);
  FORGOTTEN(framegate_frame, people_count, frame, VERDICT, DROPPED);
  FORGOTTEN(framegate_frame, regions, frame, VERDICT, DROPPED);
  /* Nothing tells what is whose: all members must agree, and do. */
  FORGOTTEN(framegate_frame, region_count, frame, VERDICT, WHOLE);
  /* The frame's own header says it. */
  frame.keyframe = FRAMEGATE_KEYFRAME_NO;
  FORGOTTEN(framegate_frame, keyframe, frame, VERDICT, WHOLE);
  FORGOTTEN(framegate_frame, reserved, frame, VERDICT, WHOLE);
  frame.keyframe = FRAMEGATE_KEYFRAME_UNSAID;

  FORGOTTEN(framegate_region, size, region, VERDICT, DROPPED);
  FORGOTTEN(framegate_region, area, region, VERDICT, DROPPED);
  FORGOTTEN(framegate_region, owner, region, VERDICT, DROPPED);
  FORGOTTEN(framegate_region, kind, region, VERDICT, DROPPED);
  /* A quotation from the meeting's start, since when nobody agreed. */
  FORGOTTEN(framegate_region, captured, region, VERDICT, DROPPED);
  FORGOTTEN(framegate_region, width, region, VERDICT, DROPPED);
  FORGOTTEN(framegate_region, height, region, VERDICT, DROPPED);
  /* Another part is theirs; who is in the frame is told apart from that. */
  FORGOTTEN(framegate_region, x, region, VERDICT, WHOLE);
  FORGOTTEN(framegate_region, y, region, VERDICT, WHOLE);
  /* They are of other areas. */
  FORGOTTEN(framegate_region, channel, region, VERDICT, WHOLE);
  FORGOTTEN(framegate_region, start, region, VERDICT, WHOLE);
  FORGOTTEN(framegate_region, end, region, VERDICT, WHOLE);

  FORGOTTEN(framegate_payload, size, payload, VERDICT, DROPPED);
  FORGOTTEN(framegate_payload, planes, payload, VERDICT, DROPPED);
  FORGOTTEN(framegate_payload, plane, payload, VERDICT, DROPPED);
  FORGOTTEN(framegate_plane, data, payload.plane[0], VERDICT, DROPPED);
  FORGOTTEN(framegate_plane, length, payload.plane[0], VERDICT, DROPPED);
  FORGOTTEN(framegate_plane, stride, payload.plane[0], VERDICT, DROPPED);
  FORGOTTEN(framegate_payload_mut, size, buffer, VERDICT, DROPPED);
  FORGOTTEN(framegate_payload_mut, planes, buffer, VERDICT, DROPPED);
  FORGOTTEN(framegate_payload_mut, plane, buffer, VERDICT, DROPPED);
  FORGOTTEN(framegate_plane_mut, data, buffer.plane[0], VERDICT, DROPPED);
  FORGOTTEN(framegate_plane_mut, length, buffer.plane[0], VERDICT, DROPPED);
  FORGOTTEN(framegate_plane_mut, stride, buffer.plane[0], VERDICT, DROPPED);

  framegate_frame grouped = frame_of(FRAMEGATE_CONTRIBUTORS_GROUP, 4500000);
  grouped.group = group;
  IS(verdict_of(mix, &grouped, &payload, &buffer), WHOLE);
  FORGOTTEN(framegate_frame, group, grouped, verdict_of(mix, &grouped, &payload, &buffer), DROPPED);

  framegate_participant room[2];
  framegate_cleared cleared = cleared_of();
  cleared.room = room;
  cleared.capacity = 2;
  FORGOTTEN(framegate_cleared, size, cleared, admits(gallery, &frame, &payload, &buffer, &cleared), FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_cleared, room, cleared, admits(gallery, &frame, &payload, &buffer, &cleared), FRAMEGATE_OK);
  FORGOTTEN(framegate_cleared, capacity, cleared, admits(gallery, &frame, &payload, &buffer, &cleared), FRAMEGATE_OK);
  OK(admits(gallery, &frame, &payload, &buffer, &cleared));

  framegate_source source = cleared.source;
  CHECK(source.size == sizeof source && source.people_count == 2);
  framegate_payload text = bytes_of("a caption", 9);
  framegate_payload_mut written;
  uint8_t room_of_text[9];
  written = bytes_in(room_of_text, 9);
  framegate_frame caption = frame_of(FRAMEGATE_CONTRIBUTORS_SOURCES, 0);
  caption.sources = &source;
  caption.source_count = 1;
#define CAPTION verdict_of(captions, &caption, &text, &written)
  IS(CAPTION, WHOLE);
  FORGOTTEN(framegate_frame, sources, caption, CAPTION, DROPPED);
  FORGOTTEN(framegate_frame, source_count, caption, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, size, source, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, tag, source, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, people, source, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, people_count, source, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, captured, source, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, kinds, source, CAPTION, DROPPED);
  FORGOTTEN(framegate_source, proof, source, CAPTION, DROPPED);
  OK(framegate_group_close(group));
  OK(framegate_tap_close(mix));
  OK(framegate_tap_close(gallery));
}

/* ---- Archives ---- */

static void archives(void) {
  framegate_meeting_key key;
  framegate_stream_key stream;
  framegate_instance instance = {{7}};
  framegate_meeting_key none;
#define OPENS framegate_meeting_key_open(SECRET, &instance, &none)
  FORGOTTEN(framegate_instance, bytes, instance, OPENS, FRAMEGATE_ERROR_EMPTY);
  OK(framegate_meeting_key_open(SECRET, &instance, &key));
  OK(framegate_stream_key_open(key, 3, &stream));
  framegate_carried carried;
  memset(&carried, 0, sizeof carried);
  carried.size = (uint32_t)sizeof carried;
  static const framegate_tag tag = {{1, 0, 1, 0, 0, 1, 0, 3, 0, 0, 0x0B, 0xB8, 0, 0, 0, 9}};
  carried.tag = tag;
  framegate_subject who;
  memset(&who, 0, sizeof who);
  who.size = (uint32_t)sizeof who;
  who.kinds = FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO);
  who.id = string_of("ann");
  framegate_piece piece = {(const uint8_t *)"a voice", 7};
  framegate_payload_digest digest, again;
  OK(framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_OPAQUE, &piece, 1, &digest));
  OK(framegate_stream_key_seal(stream, tag, &who, 1, &digest, &carried.seal));
  bool holds = false;
  const framegate_seal seal = carried.seal;
#define HOLDS (framegate_stream_key_verify(stream, seal, carried.tag, &who, 1, &digest, &holds) == FRAMEGATE_OK && holds)
  IS(HOLDS, 1);
  FORGOTTEN(framegate_subject, size, who, HOLDS, 0);
  FORGOTTEN(framegate_subject, kinds, who, HOLDS, 0);
  FORGOTTEN(framegate_subject, id, who, HOLDS, 0);
  FORGOTTEN(framegate_payload_digest, bytes, digest, HOLDS, 0);
#define DIGESTS (framegate_stream_key_digest(stream, FRAMEGATE_FORMAT_OPAQUE, &piece, 1, &again) == FRAMEGATE_OK && memcmp(&again, &digest, sizeof again) == 0)
  IS(DIGESTS, 1);
  FORGOTTEN(framegate_piece, data, piece, DIGESTS, 0);
  FORGOTTEN(framegate_piece, length, piece, DIGESTS, 0);
  FORGOTTEN(framegate_carried, tag, carried, HOLDS, 0);
  uint8_t packet[12] = {0x80}, buffer[64];
#define WRITES framegate_rtp_write(packet, sizeof packet, 1, &carried, buffer, sizeof buffer, NULL)
  carried.sealed = 1;
  OK(WRITES);
  FORGOTTEN(framegate_carried, size, carried, WRITES, FRAMEGATE_ERROR_SIZE);
  /* It travels without a seal, and is unsealed for who checks it, or forged. */
  FORGOTTEN(framegate_carried, sealed, carried, WRITES, FRAMEGATE_OK);
  FORGOTTEN(framegate_carried, seal, carried, WRITES, FRAMEGATE_OK);
  framegate_archived frame;
  memset(&frame, 0, sizeof frame);
  frame.size = (uint32_t)sizeof frame;
  frame.carried = &carried;
  frame.subjects = &who;
  frame.subject_count = 1;
  frame.instance = instance;
  frame.digest = &digest;
  framegate_seal made;
  /* Whether a frame is sealed as it was. */
#define SEALS (framegate_meeting_key_seal_batch(key, &frame, 1, &made) == FRAMEGATE_OK && memcmp(&made, &seal, sizeof seal) == 0)
  IS(SEALS, 1);
  FORGOTTEN(framegate_archived, size, frame, SEALS, 0);
  FORGOTTEN(framegate_archived, carried, frame, SEALS, 0);
  FORGOTTEN(framegate_archived, subjects, frame, SEALS, 0);
  FORGOTTEN(framegate_archived, subject_count, frame, SEALS, 0);
  FORGOTTEN(framegate_archived, instance, frame, SEALS, 0);
  FORGOTTEN(framegate_archived, digest, frame, SEALS, 0);
  FORGOTTEN(framegate_archived, reserved, frame, SEALS, 1);
  OK(framegate_stream_key_close(stream));
  OK(framegate_meeting_key_close(key));
}

/* ---- What is received ---- */

static void received(framegate_participant who) {
  framegate_capture_clock_options options;
  memset(&options, 0, sizeof options);
  options.size = (uint32_t)sizeof options;
  options.rate = 48000;
  options.sender = FRAMEGATE_SENDER_CLOCK_SYNCHRONIZED;
  options.start = 0xEE00000000000000;
  options.error = 1000;
  options.worst_delay = 1000000;
  framegate_capture_clock clock;
#define CLOCKS framegate_capture_clock_open(&options, &clock)
  OK(CLOCKS);
  FORGOTTEN(framegate_capture_clock_options, size, options, CLOCKS, FRAMEGATE_ERROR_SIZE);
  FORGOTTEN(framegate_capture_clock_options, rate, options, CLOCKS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_capture_clock_options, sender, options, CLOCKS, FRAMEGATE_ERROR_NUMBER);
  FORGOTTEN(framegate_capture_clock_options, error, options, CLOCKS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_capture_clock_options, worst_delay, options, CLOCKS, FRAMEGATE_ERROR_EMPTY);
  FORGOTTEN(framegate_capture_clock_options, reserved, options, CLOCKS, FRAMEGATE_OK);
  /* Whatever is then said was in another century, and counts as nothing. */
  FORGOTTEN(framegate_capture_clock_options, start, options, CLOCKS, FRAMEGATE_OK);
  framegate_packet packet;
  memset(&packet, 0, sizeof packet);
  packet.size = (uint32_t)sizeof packet;
  packet.ssrc = 7;
  packet.timestamp = 960;
  packet.csrc_count = 1;
  packet.csrcs[0] = 8;
  packet.capture_time = 0xEE00000240000000;
  packet.clock_offset = (int64_t)1 << 30;
  packet.has_clock_offset = 1;
  int64_t captured;
  const int64_t arrival = 2100000, worst = 1100000, said = 1999000;
  OK(CLOCKS);
#define CAPTURED (framegate_capture_clock_captured(clock, &packet, arrival, &captured) == FRAMEGATE_OK ? captured : -1)
  IS(CAPTURED, said);
  FORGOTTEN(framegate_packet, size, packet, CAPTURED, -1);
  /* Later than it arrived, so it is nothing. */
  FORGOTTEN(framegate_packet, clock_offset, packet, CAPTURED, worst);
  OK(framegate_capture_clock_close(clock));
  OK(CLOCKS);
  FORGOTTEN(framegate_packet, has_clock_offset, packet, CAPTURED, worst);
  OK(framegate_capture_clock_close(clock));
  OK(CLOCKS);
  FORGOTTEN(framegate_packet, capture_time, packet, CAPTURED, worst);
  /* One timestamp with a time of its own is as good as another. */
  FORGOTTEN(framegate_packet, timestamp, packet, CAPTURED, said);
  FORGOTTEN(framegate_packet, reserved, packet, CAPTURED, said);
  /* Only read by the caller. */
  FORGOTTEN(framegate_packet, sequence_number, packet, CAPTURED, said);
  FORGOTTEN(framegate_packet, payload_type, packet, CAPTURED, said);
  FORGOTTEN(framegate_packet, marker, packet, CAPTURED, said);
  FORGOTTEN(framegate_packet, payload, packet, CAPTURED, said);
  FORGOTTEN(framegate_packet, payload_length, packet, CAPTURED, said);
  OK(framegate_capture_clock_close(clock));
  framegate_source_map map;
  OK(framegate_source_map_open(4, &map));
  OK(framegate_source_map_assign_mixer(map, 7, 0));
  OK(framegate_source_map_assign(map, 8, who, 0));
  framegate_participant people[FRAMEGATE_MAX_CONTRIBUTORS];
  const framegate_participant unknown = FRAMEGATE_PARTICIPANT_UNKNOWN;
  size_t count;
  uint32_t contributors;
  /* Whether somebody who is known is all who is in it. */
#define ALL (framegate_source_map_contributors(map, &packet, 1, 2, people, FRAMEGATE_MAX_CONTRIBUTORS, &count, &contributors) == FRAMEGATE_OK && \
             contributors == FRAMEGATE_CONTRIBUTORS_COMPLETE && count == 1 && memcmp(&people[0], &unknown, sizeof unknown) != 0)
  IS(ALL, 1);
  FORGOTTEN(framegate_packet, ssrc, packet, ALL, 0);
  FORGOTTEN(framegate_packet, csrc_count, packet, ALL, 0);
  FORGOTTEN(framegate_packet, csrcs, packet, ALL, 0);
  OK(framegate_source_map_close(map));
}

int main(void) {
  framegate_meeting_options options = options_of("forgotten");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_participant both[2] = {joined(meeting, "ann", "", NULL, 0), joined(meeting, "ben", "", NULL, 0)};
  const framegate_digest notice = shown(meeting, "1");
  const framegate_tap tap = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, both[0], FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE),
                                   outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  const framegate_tap captions = tap_of(meeting, stream_of(FRAMEGATE_STREAM_DERIVED, both[0], FRAMEGATE_KIND_CAPTION, FRAMEGATE_FORMAT_UTF8),
                                        outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "captions"));
  meetings();
  people(meeting);
  const framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, both[0], &grant, 1000000));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, both[1], &grant, 1000000));
  frames(meeting, both, captions);
  grants(meeting, both[0], notice);
  streams(meeting, both[0]);
  archives();
  received(both[0]);
  narrowings(meeting, both[0], tap);
  OK(framegate_tap_close(captions));
  OK(framegate_tap_close(tap));
  OK(framegate_meeting_close(meeting));
  puts("what was forgotten is no yes");
  return 0;
}
