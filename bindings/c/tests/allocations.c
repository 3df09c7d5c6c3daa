/* No call on a tap allocates. Linked with --wrap=malloc and the like, so that every allocation of the library is counted. */

#include "check.h"

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *before, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *before, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

void *__wrap_malloc(size_t size) {
  allocations++;
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  allocations++;
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *before, size_t size) {
  allocations++;
  return __real_realloc(before, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
  allocations++;
  return __real_posix_memalign(memory, alignment, size);
}

enum { ROUNDS = 100000, BATCH = 4 };

int main(void) {
  framegate_meeting_options options = options_of("allocations");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_participant ann = joined(meeting, "ann", "", NULL, 0), ben = joined(meeting, "ben", "", NULL, 0);
  framegate_grant grant = grant_of(shown(meeting, "1"), scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, ann, &grant, 0));
  framegate_stream_options gallery = stream_of(FRAMEGATE_STREAM_COMPOSITE, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_PCM_S16);
  gallery.channels = 2;
  const framegate_tap composite = tap_of(meeting, gallery, outlet_of(FRAMEGATE_PURPOSE_RECORD, 0xFFFF, "recorder"));
  const framegate_tap own = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, ann, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_PCM_S16),
                                   outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  const framegate_tap captions = tap_of(meeting, stream_of(FRAMEGATE_STREAM_DERIVED, ann, FRAMEGATE_KIND_CAPTION, FRAMEGATE_FORMAT_UTF8),
                                        outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "captions"));
  framegate_group group;
  OK(framegate_group_open(meeting, &ann, 1, &group));
  framegate_meeting_key meeting_key;
  framegate_stream_key key;
  const uint8_t secret[32] = {7};
  framegate_instance instance;
  OK(framegate_meeting_instance(meeting, &instance));
  OK(framegate_meeting_key_open(secret, &instance, &meeting_key));
  OK(framegate_stream_key_open(meeting_key, 0, &key));
  framegate_subject who;
  memset(&who, 0, sizeof who);
  who.size = (uint32_t)sizeof who;
  who.id = string_of("ann");
  framegate_carried carried;
  memset(&carried, 0, sizeof carried);
  carried.size = (uint32_t)sizeof carried;
  carried.sealed = 1;
  uint8_t packet[12] = {0x80}, tagged[128];
  size_t length = 0;
  /* The control. */
  CHECK(allocations > 10);

  const framegate_participant both[2] = {ann, ben};
  framegate_capture_clock_options dated;
  memset(&dated, 0, sizeof dated);
  dated.size = (uint32_t)sizeof dated;
  dated.rate = 48000;
  dated.sender = FRAMEGATE_SENDER_CLOCK_UNRELATED;
  dated.worst_delay = 1;
  framegate_capture_clock clock;
  OK(framegate_capture_clock_open(&dated, &clock));
  framegate_source_map map;
  OK(framegate_source_map_open(4, &map));
  static const uint8_t report[28] = {0x80, 200, 0, 6, 0, 0, 0, 0, 0xEE};
  framegate_packet arrived;
  arrived.size = (uint32_t)sizeof arrived;
  framegate_sender_report said;
  framegate_participant named[FRAMEGATE_MAX_CONTRIBUTORS];
  int64_t captured;
  uint32_t as;
  framegate_region channels[2] = {region_of(ann, FRAMEGATE_AREA_CHANNEL), region_of(ben, FRAMEGATE_AREA_CHANNEL)};
  channels[1].channel = 1;
  framegate_frame frames[BATCH];
  framegate_payload payloads[BATCH];
  framegate_payload_mut buffers[BATCH];
  framegate_cleared cleared[BATCH];
  framegate_participant room[BATCH][2];
  framegate_decision decisions[BATCH];
  framegate_tag met;
  framegate_counters counters;
  framegate_reason_count reasons[80];
  uint32_t told;
  framegate_participant together[2];
  framegate_frame caption = frame_of(FRAMEGATE_CONTRIBUTORS_SOURCES, 0);
  caption.source_count = 2;
  const framegate_payload words = bytes_of("a caption", 9);
  framegate_cleared derived = cleared_of();
  static uint8_t samples[BATCH][640], copies[BATCH][640];
  counters.size = (uint32_t)sizeof counters;
  for (int at = 0; at < BATCH; at++) {
    payloads[at] = bytes_of(samples[at], sizeof samples[at]);
    buffers[at] = bytes_in(copies[at], sizeof copies[at]);
    cleared[at] = cleared_of();
    cleared[at].room = room[at];
    cleared[at].capacity = 2;
  }
  const unsigned long before = allocations;
  for (int64_t round = 1; round <= ROUNDS; round++) {
    const int64_t now = round * 10;
    for (int at = 0; at < BATCH; at++) {
      frames[at] = frame_of(at == 0 ? FRAMEGATE_CONTRIBUTORS_GROUP : FRAMEGATE_CONTRIBUTORS_COMPLETE, now);
      frames[at].group = group;
      frames[at].people = both;
      frames[at].people_count = at == 0 ? 0 : 2;
      frames[at].regions = channels;
      frames[at].region_count = at > 1 ? 2 : 0;
    }
    OK(framegate_tap_admit(composite, frames, payloads, BATCH, now, cleared, NULL));
    (void)framegate_tap_end(composite);
    HANDED_ON(framegate_tap_admit_into(composite, frames, payloads, buffers, BATCH, now, cleared, &handed_on), BATCH);
    OK(framegate_tap_end(composite));
    CHECK(cleared[2].verdict == FRAMEGATE_VERDICT_REDACTED && cleared[2].source.people_count == 1);
    framegate_source joined[2];
    joined[0] = cleared[0].source;
    joined[1].size = (uint32_t)sizeof joined[1];
    OK(framegate_source_meet(&cleared[0].source, &cleared[2].source, together, 2, &joined[1]));
    caption.sources = joined;
    HANDED_ON(framegate_tap_admit(captions, &caption, &words, 1, now, &derived, &handed_on), 1);
    OK(framegate_tap_end(captions));
    HANDED_ON(framegate_tap_admit_in_place(composite, frames, buffers, BATCH, now, cleared, &handed_on), BATCH);
    OK(framegate_tap_end(composite));
    OK(framegate_tap_decide_batch(composite, frames, BATCH, now, decisions));
    framegate_frame owners = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, now);
    HANDED_ON(framegate_tap_admit(own, &owners, payloads, 1, now, cleared, &handed_on), 1);
    /* Sealed inside the release, and on its way. */
    const framegate_piece piece = {cleared[0].payload.plane[0].data, cleared[0].payload.plane[0].length};
    carried.tag = cleared[0].tag;
    framegate_payload_digest digest;
    OK(framegate_stream_key_digest(key, FRAMEGATE_FORMAT_PCM_S16, &piece, 1, &digest));
    OK(framegate_stream_key_seal(key, carried.tag, &who, 1, &digest, &carried.seal));
    OK(framegate_tap_end(own));
    TRUTH(framegate_stream_key_verify(key, carried.seal, carried.tag, &who, 1, &digest, &truth), true);
    OK(framegate_rtp_parse(packet, sizeof packet, 1, &arrived));
    OK(framegate_rtcp_parse(report, sizeof report, &said, 1, &length, NULL, 0, NULL));
    OK(framegate_capture_clock_report(clock, &said, now));
    OK(framegate_capture_clock_captured(clock, &arrived, now, &captured));
    OK(framegate_source_map_assign(map, 1, both[0], now));
    OK(framegate_source_map_end(map, 2, now));
    OK(framegate_source_map_contributors(map, &arrived, now, now, named, FRAMEGATE_MAX_CONTRIBUTORS, &length, &as));
    OK(framegate_rtp_write(packet, sizeof packet, 1, &carried, tagged, sizeof tagged, &length));
    OK(framegate_rtp_read(tagged, length, 1, &carried));
    OK(framegate_tap_decide(own, now, now, &decisions[0]));
    OK(framegate_tag_meet(carried.tag, cleared[2].tag, &met));
    OK(framegate_tap_counters(own, &counters));
    OK(framegate_tap_reasons(own, reasons, 80, &length));
    OK(framegate_tap_last_fault(own, &told));
    OK(framegate_tap_can_blank(own, &told));
    TRUTH(framegate_tap_keyframe_request(own, now, 0, &truth), false);
    /* Refused calls too. */
    NOT_HANDED_ON(framegate_tap_admit(own, NULL, payloads, 1, now, cleared, &handed_on), FRAMEGATE_ERROR_NULL);
  }
  IS(allocations - before, 0);
  puts("no allocation in 100,000 rounds");
  OK(framegate_capture_clock_close(clock));
  OK(framegate_source_map_close(map));
  OK(framegate_stream_key_close(key));
  OK(framegate_meeting_key_close(meeting_key));
  OK(framegate_tap_close(captions));
  OK(framegate_tap_close(own));
  OK(framegate_tap_close(composite));
  OK(framegate_group_close(group));
  OK(framegate_meeting_close(meeting));
  return 0;
}
