/* A program of somebody else's: a meeting in which a frame is withheld before its owner agrees, and handed on after. */
#include <framegate.h>

#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                \
  do {                                                                  \
    if (!(condition)) {                                                 \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition);           \
      return 1;                                                         \
    }                                                                   \
  } while (0)

int main(void) {
  framegate_meeting_options options = {0};
  framegate_meeting meeting;
  framegate_join_options join = {0};
  framegate_participant who;
  framegate_notice notice = {0};
  framegate_stream_options microphone = {0};
  framegate_stream stream;
  framegate_outlet_options recorder = {0};
  framegate_outlet outlet;
  framegate_tap tap;
  framegate_grant grant = {0};
  framegate_frame frame = {0};
  framegate_payload payload = {0};
  framegate_cleared cleared = {0};
  uint8_t samples[640] = {0};
  size_t handed_on;
  const framegate_scope scope = {FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO), FRAMEGATE_PURPOSE_RECORD};

  CHECK(framegate_abi_version() == FRAMEGATE_ABI_VERSION);

  options.size = sizeof options;
  options.participants = 10;
  options.id = FRAMEGATE_STRING("outside");
  CHECK(framegate_meeting_open(&options, &meeting) == FRAMEGATE_OK);

  join.size = sizeof join;
  join.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  join.id = FRAMEGATE_STRING("their-login");
  CHECK(framegate_meeting_join(meeting, &join, 0, &who) == FRAMEGATE_OK);

  notice.size = sizeof notice;
  notice.scope = scope;
  CHECK(framegate_digest_of(FRAMEGATE_STRING("We record what you say."), &notice.digest) == FRAMEGATE_OK);
  notice.version = FRAMEGATE_STRING("1");
  notice.language = FRAMEGATE_STRING("en");
  notice.controller = FRAMEGATE_STRING("Example Ltd");
  CHECK(framegate_meeting_show(meeting, &notice) == FRAMEGATE_OK);

  microphone.size = sizeof microphone;
  microphone.type = FRAMEGATE_STREAM_OWNED;
  microphone.owner = who;
  microphone.kind = FRAMEGATE_KIND_AUDIO;
  microphone.format = FRAMEGATE_FORMAT_PCM_S16;
  microphone.channels = 1;
  CHECK(framegate_stream_open(meeting, &microphone, &stream) == FRAMEGATE_OK);

  recorder.size = sizeof recorder;
  recorder.purposes = FRAMEGATE_PURPOSE_RECORD;
  recorder.name = FRAMEGATE_STRING("recorder");
  CHECK(framegate_outlet_open(meeting, &recorder, &outlet) == FRAMEGATE_OK);
  CHECK(framegate_tap_open(meeting, stream, outlet, &tap) == FRAMEGATE_OK);

  frame.size = sizeof frame;
  frame.contributors = FRAMEGATE_CONTRIBUTORS_OWNER;
  payload.size = sizeof payload;
  payload.plane[0].data = samples;
  payload.plane[0].length = sizeof samples;
  cleared.size = sizeof cleared;

  frame.captured = 1000000;
  CHECK(framegate_tap_admit(tap, &frame, &payload, 1, 1020000, &cleared, &handed_on) == FRAMEGATE_OK);
  CHECK(handed_on == 0 && cleared.verdict == FRAMEGATE_VERDICT_DROPPED);

  grant.size = sizeof grant;
  grant.scope = scope;
  grant.notice = notice.digest;
  grant.method = FRAMEGATE_METHOD_CLICKED;
  grant.at = FRAMEGATE_NO_TIME;
  grant.until = FRAMEGATE_NO_TIME;
  CHECK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_HOST, who, &grant, 1500000) == FRAMEGATE_ERROR_OVERREACH);
  CHECK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, &grant, 1500000) == FRAMEGATE_OK);

  frame.captured = 2000000;
  CHECK(framegate_tap_admit(tap, &frame, &payload, 1, 2020000, &cleared, &handed_on) == FRAMEGATE_OK);
  CHECK(handed_on == 1 && cleared.verdict == FRAMEGATE_VERDICT_WHOLE);
  CHECK(cleared.payload.plane[0].data == samples && cleared.payload.plane[0].length == sizeof samples);
  CHECK(framegate_tap_end(tap) == FRAMEGATE_OK);

  CHECK(framegate_tap_close(tap) == FRAMEGATE_OK);
  CHECK(framegate_meeting_close(meeting) == FRAMEGATE_OK);
  puts("gated");
  return 0;
}
