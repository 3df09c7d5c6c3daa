/* Every call that takes a handle, with one that it must refuse. */
#ifndef EVERY_H
#define EVERY_H

#include <stdlib.h>
#include <unistd.h>

#include "check.h"

/* One handle of each type, and what they were made with. */
struct handles {
  framegate_meeting meeting;
  framegate_participant who;
  framegate_stream stream;
  framegate_outlet outlet;
  framegate_tap tap;
  framegate_group group;
  framegate_settling settling;
  framegate_ledger ledger;
  framegate_past_meeting past;
  framegate_verifier verifier;
  framegate_meeting_key key;
  framegate_stream_key stream_key;
  framegate_capture_clock clock;
  framegate_source_map map;
  framegate_digest notice;
  framegate_source source; /* what the tap released of them */
};

/* The calls that make them, of one copy of the library. */
struct maker {
  __typeof__(framegate_meeting_open) *meeting_open;
  __typeof__(framegate_digest_of) *digest_of;
  __typeof__(framegate_meeting_show) *show;
  __typeof__(framegate_meeting_join) *join;
  __typeof__(framegate_meeting_grant) *grant;
  __typeof__(framegate_meeting_withdraw) *withdraw;
  __typeof__(framegate_stream_open) *stream_open;
  __typeof__(framegate_outlet_open) *outlet_open;
  __typeof__(framegate_tap_open) *tap_open;
  __typeof__(framegate_tap_admit) *tap_admit;
  __typeof__(framegate_tap_end) *tap_end;
  __typeof__(framegate_group_open) *group_open;
  __typeof__(framegate_ledger_read) *ledger_read;
  __typeof__(framegate_past_meeting_open) *past_open;
  __typeof__(framegate_verifier_open) *verifier_open;
  __typeof__(framegate_meeting_key_open) *key_open;
  __typeof__(framegate_stream_key_open) *stream_key_open;
  __typeof__(framegate_capture_clock_open) *clock_open;
  __typeof__(framegate_source_map_open) *map_open;
};

static const struct maker OWN = {framegate_meeting_open,   framegate_digest_of,       framegate_meeting_show, framegate_meeting_join,    framegate_meeting_grant,
                                 framegate_meeting_withdraw, framegate_stream_open,   framegate_outlet_open,  framegate_tap_open,        framegate_tap_admit,
                                 framegate_tap_end,        framegate_group_open,      framegate_ledger_read,    framegate_past_meeting_open, framegate_verifier_open, framegate_meeting_key_open, framegate_stream_key_open,
                                 framegate_capture_clock_open, framegate_source_map_open};

struct lines {
  uint8_t bytes[1 << 14];
  size_t length;
};

static inline int32_t keep_lines(void *user, const uint8_t *lines, size_t length, int32_t durable) {
  struct lines *kept = (struct lines *)user;
  (void)durable;
  CHECK(kept->length + length <= sizeof kept->bytes);
  memcpy(kept->bytes + kept->length, lines, length);
  kept->length += length;
  return 0;
}

static inline int64_t seconds(int64_t count) { return count * 1000000; }

