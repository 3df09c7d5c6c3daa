/* A tap whose owner agreed, and frames of theirs, for the bench of the C interface. */

#include "check.h"

enum { FRAMES = 64 };

static framegate_frame frames[FRAMES];

const framegate_frame *scene_frames(int64_t captured) {
  for (int at = 0; at < FRAMES; at++) {
    frames[at] = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, captured);
  }
  return frames;
}

uint64_t scene_tap(void) {
  framegate_meeting_options options = options_of("bench");
  framegate_meeting meeting;
  OK(framegate_meeting_open(&options, &meeting));
  const framegate_participant who = joined(meeting, "ann", "", NULL, 0);
  framegate_grant grant = grant_of(shown(meeting, "We record."), scope_of(0xFFFF, FRAMEGATE_PURPOSE_RECORD));
  OK(framegate_meeting_grant(meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, who, &grant, 0));
  return tap_of(meeting, stream_of(FRAMEGATE_STREAM_OWNED, who, FRAMEGATE_KIND_AUDIO, FRAMEGATE_FORMAT_OPAQUE),
                outlet_of(FRAMEGATE_PURPOSE_RECORD, 0, "recorder"))
      .handle;
}
