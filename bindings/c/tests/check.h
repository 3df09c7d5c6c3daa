/* What the programs check with. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framegate.h"

#define CHECK(condition)                                                  \
  do {                                                                    \
    if (!(condition)) {                                                   \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
      exit(1);                                                            \
    }                                                                     \
  } while (0)

#define IS(call, expected)                                                                    \
  do {                                                                                        \
    const long long is_ = (call), expected_ = (expected);                                     \
    if (is_ != expected_) {                                                                   \
      const framegate_string why_ = framegate_error_message((framegate_status)is_);           \
      fprintf(stderr, "%s:%d: %s is %lld (%.*s), not %lld\n", __FILE__, __LINE__, #call, is_, \
              is_ < 0 ? (int)why_.length : 0, why_.data, expected_);                          \
      exit(1);                                                                                \
    }                                                                                         \
  } while (0)

#define OK(call) IS(call, FRAMEGATE_OK)

/* A call that tells a `truth`, a `number` or how many frames were `handed_on`, and what it must tell; or its error, and that nothing is told then.
 * Before the call they are what they must not be after it. */
#define TRUTH(call, expected)        \
  do {                               \
    bool truth = !(expected);        \
    OK(call);                        \
    IS((int)truth, (int)(expected)); \
  } while (0)

#define NO_TRUTH(call, error) \
  do {                        \
    bool truth = true;        \
    IS(call, error);          \
    CHECK(!truth);            \
  } while (0)

#define NUMBER(call, expected)                  \
  do {                                          \
    uint32_t number = 0xFFFF;                   \
    OK(call);                                   \
    IS((long long)number, (long long)(expected)); \
  } while (0)

#define NO_NUMBER(call, error) \
  do {                         \
    uint32_t number = 0xFFFF;  \
    IS(call, error);           \
    IS((long long)number, 0);  \
  } while (0)

#define HANDED_ON(call, expected)                    \
  do {                                               \
    size_t handed_on = 0xFFFF;                       \
    OK(call);                                        \
    IS((long long)handed_on, (long long)(expected)); \
  } while (0)

#define NOT_HANDED_ON(call, error) \
  do {                             \
    size_t handed_on = 0xFFFF;     \
    IS(call, error);               \
    IS((long long)handed_on, 0);   \
  } while (0)

static inline framegate_string string_of(const char *text) {
  framegate_string string = {text, strlen(text)};
  return string;
}

static inline framegate_scope scope_of(unsigned kinds, unsigned purposes) {
  framegate_scope scope = {(uint16_t)kinds, (uint16_t)purposes};
  return scope;
}

static inline framegate_payload bytes_of(const void *data, size_t length) {
  framegate_payload payload;
  memset(&payload, 0, sizeof payload);
  payload.size = (uint32_t)sizeof payload;
  payload.plane[0].data = (const uint8_t *)data;
  payload.plane[0].length = length;
  return payload;
}

static inline framegate_payload_mut bytes_in(void *data, size_t length) {
  framegate_payload_mut payload;
  memset(&payload, 0, sizeof payload);
  payload.size = (uint32_t)sizeof payload;
  payload.plane[0].data = (uint8_t *)data;
  payload.plane[0].length = length;
  return payload;
}

static inline framegate_frame frame_of(uint32_t contributors, int64_t captured) {
  framegate_frame frame;
  memset(&frame, 0, sizeof frame);
  frame.size = (uint32_t)sizeof frame;
  frame.contributors = contributors;
  frame.captured = captured;
  return frame;
}

static inline framegate_cleared cleared_of(void) {
  framegate_cleared cleared;
  memset(&cleared, 0, sizeof cleared);
  cleared.size = (uint32_t)sizeof cleared;
  return cleared;
}

static inline framegate_region region_of(framegate_participant owner, uint32_t area) {
  framegate_region region;
  memset(&region, 0, sizeof region);
  region.size = (uint32_t)sizeof region;
  region.area = area;
  region.owner = owner;
  region.kind = FRAMEGATE_NO_KIND;
  region.captured = FRAMEGATE_NO_TIME;
  return region;
}

static inline framegate_grant grant_of(framegate_digest notice, framegate_scope scope) {
  framegate_grant grant;
  memset(&grant, 0, sizeof grant);
  grant.size = (uint32_t)sizeof grant;
  grant.scope = scope;
  grant.notice = notice;
  grant.method = FRAMEGATE_METHOD_CLICKED;
  grant.at = FRAMEGATE_NO_TIME;
  grant.until = FRAMEGATE_NO_TIME;
  return grant;
}

static inline framegate_stream_options stream_of(uint32_t type, framegate_participant owner, uint32_t kind, uint32_t format) {
  framegate_stream_options options;
  memset(&options, 0, sizeof options);
  options.size = (uint32_t)sizeof options;
  options.type = type;
  options.owner = owner;
  options.kind = kind;
  options.format = format;
  options.channels = 1;
  options.layout = FRAMEGATE_LAYOUT_INTERLEAVED;
  options.width = 4;
  options.height = 2;
  return options;
}

static inline framegate_outlet_options outlet_of(unsigned purposes, unsigned blanks, const char *name) {
  framegate_outlet_options options;
  memset(&options, 0, sizeof options);
  options.size = (uint32_t)sizeof options;
  options.purposes = (uint16_t)purposes;
  options.blanks = (uint16_t)blanks;
  options.name = string_of(name);
  return options;
}

static inline framegate_participant joined(framegate_meeting meeting, const char *id, const char *guardian, const uint8_t *key, int64_t now) {
  framegate_join_options join;
  framegate_participant who;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.id = string_of(id);
  join.agrees = *guardian == 0 ? FRAMEGATE_AUTHORITY_PARTICIPANT : FRAMEGATE_AUTHORITY_GUARDIAN;
  join.guardian = string_of(guardian);
  join.key = key;
  OK(framegate_meeting_join(meeting, &join, now, &who));
  return who;
}

/* A notice over everything. */
static inline framegate_digest shown(framegate_meeting meeting, const char *text) {
  framegate_notice notice;
  memset(&notice, 0, sizeof notice);
  notice.size = (uint32_t)sizeof notice;
  notice.scope = scope_of(0xFFFF, 0xFFFF);
  OK(framegate_digest_of(string_of(text), &notice.digest));
  notice.version = string_of("1");
  notice.language = string_of("en");
  notice.controller = string_of("Example Ltd");
  OK(framegate_meeting_show(meeting, &notice));
  return notice.digest;
}

static inline framegate_meeting_options options_of(const char *id) {
  framegate_meeting_options options;
  memset(&options, 0, sizeof options);
  options.size = (uint32_t)sizeof options;
  options.participants = 8;
  options.id = string_of(id);
  return options;
}

static inline framegate_decision decided(framegate_tap tap, int64_t captured, int64_t now) {
  framegate_decision decision;
  memset(&decision, 0xFF, sizeof decision);
  OK(framegate_tap_decide(tap, captured, now, &decision));
  return decision;
}

static inline framegate_tap tap_of(framegate_meeting meeting, framegate_stream_options stream, framegate_outlet_options outlet) {
  framegate_stream from;
  framegate_outlet to;
  framegate_tap tap;
  OK(framegate_stream_open(meeting, &stream, &from));
  OK(framegate_outlet_open(meeting, &outlet, &to));
  OK(framegate_tap_open(meeting, from, to, &tap));
  return tap;
}

#endif