/* Somebody who agreed to everything, and a handle of each type. */
static inline struct handles made_with(const struct maker *by, const char *who, framegate_append append, framegate_event event, void *user, const struct lines *kept) {
  struct handles made;
  memset(&made, 0, sizeof made);
  framegate_meeting_options options = options_of("strangers");
  options.append = append;
  options.event = event;
  options.append_user = options.event_user = user;
  OK(by->meeting_open(&options, &made.meeting));
  framegate_notice notice;
  memset(&notice, 0, sizeof notice);
  notice.size = (uint32_t)sizeof notice;
  notice.scope = scope_of(0x7FFF, 0x1FF);
  OK(by->digest_of(string_of("text"), &notice.digest));
  notice.version = string_of("1");
  notice.language = string_of("en");
  notice.controller = string_of("Example Ltd");
  OK(by->show(made.meeting, &notice));
  made.notice = notice.digest;
  framegate_join_options join;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  join.id = string_of(who);
  OK(by->join(made.meeting, &join, 0, &made.who));
  const framegate_grant grant = grant_of(made.notice, scope_of(1, FRAMEGATE_PURPOSE_RECORD));
  OK(by->grant(made.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, made.who, &grant, 0));
  const framegate_stream_options microphone = stream_of(FRAMEGATE_STREAM_OWNED, made.who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  const framegate_outlet_options recorder = outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder");
  OK(by->stream_open(made.meeting, &microphone, &made.stream));
  OK(by->outlet_open(made.meeting, &recorder, &made.outlet));
  OK(by->tap_open(made.meeting, made.stream, made.outlet, &made.tap));
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(1));
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  framegate_participant room[1];
  cleared.room = room;
  cleared.capacity = 1;
  OK(by->tap_admit(made.tap, &frame, &payload, 1, seconds(1), &cleared, NULL));
  OK(by->tap_end(made.tap));
  made.source = cleared.source;
  CHECK(made.source.people_count == 1 && memcmp(room, &made.who, sizeof made.who) == 0);
  OK(by->group_open(made.meeting, &made.who, 1, &made.group));
  OK(by->withdraw(made.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, made.who, scope_of(2, FRAMEGATE_PURPOSE_RECORD), 0, &made.settling));
  OK(by->ledger_read(kept->bytes, kept->length, NULL, NULL, &made.ledger, NULL));
  const char *folder = getenv("TMPDIR");
  char path[512];
  const int long_ = snprintf(path, sizeof path, "%s/framegate.XXXXXX", folder ? folder : "/tmp");
  const int file = long_ < (int)sizeof path ? mkstemp(path) : -1;
  CHECK(file >= 0 && write(file, kept->bytes, kept->length) == (ssize_t)kept->length && close(file) == 0);
  OK(by->past_open(string_of(path), NULL, &made.past, NULL));
  CHECK(unlink(path) == 0);
  OK(by->verifier_open(made.ledger, &made.verifier));
  static const uint8_t secret[32] = {7};
  const framegate_instance instance = {{7}};
  OK(by->key_open(secret, &instance, &made.key));
  OK(by->stream_key_open(made.key, 0, &made.stream_key));
  framegate_capture_clock_options clock;
  memset(&clock, 0, sizeof clock);
  clock.size = (uint32_t)sizeof clock;
  clock.rate = 48000;
  clock.sender = FRAMEGATE_SENDER_CLOCK_UNRELATED;
  clock.worst_delay = 1;
  OK(by->clock_open(&clock, &made.clock));
  OK(by->map_open(1, &made.map));
  return made;
}

static inline struct handles made_by(const struct maker *by, const char *who, struct lines *kept) { return made_with(by, who, keep_lines, NULL, kept, kept); }

/* Why a frame of the own tap is withheld that names somebody or something odd. */
static inline uint32_t withheld_for(framegate_tap tap, const framegate_frame *frame) {
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  framegate_tag_fields fields;
  HANDED_ON(framegate_tap_admit(tap, frame, &payload, 1, seconds(2), &cleared, &handed_on), 0);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_DROPPED && cleared.payload.plane[0].data == NULL);
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(cleared.tag, &fields));
  return fields.reason;
}

static inline void is_withheld(framegate_tap tap, const framegate_frame *frame) { CHECK(withheld_for(tap, frame) != FRAMEGATE_REASON_NONE); }

