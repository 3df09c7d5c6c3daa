/* What a call that fails leaves in its out parameters: zeros, whatever was there before. Every function that has some, once for each way to fail here.
 *
 * Built with -DFAULT=1 it has a planted fault, which must be found: the last out parameter of a call is as it was. */

#include "check.h"

#ifndef FAULT
#define FAULT 0
#endif

static struct {
  uint8_t *at;
  size_t size;
} outs[8];
static size_t out_count;
static unsigned checked;

/* As if the call before had said yes. */
static void *poisoned(void *at, size_t size) {
  memset(at, 0xFF, size);
  outs[out_count].at = (uint8_t *)at;
  outs[out_count].size = size;
  out_count++;
  return at;
}

#define OUT(type, of) ((type *)poisoned(&(of), sizeof(of)))
#define ARRAY(type, of) ((type *)poisoned((of), sizeof(of)))
/* All but its size. */
#define SIZED(type, of) ((of).size = (uint32_t)sizeof(of), (type *)(void *)((char *)poisoned((char *)&(of) + 4, sizeof(of) - 4) - 4))
#define ODD(type) ((type *)(void *)((char *)odd + 1))

static void closes(const char *call, int line, framegate_status status) {
  if (FAULT == 1) memset(outs[out_count - 1].at, 0xFF, 1);
  if (status >= 0) {
    fprintf(stderr, "line %d: not refused: %s\n", line, call);
    exit(1);
  }
  for (size_t out = 0; out < out_count; out++) {
    for (size_t at = 0; at < outs[out].size; at++) {
      if (outs[out].at[at] != 0) {
        fprintf(stderr, "line %d: out parameter %zu is not closed: %s\n", line, out, call);
        exit(1);
      }
    }
  }
  CHECK(out_count > 0);
  out_count = 0;
  checked++;
}

#define CLOSES(call) closes(#call, __LINE__, (call))

static uint64_t odd[8];
static const framegate_meeting NO_MEETING = {7};
static const framegate_tap NO_TAP = {7};
static const framegate_settling NO_SETTLING = {7};
static const framegate_ledger NO_LEDGER = {7};
static const framegate_past_meeting NO_PAST = {7};
static const framegate_verifier NO_VERIFIER = {7};
static const framegate_meeting_key NO_KEY = {7};
static const framegate_stream_key NO_STREAM_KEY = {7};
static const framegate_capture_clock NO_CLOCK = {7};
static const framegate_source_map NO_MAP = {7};
static const framegate_tag NO_TAG = {{0}};
static const framegate_source NO_SOURCE;