/* Every call on a meeting, except closing it, gives this. */
static inline void refuse_meeting(struct handles own, struct handles odd, framegate_status wrong) {
  char text[64];
  uint8_t bytes[256];
  size_t length;
  uint64_t number;
  int64_t time;
  uint16_t purpose;
  framegate_head head;
  framegate_digest digest;
  framegate_participant who;
  framegate_stream stream;
  framegate_outlet outlet;
  framegate_tap tap;
  framegate_group group;
  framegate_counters counters;
  memset(&counters, 0, sizeof counters);
  counters.size = (uint32_t)sizeof counters;
  const framegate_scope scope = scope_of(1, FRAMEGATE_PURPOSE_RECORD);
  const framegate_grant grant = grant_of(own.notice, scope);
  framegate_join_options join;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  join.id = string_of("zoe");
  framegate_notice notice;
  memset(&notice, 0, sizeof notice);
  notice.size = (uint32_t)sizeof notice;
  notice.scope = scope;
  notice.digest = own.notice;
  framegate_stream_options microphone = stream_of(FRAMEGATE_STREAM_OWNED, own.who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  const framegate_outlet_options recorder = outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder");

  /* Meetings. */
  IS(framegate_meeting_id(odd.meeting, text, sizeof text, &length), wrong);
  IS(framegate_meeting_generation(odd.meeting, &number), wrong);
  IS(framegate_meeting_started(odd.meeting, &number), wrong);
  IS(framegate_meeting_clock(odd.meeting, &time), wrong);
  IS(framegate_meeting_time_at(odd.meeting, 0, &time), wrong);
  framegate_instance instance;
  IS(framegate_meeting_instance(odd.meeting, &instance), wrong);
  IS(framegate_meeting_head(odd.meeting, &head), wrong);
  IS(framegate_meeting_next_deadline(odd.meeting, &time), wrong);
  IS(framegate_meeting_advance(odd.meeting, 0), wrong);
  IS(framegate_meeting_tick(odd.meeting, 0), wrong);
  IS(framegate_meeting_join(odd.meeting, &join, 0, &who), wrong);
  IS(framegate_meeting_find(odd.meeting, string_of("ann"), &who), wrong);
  IS(framegate_meeting_participants(odd.meeting, &who, 1, &length), wrong);
  framegate_consent consent;
  IS(framegate_meeting_consents(odd.meeting, odd.who, &consent, 1, &length), wrong);
  IS(framegate_meeting_id_of(odd.meeting, odd.who, text, sizeof text, &length), wrong);
  IS(framegate_meeting_show(odd.meeting, &notice), wrong);
  IS(framegate_meeting_grant(odd.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, odd.who, &grant, 0), wrong);
  IS(framegate_meeting_challenge(odd.meeting, odd.who, &digest), wrong);
  IS(framegate_grant_message(odd.meeting, odd.who, &grant, bytes, sizeof bytes, &length), wrong);
  IS(framegate_meeting_lift(odd.meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope, 0), wrong);
  NO_TRUTH(framegate_meeting_settled(odd.meeting, own.settling, 0, &truth), wrong);
  microphone.owner = odd.who;
  IS(framegate_stream_open(odd.meeting, &microphone, &stream), wrong);
  IS(framegate_outlet_open(odd.meeting, &recorder, &outlet), wrong);
  IS(framegate_meeting_third_party(odd.meeting, FRAMEGATE_PURPOSE_RECORD, string_of("ACME"), &purpose), wrong);
  IS(framegate_group_open(odd.meeting, &odd.who, 1, &group), wrong);
  IS(framegate_tap_open(odd.meeting, odd.stream, odd.outlet, &tap), wrong);
  IS(framegate_meeting_counters(odd.meeting, &counters, 1, &length), wrong);
  IS(framegate_meeting_count(odd.meeting, 0), wrong);
}

/* Every call that narrows, and waits for no other. */
static inline void refuse_narrowing(struct handles odd, framegate_status wrong) {
  const framegate_scope scope = scope_of(1, FRAMEGATE_PURPOSE_RECORD);
  framegate_settling settling;
  IS(framegate_meeting_leave(odd.meeting, odd.who, 0, &settling), wrong);
  IS(framegate_meeting_withdraw(odd.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, odd.who, scope, 0, &settling), wrong);
  IS(framegate_meeting_restrict(odd.meeting, FRAMEGATE_AUTHORITY_HOST, NULL, scope, 0, &settling), wrong);
  IS(framegate_meeting_supersede(odd.meeting, &odd.notice, 0, &settling), wrong);
  IS(framegate_meeting_end(odd.meeting, &settling), wrong);
}

/* Every call that needs no meeting does what it is for. */
static inline void works_without_meeting(struct handles own) {
  char text[4096];
  size_t length;
  const framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  OK(framegate_tap_admit(own.tap, &frame, &payload, 1, seconds(2), &cleared, NULL));
  (void)framegate_tap_end(own.tap);
  framegate_counters counters;
  memset(&counters, 0, sizeof counters);
  counters.size = (uint32_t)sizeof counters;
  OK(framegate_tap_counters(own.tap, &counters));
  framegate_tap_release releases[4];
  bool settled;
  OK(framegate_settling_is_settled(own.settling, &settled));
  OK(framegate_settling_wait(own.settling, 1, &settled));
  OK(framegate_settling_taps(own.settling, releases, 4, &length));
  framegate_ledger_info info;
  memset(&info, 0, sizeof info);
  info.size = (uint32_t)sizeof info;
  OK(framegate_ledger_get(own.ledger, &info));
  CHECK(framegate_ledger_aipref(own.ledger, 0, text, sizeof text, &length) == FRAMEGATE_OK);
  framegate_verifier verifier;
  OK(framegate_verifier_open(own.ledger, &verifier));
  OK(framegate_verifier_close(verifier));
  framegate_head head;
  OK(framegate_verifier_head(own.verifier, &head));
  framegate_stream_key key;
  OK(framegate_stream_key_open(own.key, 0, &key));
  OK(framegate_stream_key_close(key));
  OK(framegate_source_map_end(own.map, 1, 0));
}

/* Every call with each odd handle, the others being its own: the odd one's `wrong`, and FOREIGN of people, streams and outlets. */
static inline void refuse(struct handles own, struct handles odd, framegate_status wrong) {
  enum { FOREIGN = FRAMEGATE_ERROR_FOREIGN };
  char text[64];
  uint8_t bytes[256];
  size_t length;
  framegate_head head;
  framegate_digest digest;
  framegate_meeting meeting;
  framegate_settling settling;
  framegate_stream stream;
  framegate_tap tap;
  framegate_group group;
  framegate_verifier verifier;
  framegate_stream_key stream_key;
  framegate_tap_release release;
  framegate_counters counters;
  memset(&counters, 0, sizeof counters);
  counters.size = (uint32_t)sizeof counters;
  const framegate_scope scope = scope_of(1, FRAMEGATE_PURPOSE_RECORD);
  const framegate_grant grant = grant_of(own.notice, scope);
  const framegate_stream_options microphone = stream_of(FRAMEGATE_STREAM_OWNED, odd.who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);

  refuse_meeting(own, odd, wrong);
  refuse_narrowing(odd, wrong);
  IS(framegate_meeting_close(odd.meeting), wrong);

  /* People, streams and outlets. */
  IS(framegate_meeting_leave(own.meeting, odd.who, 0, &settling), FOREIGN);
  IS(framegate_meeting_id_of(own.meeting, odd.who, text, sizeof text, &length), FOREIGN);
  IS(framegate_meeting_grant(own.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, odd.who, &grant, 0), FOREIGN);
  IS(framegate_meeting_challenge(own.meeting, odd.who, &digest), FOREIGN);
  IS(framegate_grant_message(own.meeting, odd.who, &grant, bytes, sizeof bytes, &length), FOREIGN);
  IS(framegate_meeting_withdraw(own.meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, odd.who, scope, 0, &settling), FOREIGN);
  IS(framegate_meeting_restrict(own.meeting, FRAMEGATE_AUTHORITY_HOST, &odd.who, scope, 0, &settling), FOREIGN);
  IS(framegate_meeting_lift(own.meeting, FRAMEGATE_AUTHORITY_HOST, &odd.who, scope, 0), FOREIGN);
  IS(framegate_stream_open(own.meeting, &microphone, &stream), FOREIGN);
  IS(framegate_group_open(own.meeting, &odd.who, 1, &group), FOREIGN);
  IS(framegate_tap_open(own.meeting, odd.stream, own.outlet, &tap), FOREIGN);
  IS(framegate_tap_open(own.meeting, own.stream, odd.outlet, &tap), FOREIGN);

  /* In frames. The first is whole, or none of the others showed anything. */
  framegate_frame frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  const framegate_payload payload = bytes_of("a voice", 7);
  framegate_cleared cleared = cleared_of();
  HANDED_ON(framegate_tap_admit(own.tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on), 1);
  OK(framegate_tap_end(own.tap));
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_COMPLETE, seconds(2));
  frame.people = &odd.who;
  frame.people_count = 1;
  is_withheld(own.tap, &frame);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_GROUP, seconds(2));
  frame.group = odd.group;
  is_withheld(own.tap, &frame);
  const framegate_region region = region_of(odd.who, FRAMEGATE_AREA_CHANNEL);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  frame.regions = &region;
  frame.region_count = 1;
  is_withheld(own.tap, &frame);

  /* Sources, of which a tap on somebody's own stream takes none: for the one it is no source's frame, and the other it cannot read. */
  framegate_source met;
  framegate_participant room[2];
  met.size = (uint32_t)sizeof met;
  own.source.people = &own.who;
  odd.source.people = &odd.who;
  OK(framegate_source_meet(&own.source, &own.source, room, 2, &met));
  IS(framegate_source_meet(&own.source, &odd.source, room, 2, &met), FRAMEGATE_ERROR_NO_SOURCE);
  IS(framegate_source_meet(&odd.source, &own.source, room, 2, &met), FRAMEGATE_ERROR_NO_SOURCE);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_SOURCES, seconds(2));
  frame.source_count = 1;
  frame.sources = &own.source;
  IS(withheld_for(own.tap, &frame), FRAMEGATE_REASON_INCOMPLETE);
  frame.sources = &odd.source;
  IS(withheld_for(own.tap, &frame), FRAMEGATE_REASON_MALFORMED);

  /* Taps, groups. */
  uint8_t voice[7] = "a voice";
  framegate_payload_mut mutable_ = bytes_in(bytes, 7), in_place = bytes_in(voice, 7);
  frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, seconds(2));
  framegate_decision decision;
  static const framegate_decision none;
  NOT_HANDED_ON(framegate_tap_admit(odd.tap, &frame, &payload, 1, seconds(2), &cleared, &handed_on), wrong);
  CHECK(cleared.verdict == FRAMEGATE_VERDICT_DROPPED && cleared.payload.plane[0].data == NULL);
  NOT_HANDED_ON(framegate_tap_admit_into(odd.tap, &frame, &payload, &mutable_, 1, seconds(2), &cleared, &handed_on), wrong);
  NOT_HANDED_ON(framegate_tap_admit_in_place(odd.tap, &frame, &in_place, 1, seconds(2), &cleared, &handed_on), wrong);
  IS(framegate_tap_end(odd.tap), wrong);
  NO_TRUTH(framegate_tap_keyframe_request(odd.tap, seconds(2), 0, &truth), wrong);
  uint32_t told;
  IS(framegate_tap_can_blank(odd.tap, &told), wrong);
  IS(framegate_tap_last_fault(odd.tap, &told), wrong);
  framegate_reason_count reason;
  IS(framegate_tap_reasons(odd.tap, &reason, 1, &length), wrong);
  memset(&decision, 0xFF, sizeof decision);
  IS(framegate_tap_decide(odd.tap, seconds(2), seconds(2), &decision), wrong);
  CHECK(memcmp(&decision, &none, sizeof decision) == 0);
  memset(&decision, 0xFF, sizeof decision);
  IS(framegate_tap_decide_batch(odd.tap, &frame, 1, seconds(2), &decision), wrong);
  CHECK(memcmp(&decision, &none, sizeof decision) == 0);
  IS(framegate_tap_counters(odd.tap, &counters), wrong);
  IS(framegate_tap_close(odd.tap), wrong);
  IS(framegate_group_close(odd.group), wrong);

  /* Settlings. */
  NO_TRUTH(framegate_settling_is_settled(odd.settling, &truth), wrong);
  NO_TRUTH(framegate_settling_wait(odd.settling, 1, &truth), wrong);
  IS(framegate_settling_taps(odd.settling, &release, 1, &length), wrong);
  NO_TRUTH(framegate_meeting_settled(own.meeting, odd.settling, 0, &truth), wrong);
  IS(framegate_settling_close(odd.settling), wrong);

  /* Ledgers, verifiers. */
  const framegate_meeting_options options = options_of("resumed");
  framegate_ledger_info info;
  memset(&info, 0, sizeof info);
  info.size = (uint32_t)sizeof info;
  framegate_particulars particulars;
  memset(&particulars, 0, sizeof particulars);
  particulars.size = (uint32_t)sizeof particulars;
  framegate_dialog dialog;
  memset(&dialog, 0, sizeof dialog);
  dialog.size = (uint32_t)sizeof dialog;
  const framegate_string ann = string_of("ann");
  framegate_archived archived;
  memset(&archived, 0, sizeof archived);
  archived.size = (uint32_t)sizeof archived;
  archived.instance.bytes[0] = 7;
  framegate_payload_digest payload_digest;
  memset(&payload_digest, 7, sizeof payload_digest);
  uint64_t bits = 1;
  uint8_t finding = FRAMEGATE_FINDING_CLEARED;
  framegate_seal seal;
  memset(&seal, 0, sizeof seal);
  IS(framegate_meeting_resume(odd.ledger, &options, &meeting), wrong);
  IS(framegate_ledger_get(odd.ledger, &info), wrong);
  IS(framegate_ledger_receipt(odd.ledger, ann, text, sizeof text, &length), wrong);
  IS(framegate_ledger_erasure(odd.ledger, ann, text, sizeof text, &length), wrong);
  IS(framegate_ledger_ts27560(odd.ledger, ann, &particulars, text, sizeof text, &length), wrong);
  IS(framegate_ledger_vcon_consent(odd.ledger, ann, &dialog, text, sizeof text, &length), wrong);
  IS(framegate_ledger_vcon_lawful_basis(odd.ledger, ann, &dialog, text, sizeof text, &length), wrong);
  IS(framegate_ledger_cawg(odd.ledger, 0, text, sizeof text, &length), wrong);
  IS(framegate_ledger_aipref(odd.ledger, 0, text, sizeof text, &length), wrong);
  IS(framegate_verifier_open(odd.ledger, &verifier), wrong);
  IS(framegate_ledger_close(odd.ledger), wrong);
  uint32_t entered;
  IS(framegate_past_meeting_withdraw(odd.past, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, scope, &entered), wrong);
  IS(framegate_past_meeting_restrict(odd.past, FRAMEGATE_AUTHORITY_HOST, &ann, scope, &entered), wrong);
  IS(framegate_past_meeting_receipt(odd.past, ann, text, sizeof text, &length), wrong);
  IS(framegate_past_meeting_close(odd.past), wrong);
  IS(framegate_verifier_head(odd.verifier, &head), wrong);
  IS(framegate_verifier_verify_batch(odd.verifier, &archived, 1, 1, own.key, &bits, &finding, &length), wrong);
  CHECK(bits == 0 && finding == 0);
  IS(framegate_verifier_verify_batch(own.verifier, &archived, 1, 1, odd.key, &bits, &finding, &length), wrong);
  IS(framegate_verifier_dry_run(odd.verifier, &archived, 1, 1, &bits, &finding, &length), wrong);
  OK(framegate_verifier_head(own.verifier, &head));
  IS(framegate_verifier_recheck(odd.verifier, &head, &archived, 1, &bits, &finding, &length), wrong);
  IS(framegate_verifier_close(odd.verifier), wrong);

  /* Keys. */
  const framegate_tag released = {{1, 0, 1, 0, 0, 1}};
  IS(framegate_meeting_key_seal_batch(odd.key, &archived, 1, &seal), wrong);
  IS(framegate_stream_key_open(odd.key, 0, &stream_key), wrong);
  IS(framegate_meeting_key_close(odd.key), wrong);
  IS(framegate_stream_key_digest(odd.stream_key, FRAMEGATE_FORMAT_OPAQUE, NULL, 0, &payload_digest), wrong);
  memset(&payload_digest, 7, sizeof payload_digest);
  IS(framegate_stream_key_seal(odd.stream_key, released, NULL, 0, &payload_digest, &seal), wrong);
  NO_TRUTH(framegate_stream_key_verify(odd.stream_key, seal, released, NULL, 0, &payload_digest, &truth), wrong);
  IS(framegate_stream_key_close(odd.stream_key), wrong);

  /* What is received. */
  const framegate_sender_report report = {1, 1, 1};
  framegate_packet packet;
  memset(&packet, 0, sizeof packet);
  packet.size = (uint32_t)sizeof packet;
  framegate_participant named[FRAMEGATE_MAX_CONTRIBUTORS];
  int64_t captured;
  uint32_t contributors;
  IS(framegate_capture_clock_report(odd.clock, &report, 0), wrong);
  IS(framegate_capture_clock_captured(odd.clock, &packet, 0, &captured), wrong);
  IS(framegate_capture_clock_close(odd.clock), wrong);
  IS(framegate_source_map_assign(odd.map, 1, own.who, 0), wrong);
  IS(framegate_source_map_assign_mixer(odd.map, 1, 0), wrong);
  IS(framegate_source_map_end(odd.map, 1, 0), wrong);
  IS(framegate_source_map_contributors(odd.map, &packet, 0, 0, named, FRAMEGATE_MAX_CONTRIBUTORS, &length, &contributors), wrong);
  IS(framegate_source_map_close(odd.map), wrong);
}

#endif