/* What is asked of a meeting. */
static void meetings(framegate_meeting meeting, framegate_participant who) {
  framegate_meeting made;
  framegate_settling settling;
  framegate_participant people[4], stranger = {1, 0, 0};
  framegate_digest digest;
  framegate_instance instance;
  framegate_head head;
  framegate_stream stream;
  framegate_outlet outlet;
  framegate_tap tap;
  framegate_group group;
  framegate_counters counters[2];
  framegate_tap_release releases[2];
  char text[8];
  uint8_t bytes[8];
  uint64_t number;
  int64_t deadline;
  uint16_t pair;
  size_t length;
  bool truth;
  const framegate_scope scope = scope_of(0xFFFF, 0xFFFF);
  const framegate_digest unknown = {{9}};
  framegate_meeting_options options = options_of("");
  framegate_join_options join;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  framegate_stream_options streams = stream_of(FRAMEGATE_STREAM_OWNED, stranger, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE);
  framegate_outlet_options outlets = outlet_of(0, 0, "");
  framegate_grant grant = grant_of(unknown, scope);

  CLOSES(framegate_digest_of(string_of("\xFF"), OUT(framegate_digest, digest)));
  CLOSES(framegate_meeting_open(NULL, OUT(framegate_meeting, made)));
  CLOSES(framegate_meeting_open(&options, OUT(framegate_meeting, made)));
  CLOSES(framegate_meeting_resume(NO_LEDGER, &options, OUT(framegate_meeting, made)));
  CLOSES(framegate_meeting_end(NO_MEETING, OUT(framegate_settling, settling)));
  CLOSES(framegate_meeting_id(NO_MEETING, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_meeting_id(meeting, ODD(char), SIZE_MAX, OUT(size_t, length)));
  CLOSES(framegate_meeting_generation(NO_MEETING, OUT(uint64_t, number)));
  CLOSES(framegate_meeting_started(NO_MEETING, OUT(uint64_t, number)));
  CLOSES(framegate_meeting_clock(NO_MEETING, OUT(int64_t, deadline)));
  CLOSES(framegate_meeting_time_at(NO_MEETING, 0, OUT(int64_t, deadline)));
  CLOSES(framegate_meeting_time_at(meeting, UINT64_MAX, OUT(int64_t, deadline)));
  CLOSES(framegate_meeting_head(NO_MEETING, OUT(framegate_head, head)));
  CLOSES(framegate_meeting_instance(NO_MEETING, OUT(framegate_instance, instance)));
  CLOSES(framegate_head_message(&head, ARRAY(uint8_t, bytes), sizeof bytes, OUT(size_t, length)));
  CLOSES(framegate_head_message(NULL, ARRAY(uint8_t, bytes), sizeof bytes, OUT(size_t, length)));
  CLOSES(framegate_meeting_next_deadline(NO_MEETING, OUT(int64_t, deadline)));
  CLOSES(framegate_meeting_join(NO_MEETING, &join, 0, OUT(framegate_participant, people[0])));
  CLOSES(framegate_meeting_join(meeting, &join, 0, OUT(framegate_participant, people[0])));
  CLOSES(framegate_meeting_join(meeting, NULL, 0, OUT(framegate_participant, people[0])));
  CLOSES(framegate_meeting_leave(NO_MEETING, who, 0, OUT(framegate_settling, settling)));
  CLOSES(framegate_meeting_leave(meeting, stranger, 0, OUT(framegate_settling, settling)));
  CLOSES(framegate_meeting_find(meeting, string_of("nobody"), OUT(framegate_participant, people[0])));
  CLOSES(framegate_meeting_participants(NO_MEETING, ARRAY(framegate_participant, people), 4, OUT(size_t, length)));
  CLOSES(framegate_meeting_participants(NO_MEETING, ARRAY(framegate_participant, people), 4, ODD(size_t)));
  framegate_consent consents[2];
  CLOSES(framegate_meeting_consents(NO_MEETING, who, ARRAY(framegate_consent, consents), 2, OUT(size_t, length)));
  CLOSES(framegate_meeting_consents(meeting, stranger, ARRAY(framegate_consent, consents), 2, OUT(size_t, length)));
  CLOSES(framegate_meeting_id_of(meeting, stranger, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_meeting_supersede(meeting, &unknown, 0, OUT(framegate_settling, settling)));
  CLOSES(framegate_meeting_challenge(meeting, stranger, OUT(framegate_digest, digest)));
  CLOSES(framegate_grant_message(meeting, stranger, &grant, ARRAY(uint8_t, bytes), sizeof bytes, OUT(size_t, length)));
  CLOSES(framegate_meeting_withdraw(NO_MEETING, FRAMEGATE_AUTHORITY_PARTICIPANT, who, scope, 0, OUT(framegate_settling, settling)));
  CLOSES(framegate_meeting_withdraw(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, stranger, scope, 0, OUT(framegate_settling, settling)));
  CLOSES(framegate_meeting_restrict(meeting, 0, NULL, scope, 0, OUT(framegate_settling, settling)));
  CLOSES(framegate_settling_is_settled(NO_SETTLING, OUT(bool, truth)));
  CLOSES(framegate_settling_wait(NO_SETTLING, 0, OUT(bool, truth)));
  CLOSES(framegate_settling_taps(NO_SETTLING, ARRAY(framegate_tap_release, releases), 2, OUT(size_t, length)));
  CLOSES(framegate_meeting_settled(meeting, NO_SETTLING, 0, OUT(bool, truth)));
  CLOSES(framegate_stream_open(meeting, &streams, OUT(framegate_stream, stream)));
  CLOSES(framegate_stream_open(meeting, NULL, OUT(framegate_stream, stream)));
  CLOSES(framegate_outlet_open(meeting, &outlets, OUT(framegate_outlet, outlet)));
  CLOSES(framegate_meeting_third_party(meeting, 0, string_of("ACME"), OUT(uint16_t, pair)));
  CLOSES(framegate_group_open(meeting, &stranger, 1, OUT(framegate_group, group)));
  memset(&stream, 0, sizeof stream);
  memset(&outlet, 0, sizeof outlet);
  CLOSES(framegate_tap_open(meeting, stream, outlet, OUT(framegate_tap, tap)));
  CLOSES(framegate_meeting_counters(NO_MEETING, ARRAY(framegate_counters, counters), 2, OUT(size_t, length)));
}

/* What is asked of a tap: of many frames in each way in which a call can be wrong. */
static void taps(framegate_tap tap) {
  enum { MANY = FRAMEGATE_MAX_FRAMES + 1 };
  static framegate_frame frames[MANY];
  static framegate_payload payloads[MANY];
  static framegate_payload_mut buffers[MANY];
  static framegate_cleared cleared[MANY];
  static uint8_t samples[2];
  framegate_decision decisions[3];
  framegate_counters counters;
  bool truth;
  uint32_t told;
  size_t length;
  framegate_reason_count reasons[2];
  for (int at = 0; at < MANY; at++) {
    frames[at] = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, 10);
    payloads[at] = bytes_of(samples, sizeof samples);
    buffers[at] = bytes_in(samples, sizeof samples);
  }
  for (int way = 0; way < 3; way++) {
    for (int fault = 0; fault < 9; fault++) {
      const int is_odd = fault >= 4 && fault <= 6;
      const size_t count = fault == 3 ? MANY : 3;
      /* As a call before has left them. */
      for (size_t at = 0; at < count; at++) {
        cleared[at] = cleared_of();
        cleared[at].verdict = FRAMEGATE_VERDICT_WHOLE;
        cleared[at].payload = payloads[at];
        memset(&cleared[at].source, 0xFF, sizeof cleared[at].source);
        memset(&cleared[at].tag, 0xFF, sizeof cleared[at].tag);
      }
      /* The odd one says that it is shorter, or longer, than the others. */
      if (is_odd) cleared[fault - 4].size += way == 2 ? 8 : (uint32_t)-8;
      const framegate_tap which = fault == 0 ? NO_TAP : tap;
      const framegate_frame *const frames_at = fault == 1 ? NULL : frames;
      const framegate_payload *const payloads_at = fault == 2 ? NULL : payloads;
      const framegate_payload_mut *const buffers_at = fault == 2 ? NULL : buffers;
      size_t handed_on = 0xFFFF, *const told = fault == 7 ? ODD(size_t) : &handed_on;
      framegate_status status;
      if (fault == 8) OK(framegate_tap_admit(tap, frames, payloads, 1, 10, &cleared[0], NULL));
      switch (way) {
        case 0: status = framegate_tap_admit(which, frames_at, payloads_at, count, 10, cleared, told); break;
        case 1: status = framegate_tap_admit_into(which, frames_at, payloads_at, buffers_at, count, 10, cleared, told); break;
        default: status = framegate_tap_admit_in_place(which, frames_at, buffers_at, count, 10, cleared, told); break;
      }
      static const framegate_status errors[9] = {FRAMEGATE_ERROR_HANDLE, FRAMEGATE_ERROR_NULL, FRAMEGATE_ERROR_NULL,       FRAMEGATE_ERROR_LENGTH,   FRAMEGATE_ERROR_SIZE,
                                                 FRAMEGATE_ERROR_SIZE,   FRAMEGATE_ERROR_SIZE, FRAMEGATE_ERROR_MISALIGNED, FRAMEGATE_ERROR_RELEASING};
      IS(status, errors[fault]);
      if (fault != 7) IS((long long)handed_on, 0);
      if (FAULT == 1) cleared[count - 1].verdict = FRAMEGATE_VERDICT_WHOLE;
      for (size_t at = 0; at < count; at++) {
        CHECK(cleared[at].verdict == FRAMEGATE_VERDICT_DROPPED && cleared[at].payload.plane[0].data == NULL && cleared[at].payload.plane[0].length == 0);
        /* The odd one says that it ends eight bytes earlier. */
        CHECK(memcmp(&cleared[at].tag, &NO_TAG, sizeof NO_TAG) == 0 && memcmp(&cleared[at].source, &NO_SOURCE, sizeof NO_SOURCE - (is_odd ? 8 : 0)) == 0);
      }
      if (fault == 8) OK(framegate_tap_end(tap));
      checked++;
    }
  }
  CLOSES(framegate_tap_keyframe_request(NO_TAP, 0, 0, OUT(bool, truth)));
  CLOSES(framegate_tap_can_blank(NO_TAP, OUT(uint32_t, told)));
  CLOSES(framegate_tap_last_fault(NO_TAP, OUT(uint32_t, told)));
  CLOSES(framegate_tap_reasons(NO_TAP, ARRAY(framegate_reason_count, reasons), 2, OUT(size_t, length)));
  CLOSES(framegate_tap_decide(NO_TAP, 0, 0, OUT(framegate_decision, decisions[0])));
  CLOSES(framegate_tap_decide_batch(NO_TAP, frames, 3, 0, ARRAY(framegate_decision, decisions)));
  CLOSES(framegate_tap_decide_batch(tap, NULL, 3, 0, ARRAY(framegate_decision, decisions)));
  frames[0].size = 0;
  CLOSES(framegate_tap_decide_batch(tap, frames, 3, 0, ARRAY(framegate_decision, decisions)));
  static framegate_decision many[MANY];
  CLOSES(framegate_tap_decide_batch(tap, frames, MANY, 0, ARRAY(framegate_decision, many)));
  CLOSES(framegate_tap_counters(NO_TAP, SIZED(framegate_counters, counters)));
  framegate_source made_up, met;
  framegate_participant people[2];
  memset(&made_up, 0, sizeof made_up);
  made_up.size = (uint32_t)sizeof made_up;
  CLOSES(framegate_source_meet(&made_up, &made_up, ARRAY(framegate_participant, people), 2, SIZED(framegate_source, met)));
  CLOSES(framegate_source_meet(NULL, &made_up, ARRAY(framegate_participant, people), 2, SIZED(framegate_source, met)));
  CLOSES(framegate_source_meet(&made_up, &made_up, NULL, 2, SIZED(framegate_source, met)));
  CLOSES(framegate_source_meet(&made_up, &made_up, ARRAY(framegate_participant, people), 2, NULL));
}

/* Tags, seals, the wire and descriptions. */
static void travels(void) {
  framegate_tag tag;
  framegate_tag_fields fields;
  framegate_carried carried, read;
  framegate_meeting_key meeting_key;
  framegate_stream_key stream_key;
  framegate_payload_digest payload_digest;
  framegate_seal seal, seals[2];
  framegate_archived frames[2];
  framegate_packet packet;
  framegate_sender_report reports[2];
  framegate_capture_clock clock;
  framegate_source_map map;
  framegate_participant people[2];
  uint32_t goodbyes[2];
  size_t gone;
  int64_t captured;
  framegate_string line;
  uint8_t bytes[16] = {9}, buffer[4];
  char text[8];
  uint32_t number;
  size_t length;
  bool truth;
  memset(&carried, 0, sizeof carried);
  memset(frames, 0, sizeof frames);
  const framegate_seal no_seal = {{0}};
  CLOSES(framegate_tag_read(bytes, sizeof bytes, OUT(framegate_tag, tag)));
  CLOSES(framegate_tag_get(NO_TAG, SIZED(framegate_tag_fields, fields)));
  CLOSES(framegate_tag_meet(NO_TAG, NO_TAG, OUT(framegate_tag, tag)));
  CLOSES(framegate_tag_meet_across_meetings(NO_TAG, NO_TAG, OUT(framegate_tag, tag)));
  CLOSES(framegate_carried_read(bytes, 15, SIZED(framegate_carried, read)));
  CLOSES(framegate_meeting_key_open(NULL, NULL, OUT(framegate_meeting_key, meeting_key)));
  CLOSES(framegate_meeting_key_seal_batch(NO_KEY, frames, 2, ARRAY(framegate_seal, seals)));
  CLOSES(framegate_stream_key_open(NO_KEY, 0, OUT(framegate_stream_key, stream_key)));
  CLOSES(framegate_stream_key_digest(NO_STREAM_KEY, FRAMEGATE_FORMAT_OPAQUE, NULL, 0, OUT(framegate_payload_digest, payload_digest)));
  CLOSES(framegate_stream_key_seal(NO_STREAM_KEY, NO_TAG, NULL, 0, NULL, OUT(framegate_seal, seal)));
  CLOSES(framegate_stream_key_verify(NO_STREAM_KEY, no_seal, NO_TAG, NULL, 0, NULL, OUT(bool, truth)));
  CLOSES(framegate_rtp_read(bytes, sizeof bytes, 1, SIZED(framegate_carried, read)));
  CLOSES(framegate_rtp_write(bytes, sizeof bytes, 1, &carried, buffer, sizeof buffer, OUT(size_t, length)));
  CLOSES(framegate_sei_read(bytes, sizeof bytes, FRAMEGATE_FORMAT_H264, SIZED(framegate_carried, read)));
  CLOSES(framegate_sei_write(bytes, sizeof bytes, FRAMEGATE_FORMAT_H264, NULL, buffer, sizeof buffer, OUT(size_t, length)));
  CLOSES(framegate_obu_read(bytes, sizeof bytes, SIZED(framegate_carried, read)));
  CLOSES(framegate_obu_write(bytes, sizeof bytes, NULL, buffer, sizeof buffer, OUT(size_t, length)));
  CLOSES(framegate_rtp_parse(bytes, sizeof bytes, 1, SIZED(framegate_packet, packet)));
  CLOSES(framegate_rtcp_parse(bytes, sizeof bytes, ARRAY(framegate_sender_report, reports), 2, OUT(size_t, length), ARRAY(uint32_t, goodbyes), 2, OUT(size_t, gone)));
  CLOSES(framegate_capture_clock_open(NULL, OUT(framegate_capture_clock, clock)));
  CLOSES(framegate_capture_clock_captured(NO_CLOCK, &packet, 0, OUT(int64_t, captured)));
  CLOSES(framegate_source_map_open(0, OUT(framegate_source_map, map)));
  CLOSES(framegate_source_map_contributors(NO_MAP, &packet, 0, 0, ARRAY(framegate_participant, people), 2, OUT(size_t, length), OUT(uint32_t, number)));
  CLOSES(framegate_sdp_extmap(0, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_sdp_extension_id(string_of(""), OUT(uint32_t, number)));
  CLOSES(framegate_recording_line(0, OUT(framegate_string, line)));
  CLOSES(framegate_preference_line(0, OUT(framegate_string, line)));
  CLOSES(framegate_recording_read(string_of("\xFF"), 0, OUT(uint32_t, number)));
  CLOSES(framegate_preference_read(string_of("\xFF"), 0, OUT(uint32_t, number)));
  /* These fail for want of room alone. */
  IS(framegate_recording_of(0, NULL), FRAMEGATE_ERROR_NULL);
  IS(framegate_preference_of(0, NULL), FRAMEGATE_ERROR_NULL);
  IS(framegate_preference_permits(0, NULL), FRAMEGATE_ERROR_NULL);
}

/* Ledgers and the check before training. */
static void ledgers(void) {
  framegate_ledger ledger;
  framegate_past_meeting past;
  uint32_t entered;
  framegate_ledger_info info;
  framegate_verifier verifier;
  framegate_head head;
  framegate_particulars particulars;
  framegate_dialog dialog;
  framegate_archived frames[2];
  char text[8];
  uint64_t line, bits[1];
  uint8_t findings[2];
  size_t length;
  memset(&particulars, 0, sizeof particulars);
  memset(&dialog, 0, sizeof dialog);
  memset(frames, 0, sizeof frames);
  framegate_head none;
  memset(&none, 0, sizeof none);
  const framegate_string who = string_of("ann");
  CLOSES(framegate_ledger_read(NULL, 1, NULL, NULL, OUT(framegate_ledger, ledger), OUT(uint64_t, line)));
  CLOSES(framegate_ledger_read(NULL, 1, NULL, NULL, NULL, OUT(uint64_t, line)));
  CLOSES(framegate_ledger_read(NULL, 1, NULL, NULL, OUT(framegate_ledger, ledger), ODD(uint64_t)));
  CLOSES(framegate_ledger_read(NULL, 0, &none, NULL, OUT(framegate_ledger, ledger), OUT(uint64_t, line)));
  CLOSES(framegate_ledger_read_file(string_of("there is none"), NULL, NULL, OUT(framegate_ledger, ledger), OUT(uint64_t, line)));
  CLOSES(framegate_ledger_read_file(string_of("there is none"), NULL, NULL, OUT(framegate_ledger, ledger), ODD(uint64_t)));
  CLOSES(framegate_ledger_read_file(string_of("there is none"), NULL, NULL, NULL, OUT(uint64_t, line)));
  CLOSES(framegate_past_meeting_open(string_of("there is none"), NULL, OUT(framegate_past_meeting, past), OUT(uint64_t, line)));
  CLOSES(framegate_past_meeting_open(string_of("there is none"), NULL, NULL, OUT(uint64_t, line)));
  CLOSES(framegate_past_meeting_withdraw(NO_PAST, FRAMEGATE_AUTHORITY_PARTICIPANT, who, scope_of(1, 1), OUT(uint32_t, entered)));
  CLOSES(framegate_past_meeting_restrict(NO_PAST, FRAMEGATE_AUTHORITY_HOST, NULL, scope_of(1, 1), OUT(uint32_t, entered)));
  CLOSES(framegate_past_meeting_restrict(NO_PAST, 0, NULL, scope_of(1, 1), OUT(uint32_t, entered)));
  CLOSES(framegate_past_meeting_receipt(NO_PAST, who, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_get(NO_LEDGER, SIZED(framegate_ledger_info, info)));
  CLOSES(framegate_ledger_receipt(NO_LEDGER, who, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_erasure(NO_LEDGER, who, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_ts27560(NO_LEDGER, who, &particulars, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_vcon_consent(NO_LEDGER, who, &dialog, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_vcon_lawful_basis(NO_LEDGER, who, &dialog, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_cawg(NO_LEDGER, 0, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_ledger_aipref(NO_LEDGER, 0, ARRAY(char, text), sizeof text, OUT(size_t, length)));
  CLOSES(framegate_verifier_open(NO_LEDGER, OUT(framegate_verifier, verifier)));
  CLOSES(framegate_verifier_head(NO_VERIFIER, OUT(framegate_head, head)));
  CLOSES(framegate_verifier_verify_batch(NO_VERIFIER, frames, 2, 1, NO_KEY, ARRAY(uint64_t, bits), ARRAY(uint8_t, findings), OUT(size_t, length)));
  CLOSES(framegate_verifier_dry_run(NO_VERIFIER, frames, 2, 1, ARRAY(uint64_t, bits), NULL, OUT(size_t, length)));
  CLOSES(framegate_verifier_recheck(NO_VERIFIER, &none, frames, 2, ODD(uint64_t), ARRAY(uint8_t, findings), OUT(size_t, length)));
}

int main(void) {
  framegate_meeting_options options = options_of("closed");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_digest notice = shown(meeting, "1");
  const framegate_participant who = joined(meeting, "ann", "", NULL, 0);
  const framegate_grant grant = grant_of(notice, scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, &grant, 0));
  const framegate_tap tap = tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE),
                                   outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"));
  meetings(meeting, who);
  taps(tap);
  travels();
  ledgers();
  OK(framegate_tap_close(tap));
  OK(framegate_meeting_close(meeting));
  printf("%u refused calls left nothing open\n", checked);
  return 0;
}
