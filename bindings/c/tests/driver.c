/* Random calls, half of them hostile, beside a simple model of what must be withheld: `driver SEED CALLS`.
 *
 * A hostile call is wrong in one way or several: null, misaligned, short or huge, an unknown number, the wrong state or order, a stale or
 * foreign handle. Each is to be refused, or withheld, and to change nothing that the model knows of but by narrowing it.
 *
 * The model holds, for each person, kind and purpose, since when and until when consent may hold at the most. It knows what was said to the
 * meeting in calls that succeeded, and nothing of how the gate decides. So a release that it forbids is wrong; withholding more is not its
 * concern. A withheld frame's bytes must be nowhere that an outlet looks. What is derived needs its sources' consent, too, and none of them
 * changed; records have so many bits a minute; an encoded stream goes on at a keyframe. What was released is sealed and kept, and at the end
 * of a meeting none of it may be cleared for training that was withdrawn or changed.
 *
 * Built with -DFAULT=n it has a planted fault, which must be found: 1 a withheld frame is handed on, 2 a tag is written past its array,
 * 3 a closed meeting's memory is used, 4 a redacted frame keeps what was to be hidden, 5 a hostile call is said to have succeeded,
 * 6 a branch on what was never written, 7 what was changed is taken for what was sealed, 8 records may tell twice as much,
 * 9 a stream of encoded frames goes on after one was withheld, 10 one of many that a call refused still says WHOLE, 11 a source that was
 * changed is taken, 12 a stream of its owner alone carries others. */

#include "check.h"

#ifndef FAULT
#define FAULT 0
#endif

enum { PEOPLE = 4, KINDS = 5, PURPOSES = 3, TAPS = 12, FRAMES = 3, BYTES = 32, STALE = 16, NOTICES = 2, LIFE = 2000, SOURCES = 8, ARCHIVED = 32, TYPES = 8 };

static const uint32_t KIND[KINDS] = {FRAMEGATE_KIND_AUDIO, FRAMEGATE_KIND_CHAT, FRAMEGATE_KIND_CAPTION, FRAMEGATE_KIND_VIDEO, FRAMEGATE_KIND_TELEMETRY};

/* What a tap's frames are, all of BYTES bytes: with its kind, by its index, and its format. */
enum medium { SOUND, MESSAGE, ONE_PLANE, THREE_PLANES, OPUS, VP8, DERIVED, RECORDS, MEDIA };

static const struct {
  int kind;
  uint32_t format;
} MEDIUM[MEDIA] = {{0, FRAMEGATE_FORMAT_PCM_S16}, {1, FRAMEGATE_FORMAT_UTF8}, {3, FRAMEGATE_FORMAT_RGBA}, {3, FRAMEGATE_FORMAT_I422},
                   {0, FRAMEGATE_FORMAT_OPUS},    {3, FRAMEGATE_FORMAT_VP8},  {2, FRAMEGATE_FORMAT_UTF8}, {4, 0}};
/* What a record takes of its minute: four integers from 1 to 255, or none. */
enum { RECORD_BITS = 32 };
static const char *const ID[PEOPLE] = {"ann", "ben", "kid", "key"};
static const char *const TEXT[NOTICES] = {"one", "two"};

/* ---- Random numbers: xorshift64* ---- */

static uint64_t state;

static uint64_t draw(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1DULL;
}

static uint32_t below(uint32_t limit) { return (uint32_t)((draw() >> 32) % limit); }
static int one_in(uint32_t times) { return below(times) == 0; }

/* ---- The model ---- */

/* At the most; `notices` are those under which it was agreed to. */
struct consent {
  int64_t since, until;
  uint32_t notices;
};

struct person {
  framegate_participant who;
  int joined;
  struct consent consents[KINDS][PURPOSES];
  /* A bit for each authority, its own over the person and over everybody. */
  uint32_t restricted[KINDS][PURPOSES];
  /* A child's own refusal. */
  int refused[KINDS][PURPOSES];
};

struct open_tap {
  framegate_tap tap;
  int is_open, releasing;
  uint32_t type;   /* FRAMEGATE_STREAM_… */
  enum medium medium;
  int kind, owner;
  uint32_t purposes;
  int awaits;      /* of VP8: whether only a keyframe can be shown */
  uint32_t bits_per_minute, bits; /* of records, and how many went */
  int64_t minute;  /* in this one */
  uint64_t seen, whole, redacted, blanked, dropped;
};

/* What an outlet got, to be named as a source. */
struct source {
  framegate_source source;
  framegate_participant people[PEOPLE];
};

/* What an outlet kept of it, sealed. */
struct kept {
  framegate_carried carried;
  framegate_subject subjects[PEOPLE];
  framegate_payload_digest digest;
  framegate_archived frame;
  uint64_t at; /* the call */
};

static struct {
  framegate_meeting meeting, other;
  framegate_instance instance;
  framegate_participant stranger;
  int ended;
  int64_t latest; /* the largest time that a call of the meeting was given, microseconds: no later than the gate's own */
  struct person people[PEOPLE];
  uint32_t everybody[KINDS][PURPOSES];
  framegate_digest notices[NOTICES];
  int superseded[NOTICES];
  struct open_tap taps[TAPS];
  framegate_group group; /* of ann and ben */
  int has_group;
  framegate_settling settling;
  int has_settling;
  struct source sources[SOURCES];
  size_t source_count;
  framegate_meeting_key key;
  struct kept kept[ARCHIVED];
  size_t kept_count;
  uint64_t withdrawn[PEOPLE][KINDS][PURPOSES]; /* the call in which it was last, of somebody of this id */
  int has_lines;                               /* whether all of the ledger is in `lines` */
  size_t length;
} m;

static char lines[1 << 21];
static uint64_t stale[TYPES][STALE]; /* handles of each type that were closed */
static uint64_t calls, hostile_calls, released, withheld, by_medium[MEDIA], trained, recalled;

static int64_t floor_ms(int64_t micros) { return micros / 1000; }
static int64_t ceil_ms(int64_t micros) { return (micros + 999) / 1000; }
static const int64_t RANGE = 4294967295LL * 1000; /* out of range from here */
static int in_range(int64_t micros) { return 0 <= micros && micros < RANGE; }

static void seen_time(int64_t now) {
  if (in_range(now) && now > m.latest) m.latest = now;
}

/* The same, unless the call did not come to the meeting. */
static void told_time(framegate_status status, int64_t now) {
  if (status != FRAMEGATE_ERROR_FOREIGN && status != FRAMEGATE_ERROR_NUMBER) seen_time(now);
}

static uint32_t kinds_of(framegate_scope scope, int kind) { return (scope.kinds & FRAMEGATE_KINDS(KIND[kind])) != 0; }
static uint32_t purposes_of(framegate_scope scope, int purpose) { return scope.purposes >> purpose & 1u; }

#define EACH_IN(scope, kind, purpose)                  \
  for (int kind = 0; kind < KINDS; kind++)             \
    for (int purpose = 0; purpose < PURPOSES; purpose++) \
      if (kinds_of(scope, kind) && purposes_of(scope, purpose))

static void close_consents(struct person *person, framegate_scope scope) {
  EACH_IN(scope, kind, purpose) { person->consents[kind][purpose].notices = 0; }
}

/* Whether somebody may agree to a kind for all purposes, of something captured and released then. */
static int may(int at, int kind, uint32_t purposes, int64_t captured, int64_t now) {
  if (at < 0 || !m.people[at].joined || m.ended || !in_range(captured) || !in_range(now)) return 0;
  for (int purpose = 0; purpose < PURPOSES; purpose++) {
    if (!(purposes >> purpose & 1)) continue;
    const struct consent *consent = &m.people[at].consents[kind][purpose];
    if (consent->notices == 0 || m.people[at].restricted[kind][purpose] || m.everybody[kind][purpose] || m.people[at].refused[kind][purpose]) return 0;
    if (floor_ms(captured) < consent->since || floor_ms(now) >= consent->until || (captured > now && captured > m.latest)) return 0;
  }
  return 1;
}

/* ---- What is wrong with a hostile call ---- */

static void keep_stale(int type, uint64_t handle) { stale[type][below(STALE)] = handle; }

/* A handle that stands for nothing of its type. */
static uint64_t wrong_handle(int type) {
  switch (below(5)) {
    case 0: return 0;
    case 1: return stale[type][below(STALE)];
    case 2: return stale[(type + 1 + (int)below(TYPES - 1)) % TYPES][below(STALE)] ^ 0x80000000u;
    case 3: return type == 0 ? m.taps[0].tap.handle : m.meeting.handle;
    default: return draw() | 0x80000000u; /* of no type that there is */
  }
}

/* Memory that is there, as long as it can be looked at, and not aligned. */
static uint64_t odd_memory[128];
static void *misaligned(void) { return (char *)odd_memory + 1 + 2 * below(4); }

static int64_t a_time(void) {
  switch (below(12)) {
    case 0: return -1;
    case 1: return INT64_MIN;
    case 2: return INT64_MAX;
    case 3: return RANGE;
    default: return m.latest + (int64_t)below(40000) - 2000;
  }
}

/* Mostly in order. */
static int64_t next_time(void) { return m.latest + (int64_t)below(3000); }

static framegate_scope a_scope(void) {
  if (one_in(2)) return scope_of(0xFFFF, 0xFFFF);
  const uint32_t kind = FRAMEGATE_KINDS(KIND[below(KINDS)]), other = FRAMEGATE_KINDS(KIND[below(KINDS)]);
  return scope_of(kind | (one_in(2) ? other : 0), 1 + below((1u << PURPOSES) - 1));
}

static void refused(long long status) {
#if FAULT == 5
  if (one_in(50)) status = 0;
#endif
  hostile_calls++;
  if (status >= 0) {
    fprintf(stderr, "a hostile call was not refused: %lld\n", status);
    exit(1);
  }
}

/* ---- Meetings ---- */

static int32_t on_append(void *user, const uint8_t *lines, size_t length, int32_t durable) {
  (void)user;
  CHECK(length > 0 && lines[length - 1] == '\n' && (durable == 0 || durable == 1));
  refused(framegate_meeting_tick(m.meeting, 0));
  return one_in(20);
}

static void on_event(void *user, const char *line, size_t length) {
  uint64_t generation;
  CHECK(user == &m && line[0] == '{' && line[length - 1] == '}');
  CHECK(m.length + length + 1 <= sizeof lines);
  memcpy(lines + m.length, line, length);
  lines[m.length + length] = '\n';
  m.length += length + 1;
  if (m.meeting.handle != 0 && one_in(4)) OK(framegate_meeting_generation(m.meeting, &generation));
}

static void begin(void) {
  memset(&m, 0, sizeof m);
  framegate_meeting_options options = options_of("driver");
  /* From time to time with a store that fails, whose meeting is opened until that does not. */
  if (one_in(3)) options.append = on_append;
  if (one_in(2)) {
    options.event = on_event;
    options.event_user = &m;
    m.has_lines = options.append == NULL;
  }
  framegate_status status;
  do {
    status = framegate_meeting_open(&options, &m.meeting);
  } while (status == FRAMEGATE_ERROR_LEDGER);
  OK(status);
  options = options_of("other");
  OK(framegate_meeting_open(&options, &m.other));
  m.stranger = joined(m.other, "ann", "", NULL, 0);
  uint8_t secret[32];
  for (size_t at = 0; at < sizeof secret; at++) secret[at] = (uint8_t)draw();
  OK(framegate_meeting_instance(m.meeting, &m.instance));
  OK(framegate_meeting_key_open(secret, &m.instance, &m.key));
  for (int at = 0; at < NOTICES; at++) {
    framegate_notice notice;
    memset(&notice, 0, sizeof notice);
    notice.size = (uint32_t)sizeof notice;
    notice.scope = scope_of(0xFFFF, 0xFFFF);
    OK(framegate_digest_of(string_of(TEXT[at]), &notice.digest));
    m.notices[at] = notice.digest;
    do {
      status = framegate_meeting_show(m.meeting, &notice);
    } while (status == FRAMEGATE_ERROR_LEDGER);
    OK(status);
  }
}

static void train(void);

static void finish(void) {
  if (m.has_lines) train();
  keep_stale(5, m.key.handle);
  OK(framegate_meeting_key_close(m.key));
  for (int at = 0; at < TAPS; at++) {
    if (m.taps[at].is_open) {
      keep_stale(3, m.taps[at].tap.handle);
      OK(framegate_tap_close(m.taps[at].tap));
    }
  }
  if (m.has_group) {
    keep_stale(4, m.group.handle);
    OK(framegate_group_close(m.group));
  }
  if (m.has_settling) {
    keep_stale(1, m.settling.handle);
    OK(framegate_settling_close(m.settling));
  }
  keep_stale(0, m.meeting.handle);
  OK(framegate_meeting_close(m.meeting));
  OK(framegate_meeting_close(m.other));
}

/* ---- Calls that are meant to succeed, or to be refused by the rules ---- */

static framegate_settling *a_settling(void) {
  if (m.has_settling || one_in(2)) return NULL;
  m.has_settling = 1;
  return &m.settling;
}

/* What a call with such a `settling` came to. */
static void narrowed(framegate_status status, framegate_settling *settling) {
  if (status != FRAMEGATE_OK && settling != NULL) m.has_settling = 0;
}

static void join(void) {
  static const uint8_t key[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                  0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};
  const uint32_t at = below(PEOPLE);
  framegate_join_options join;
  framegate_participant who;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.id = string_of(ID[at]);
  join.agrees = at == 2 ? FRAMEGATE_AUTHORITY_GUARDIAN : FRAMEGATE_AUTHORITY_PARTICIPANT;
  if (at == 2) join.guardian = string_of("ann");
  if (at == 3) join.key = key;
  const int64_t now = next_time();
  const framegate_status status = framegate_meeting_join(m.meeting, &join, now, &who);
  seen_time(now);
  if (m.people[at].joined && !m.ended) IS(status, FRAMEGATE_ERROR_ALREADY_JOINED);
  if (status == FRAMEGATE_OK) {
    memset(&m.people[at], 0, sizeof m.people[at]);
    m.people[at].who = who;
    m.people[at].joined = 1;
    framegate_participant found;
    OK(framegate_meeting_find(m.meeting, join.id, &found));
    CHECK(memcmp(&found, &who, sizeof who) == 0);
    /* Restrictions over the person are of their id, and so stand; the model forgets them, as it may. */
  }
}

static void leave(void) {
  const uint32_t at = below(PEOPLE);
  if (!one_in(12)) return;
  framegate_settling *settling = a_settling();
  const int64_t now = a_time();
  const framegate_status status = framegate_meeting_leave(m.meeting, m.people[at].who, now, settling);
  narrowed(status, settling);
  told_time(status, now);
  m.people[at].joined = 0;
}

static void grant(void) {
  const uint32_t at = below(PEOPLE), notice = below(NOTICES);
  const uint32_t by = one_in(4) ? 1 + below(5) : at == 2 ? FRAMEGATE_AUTHORITY_GUARDIAN : FRAMEGATE_AUTHORITY_PARTICIPANT;
  framegate_grant grant = grant_of(m.notices[notice], a_scope());
  grant.method = 1 + below(4);
  const int64_t now = one_in(8) ? a_time() : next_time();
  if (one_in(8) && in_range(now)) grant.until = now + (int64_t)below(200000);
  if (one_in(10)) grant.at = a_time();
  const int64_t before = m.latest;
  const framegate_status status = framegate_meeting_grant(m.meeting, by, m.people[at].who, &grant, now);
  told_time(status, now);
  if (status != FRAMEGATE_OK) return;
  /* Only by the person, or by the guardian of the one who has one; by nobody for who has a key, as nothing is signed. */
  CHECK(m.people[at].joined && !m.ended && in_range(now) && !m.superseded[notice]);
  CHECK(at == 2 ? by == FRAMEGATE_AUTHORITY_GUARDIAN : at < 3 && by == FRAMEGATE_AUTHORITY_PARTICIPANT);
  const int64_t told = now > before ? now : before, until = grant.until == FRAMEGATE_NO_TIME ? INT64_MAX : floor_ms(grant.until);
  EACH_IN(grant.scope, kind, purpose) {
    struct consent *consent = &m.people[at].consents[kind][purpose];
    if (consent->notices == 0 || floor_ms(told) >= consent->until) {
      consent->since = ceil_ms(told);
      consent->until = until;
      consent->notices = 0;
    }
    if (until > consent->until) consent->until = until;
    consent->notices |= 1u << notice;
  }
}

static void withdraw(void) {
  if (!one_in(3)) return;
  const uint32_t at = below(PEOPLE), by = one_in(4) ? (uint32_t)draw() : 1 + below(5);
  const framegate_scope scope = a_scope();
  framegate_settling *settling = a_settling();
  const int64_t now = a_time();
  const framegate_status status = framegate_meeting_withdraw(m.meeting, by, m.people[at].who, scope, now, settling);
  /* Of who was never there the handle is of no meeting. */
  if (m.people[at].who.meeting != 0) OK(status);
  if (m.people[at].joined) {
    EACH_IN(scope, kind, purpose) { m.withdrawn[at][kind][purpose] = calls; }
  }
  narrowed(status, settling);
  told_time(status, now);
  close_consents(&m.people[at], scope);
  if (at == 2 && by == FRAMEGATE_AUTHORITY_PARTICIPANT) {
    EACH_IN(scope, kind, purpose) { m.people[at].refused[kind][purpose] = m.people[at].joined; }
  }
}

static void restrict_or_lift(void) {
  const uint32_t at = below(PEOPLE), by = one_in(8) ? 1 + below(5) : FRAMEGATE_AUTHORITY_HOST;
  const int all = one_in(2), lifts = !one_in(12);
  const framegate_scope scope = a_scope();
  const int64_t now = next_time();
  const framegate_participant *whom = all ? NULL : &m.people[at].who;
  framegate_settling *settling = lifts ? NULL : a_settling();
  const framegate_status status = lifts ? framegate_meeting_lift(m.meeting, by, whom, scope, now) : framegate_meeting_restrict(m.meeting, by, whom, scope, now, settling);
  narrowed(status, settling);
  told_time(status, now);
  if (status != FRAMEGATE_OK) return;
  CHECK(by >= FRAMEGATE_AUTHORITY_HOST);
  EACH_IN(scope, kind, purpose) {
    uint32_t *bits = all ? &m.everybody[kind][purpose] : &m.people[at].restricted[kind][purpose];
    *bits = lifts ? *bits & ~(1u << by) : *bits | 1u << by;
    /* What a last lift lets hold again begins anew; that the model leaves aside, as it may. */
  }
}

static void supersede(void) {
  const uint32_t at = below(NOTICES);
  if (!one_in(60)) return;
  framegate_settling *settling = a_settling();
  const framegate_status status = framegate_meeting_supersede(m.meeting, &m.notices[at], a_time(), settling);
  narrowed(status, settling);
  if (status != FRAMEGATE_OK) return;
  m.superseded[at] = 1;
  for (int who = 0; who < PEOPLE; who++) {
    for (int kind = 0; kind < KINDS; kind++) {
      for (int purpose = 0; purpose < PURPOSES; purpose++) m.people[who].consents[kind][purpose].notices &= ~(1u << at);
    }
  }
}

static void end(void) {
  if (!one_in(60)) return;
  framegate_settling *settling = a_settling();
  narrowed(framegate_meeting_end(m.meeting, settling), settling);
  m.ended = 1;
}

static void settle(void) {
  if (!m.has_settling) return;
  bool is = true, waited = true;
  OK(framegate_settling_is_settled(m.settling, &is));
  OK(framegate_settling_wait(m.settling, 0, &waited));
  framegate_tap_release taps[64];
  size_t count = 0;
  const framegate_status status = framegate_settling_taps(m.settling, taps, 64, &count);
  CHECK(status == FRAMEGATE_OK || count > 64);
  if (one_in(2)) OK(framegate_meeting_settled(m.meeting, m.settling, next_time(), &is));
  OK(framegate_settling_close(m.settling));
  keep_stale(1, m.settling.handle);
  m.has_settling = 0;
}

/* Whether frames that name anybody but the owner are malformed. */
static int is_alone(const struct open_tap *tap) {
  return tap->type == FRAMEGATE_STREAM_ALONE || tap->type == FRAMEGATE_STREAM_RECORDS;
}

static void open_tap(void) {
  struct open_tap *open = &m.taps[below(TAPS)];
  if (open->is_open) {
    if (!one_in(6)) return;
    keep_stale(3, open->tap.handle);
    OK(framegate_tap_close(open->tap));
    open->is_open = 0;
    return;
  }
  static const uint32_t types[4] = {FRAMEGATE_STREAM_OWNED, FRAMEGATE_STREAM_ALONE, FRAMEGATE_STREAM_MIX, FRAMEGATE_STREAM_COMPOSITE};
  memset(open, 0, sizeof *open);
  open->medium = (enum medium)below(MEDIA);
  switch (open->medium) {
    case DERIVED: open->type = FRAMEGATE_STREAM_DERIVED; break;
    case RECORDS: open->type = FRAMEGATE_STREAM_RECORDS; break;
    case OPUS:
    case VP8: open->type = types[below(3)]; break;
    default: open->type = types[below(4)]; break;
  }
  open->kind = MEDIUM[open->medium].kind;
  open->owner = open->type == FRAMEGATE_STREAM_OWNED || is_alone(open) ? (int)below(PEOPLE) : -1;
  open->purposes = 1 + below((1u << PURPOSES) - 1);
  open->awaits = 1;
  framegate_stream_options stream = stream_of(open->type, m.people[open->owner < 0 ? 0 : open->owner].who, KIND[open->kind], MEDIUM[open->medium].format);
#if FAULT == 12
  if (open->type == FRAMEGATE_STREAM_ALONE) stream.type = FRAMEGATE_STREAM_OWNED; /* said to be alone, and opened for others, too */
#endif
  stream.channels = 2;
  stream.height = open->medium == THREE_PLANES ? 4 : 2;
  framegate_field fields[BYTES / 8];
  static const char *const names[BYTES / 8] = {"a", "b", "c", "d"};
  memset(fields, 0, sizeof fields);
  for (size_t at = 0; at < BYTES / 8; at++) {
    fields[at].size = (uint32_t)sizeof fields[at];
    fields[at].name = string_of(names[at]);
    fields[at].minimum = 1;
    fields[at].maximum = 255;
  }
  if (open->medium == RECORDS) {
    open->bits_per_minute = 1 + below(20 * RECORD_BITS);
    stream.bits_per_minute = open->bits_per_minute * (FAULT == 8 ? 2 : 1);
    stream.fields = fields;
    stream.field_count = BYTES / 8;
  }
  framegate_outlet_options outlet = outlet_of(open->purposes, one_in(2) ? 0xFFFF : 0, "outlet");
  framegate_stream from;
  framegate_outlet to;
  if (framegate_stream_open(m.meeting, &stream, &from) != FRAMEGATE_OK || framegate_outlet_open(m.meeting, &outlet, &to) != FRAMEGATE_OK) return;
  OK(framegate_tap_open(m.meeting, from, to, &open->tap));
  open->is_open = 1;
}

static void regroup(void) {
  if (m.has_group) {
    if (!one_in(8)) return;
    keep_stale(4, m.group.handle);
    OK(framegate_group_close(m.group));
    m.has_group = 0;
    return;
  }
  const framegate_participant two[2] = {m.people[0].who, m.people[1].who};
  m.has_group = framegate_group_open(m.meeting, two, 2, &m.group) == FRAMEGATE_OK;
}

/* ---- Frames ---- */

/* A frame, and what the model makes of it. */
struct a_frame {
  framegate_frame frame;
  framegate_participant people[PEOPLE];
  int who[PEOPLE]; /* -1: somebody unknown */
  int count;
  int complete;
  framegate_region regions[2];
  int owner[2];
  framegate_source sources[2];
  framegate_participant joined[2][2 * PEOPLE];
  int forged; /* one of them is not as the gate told it */
  int64_t captured; /* that of its sources, if it was made of any */
  int is_key;
  uint8_t sent[BYTES];
};

/* Of a frame that was withheld. */
static const framegate_tag A_TAG = {{1, 0, 0, 36, 0, 0, 0, 3, 0, 0, 0x0B, 0xB8, 0, 0, 0, 9}};
static const framegate_participant NOBODY = {0, UINT16_MAX, 0};

/* What goes in: letters, where the format does not say more. */
static void make_content(struct a_frame *made, const struct open_tap *tap) {
  static const uint8_t key[10] = {0xd0, 0, 0, 0x9d, 1, 0x2a, 0x10, 0, 0x10, 0}, delta[3] = {0xd1, 0, 0};
  for (size_t at = 0; at < BYTES; at++) made->sent[at] = (uint8_t)('a' + at % 16);
  switch (tap->medium) {
    case OPUS: made->sent[0] = 0xF8; break;
    case VP8: {
      const int is_key = one_in(3);
      memcpy(made->sent, is_key ? key : delta, is_key ? sizeof key : sizeof delta);
      made->frame.keyframe = below(3);
      made->is_key = is_key && made->frame.keyframe != FRAMEGATE_KEYFRAME_NO;
      break;
    }
    case RECORDS:
      memset(made->sent, 0, BYTES);
      for (size_t at = 0; at < BYTES; at += 8) {
        made->sent[at] = (uint8_t)(1 + below(255));
        if (one_in(16)) made->sent[at + 1 + below(7)] = 1; /* beyond its range */
      }
      break;
    default: break;
  }
}

/* Changes something of a source, as whoever has one can. */
static void forge(framegate_source *source, framegate_participant *people) {
  const struct source *other = &m.sources[below((uint32_t)m.source_count)];
  const framegate_source was = *source;
  const framegate_participant first = people[0];
  switch (below(8)) {
    case 0: source->tag.bytes[below(16)] ^= (uint8_t)(1u << below(8)); break;
    case 1: source->tag = other->source.tag; break;
    case 2: source->kinds ^= 1u << below(16); break;
    case 3: source->captured += (int64_t)below(4000) - 2000; break;
    case 4: source->people_count -= 1; break;
    case 5: people[0] = one_in(2) ? m.people[below(PEOPLE)].who : m.stranger; break;
    case 6: memcpy(source->proof, other->source.proof, sizeof source->proof); break;
    default: memset(source->proof, 0, sizeof source->proof); break;
  }
  if (memcmp(source, &was, sizeof was) == 0 && memcmp(people, &first, sizeof first) == 0) source->proof[below(16)] ^= (uint8_t)(1u << below(8));
#if FAULT == 11
  *source = was;
  people[0] = first;
#endif
}

/* Two sources joined, beside what is known of joining. */
static void join_sources(framegate_source *met, framegate_participant *room, const framegate_source *a, const framegate_source *b) {
  framegate_tag tag;
  memset(met, 0, sizeof *met);
  met->size = (uint32_t)sizeof *met;
  refused(framegate_source_meet(a, b, room, below((uint32_t)a->people_count), met));
  CHECK(met->people_count == a->people_count + b->people_count && met->people == NULL);
  OK(framegate_source_meet(a, b, room, 2 * PEOPLE, met));
  OK(framegate_tag_meet(a->tag, b->tag, &tag));
  CHECK(memcmp(&met->tag, &tag, sizeof tag) == 0 && met->people == room && met->captured == (a->captured < b->captured ? a->captured : b->captured));
  CHECK((met->kinds & (a->kinds | b->kinds)) == (a->kinds | b->kinds));
  for (size_t at = 0; at < a->people_count + b->people_count; at++) {
    const framegate_participant *who = at < a->people_count ? &a->people[at] : &b->people[at - a->people_count];
    size_t found = 0;
    for (size_t in = 0; in < met->people_count; in++) found += memcmp(&room[in], who, sizeof *who) == 0;
    CHECK(found == 1);
  }
}

/* One source of those that there were, or two joined; from time to time forged. */
static void make_sources(struct a_frame *made) {
  const size_t count = m.source_count == 0 ? 0 : 1 + below(2);
  for (size_t at = 0; at < count; at++) {
    const struct source *from = &m.sources[below((uint32_t)m.source_count)], *other = &m.sources[below((uint32_t)m.source_count)];
    framegate_source *source = &made->sources[at];
    framegate_participant *people = made->joined[at];
    if (one_in(4)) {
      join_sources(source, people, &from->source, &other->source);
    } else {
      *source = from->source;
      memcpy(people, from->people, sizeof from->people);
      source->people = people;
    }
    if (one_in(6)) {
      forge(source, people);
      made->forged = 1;
    }
  }
  made->frame.sources = count == 0 ? NULL : made->sources;
  made->frame.source_count = count;
}

static void make_frame(struct a_frame *made, const struct open_tap *tap, int64_t now) {
  memset(made, 0, sizeof *made);
  made->frame = frame_of(one_in(2) && tap->owner >= 0 ? FRAMEGATE_CONTRIBUTORS_OWNER : 1 + below(6), one_in(8) || !in_range(now) ? a_time() : now - (int64_t)below(3000));
  made->captured = made->frame.captured;
  make_content(made, tap);
  if (tap->medium == DERIVED && !one_in(6)) {
    made->frame.contributors = FRAMEGATE_CONTRIBUTORS_SOURCES;
    make_sources(made);
    made->complete = made->frame.source_count > 0;
    return;
  }
  made->count = (int)below(PEOPLE);
  for (int at = 0; at < made->count; at++) {
    made->who[at] = one_in(12) ? -1 : (int)below(PEOPLE);
    made->people[at] = made->who[at] < 0 ? (one_in(2) ? NOBODY : m.stranger) : m.people[made->who[at]].who;
  }
  made->frame.people = made->people;
  made->frame.people_count = (size_t)made->count;
  made->complete = tap->owner >= 0;
  if (made->frame.contributors == FRAMEGATE_CONTRIBUTORS_OWNER || made->frame.contributors == FRAMEGATE_CONTRIBUTORS_GROUP) {
    /* Who is named beside them makes the frame malformed. */
    if (one_in(8) && made->count > 0) {
      made->complete = 0;
      return;
    }
    made->frame.people_count = 0;
  }
  switch (made->frame.contributors) {
    case FRAMEGATE_CONTRIBUTORS_OWNER: made->count = 0; break;
    case FRAMEGATE_CONTRIBUTORS_COMPLETE:
    case FRAMEGATE_CONTRIBUTORS_CSRCS: made->complete = made->count > 0; break;
    case FRAMEGATE_CONTRIBUTORS_GROUP:
      made->frame.group = m.group;
      made->count = m.has_group ? 2 : 0;
      made->who[0] = 0, made->who[1] = 1;
      made->complete = m.has_group;
      break;
    default: made->complete = 0; break;
  }
  if (one_in(2)) {
    made->frame.regions = made->regions;
    made->frame.region_count = 2;
    for (uint32_t at = 0; at < 2; at++) {
      made->owner[at] = (int)below(PEOPLE);
      made->regions[at] = region_of(m.people[made->owner[at]].who, tap->kind == 0   ? FRAMEGATE_AREA_CHANNEL
                                                                   : tap->kind == 3 ? FRAMEGATE_AREA_RECTANGLE
                                                                                    : FRAMEGATE_AREA_SPAN);
      made->regions[at].channel = at;
      made->regions[at].x = 2 * at;
      made->regions[at].width = 2;
      made->regions[at].height = tap->medium == THREE_PLANES ? 4 : 2;
      made->regions[at].start = 8 * at;
      made->regions[at].end = 8 * at + 8;
    }
  }
}

static void forbidden(const char *what) {
  fprintf(stderr, "the model forbids it: %s\n", what);
  exit(1);
}

/* When a source was captured at the earliest, and whether it was released for so many purposes. */
static int may_source(const framegate_source *source, uint32_t purposes, framegate_tag_fields *fields, int64_t *captured) {
  fields->size = (uint32_t)sizeof *fields;
  if (framegate_tag_get(source->tag, fields) != FRAMEGATE_OK) return 0;
  *captured = fields->captured < source->captured ? fields->captured : source->captured;
  return (fields->verdict == FRAMEGATE_VERDICT_WHOLE || fields->verdict == FRAMEGATE_VERDICT_REDACTED) && (purposes & ~(uint32_t)fields->purposes) == 0;
}

/* Whether everybody in everything that a frame was made of may agree, to what it was and to what was made of it, since the earliest of it. */
static int may_derived(struct a_frame *made, const struct open_tap *tap, int64_t now) {
  framegate_tag_fields fields;
  int64_t earliest = INT64_MAX, captured = 0;
  if (made->forged) return 0;
  for (size_t at = 0; at < made->frame.source_count; at++) {
    if (!may_source(&made->sources[at], tap->purposes, &fields, &captured)) return 0;
    if (captured < earliest) earliest = captured;
  }
  made->captured = earliest;
  for (size_t at = 0; at < made->frame.source_count; at++) {
    const framegate_source *source = &made->sources[at];
    if (!may_source(source, tap->purposes, &fields, &captured) || source->people_count == 0) return 0;
    const uint32_t kinds = source->kinds | (fields.kind == FRAMEGATE_NO_KIND ? 0u : FRAMEGATE_KINDS(fields.kind)) | FRAMEGATE_KINDS(KIND[tap->kind]);
    for (size_t person = 0; person < source->people_count; person++) {
      int who = PEOPLE - 1;
      while (who >= 0 && memcmp(&m.people[who].who, &source->people[person], sizeof source->people[person]) != 0) who--;
      for (int kind = 0; kind < KINDS; kind++) {
        if ((kinds & FRAMEGATE_KINDS(KIND[kind])) && !may(who, kind, tap->purposes, earliest, now)) return 0;
      }
    }
  }
  return 1;
}

static int names_others(const struct a_frame *made, const struct open_tap *tap) {
  for (int at = 0; at < made->count; at++) {
    if (made->who[at] != tap->owner) return 1;
  }
  for (size_t at = 0; at < made->frame.region_count; at++) {
    if (made->owner[at] != tap->owner) return 1;
  }
  return 0;
}

/* Whether everybody who is named for all of a frame may agree. */
static int may_all(struct a_frame *made, const struct open_tap *tap, int64_t now) {
  if (is_alone(tap) && names_others(made, tap)) return 0;
  if (made->frame.source_count > 0 && !may_derived(made, tap, now)) return 0;
  if (!made->complete || (tap->owner >= 0 && !may(tap->owner, tap->kind, tap->purposes, made->captured, now))) return 0;
  for (int at = 0; at < made->count; at++) {
    if (made->who[at] < 0 || !may(made->who[at], tap->kind, tap->purposes, made->captured, now)) return 0;
  }
  return 1;
}

static int may_region(const struct a_frame *made, const struct open_tap *tap, size_t at, int64_t now) {
  return may(made->owner[at], tap->kind, tap->purposes, made->captured, now);
}

/* Whether a byte is of a region, the first or the second half of a frame. Where none can be hidden by itself, each is of both. */
static int is_over(enum medium medium, size_t byte, size_t region) {
  switch (medium) {
    case SOUND: return byte / 2 % 2 == region;
    case ONE_PLANE: return byte % 16 / 8 == region;
    case THREE_PLANES: return (byte < 16 ? byte % 4 / 2 : byte % 2) == region;
    case MESSAGE:
    case DERIVED: return byte / 8 == region;
    default: return 1;
  }
}

static int hidden_at(struct a_frame *made, const struct open_tap *tap, size_t byte, int64_t now) {
  const int whole = may_all(made, tap, now);
  int covered = 0;
  for (size_t at = 0; at < made->frame.region_count; at++) {
    const int over = is_over(tap->medium, byte, at);
    if (!over) continue;
    covered = 1;
    if (!may_region(made, tap, at, now)) return 1;
  }
  /* Only on a composite does what a region covers belong to its owner alone. */
  return covered && tap->type == FRAMEGATE_STREAM_COMPOSITE ? 0 : !whole;
}

/* Whose consent the model holds at what, for who is to find out. */
static void explain(const struct a_frame *made, const struct open_tap *tap, int64_t now) {
  fprintf(stderr, "medium %d, stream type %u, kind %d, owner %d, purposes %x; contributors %u, %d named; captured %lld, released %lld, latest %lld\n", (int)tap->medium, tap->type, tap->kind,
          tap->owner, tap->purposes, made->frame.contributors, made->count, (long long)made->frame.captured, (long long)now, (long long)m.latest);
  for (int at = 0; at < PEOPLE; at++) {
    for (int purpose = 0; purpose < PURPOSES; purpose++) {
      const struct consent *consent = &m.people[at].consents[tap->kind][purpose];
      fprintf(stderr, "  %s%s, purpose %d: since %lld until %lld, notices %x, restricted %x and %x, refused %d\n", ID[at], m.people[at].joined ? "" : " (gone)",
              purpose, (long long)consent->since, (long long)consent->until, consent->notices, m.people[at].restricted[tap->kind][purpose],
              m.everybody[tap->kind][purpose], m.people[at].refused[tap->kind][purpose]);
    }
  }
  for (int at = 0; at < made->count; at++) fprintf(stderr, "  names %s\n", made->who[at] < 0 ? "nobody" : ID[made->who[at]]);
  for (size_t at = 0; at < made->frame.region_count; at++) fprintf(stderr, "  region of %s\n", ID[made->owner[at]]);
}

/* Whether what was sent is in something as it was, for eight bytes at least. */
static int has_of(const uint8_t *sent, const uint8_t *bytes, size_t length) {
  for (size_t at = 0; at + 8 <= length; at++) {
    for (size_t from = BYTES / 2; from + 8 <= BYTES; from++) {
      if (memcmp(bytes + at, sent + from, 8) == 0) return 1;
    }
  }
  return 0;
}

/* Whether a byte tells something of what was sent: of a record the lowest of each integer, as the others are 0, or else are beyond its range. */
static int tells(const struct open_tap *tap, const uint8_t *sent, const uint8_t *bytes, size_t at) {
  return bytes[at] == sent[at] && (tap->medium != RECORDS || at % 8 == 0);
}

/* Something went of one person's in a minute. */
static void spend(struct open_tap *tap, int64_t now) {
  const int64_t minute = floor_ms(now > m.latest ? now : m.latest) / 60000;
  if (minute > tap->minute) tap->minute = minute, tap->bits = 0;
  tap->bits += RECORD_BITS;
  if (tap->bits > tap->bits_per_minute) forbidden("more bits went than may in a minute");
}

/* What an outlet got, judged. */
static void judge(struct a_frame *made, struct open_tap *tap, const framegate_cleared *cleared, int64_t now, int copied) {
  tap->seen++;
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(cleared->tag, &fields));
  IS(fields.verdict, cleared->verdict);
  if (tap->medium == VP8) TRUTH(framegate_tap_keyframe_request(tap->tap, m.latest, 0, &truth), fields.reason == FRAMEGATE_REASON_AWAITS_KEYFRAME);
  const framegate_plane *planes = cleared->payload.plane;
  const uint8_t *bytes = planes[0].data;
  switch (cleared->verdict) {
    case FRAMEGATE_VERDICT_WHOLE:
    case FRAMEGATE_VERDICT_REDACTED:
      released++;
      by_medium[tap->medium]++;
      *(cleared->verdict == FRAMEGATE_VERDICT_WHOLE ? &tap->whole : &tap->redacted) += 1;
      CHECK(fields.purposes == tap->purposes);
      if (tap->medium == THREE_PLANES) {
        CHECK(cleared->payload.planes == 3 && planes[0].length == 16 && planes[1].data == bytes + 16 && planes[2].data == bytes + 24 && planes[2].length == 8);
      } else {
        CHECK(planes[0].length == BYTES);
      }
      CHECK((cleared->verdict == FRAMEGATE_VERDICT_WHOLE) == (cleared->hidden == 0 && fields.reason == 0) || copied || tap->medium == DERIVED);
      for (size_t at = 0; at < BYTES; at++) {
        if (tells(tap, made->sent, bytes, at) && hidden_at(made, tap, at, now)) {
          explain(made, tap, now);
          forbidden("a byte of who does not agree was released");
        }
        if (tap->medium == RECORDS && at % 8 != 0 && bytes[at] != 0) forbidden("an integer beyond its range was released");
      }
      if (tap->medium == RECORDS) spend(tap, now);
      if (tap->awaits && !made->is_key && tap->medium == VP8) forbidden("a stream went on without a keyframe");
      tap->awaits = 0;
      break;
    case FRAMEGATE_VERDICT_BLANKED:
      withheld++;
      tap->blanked++;
      tap->awaits = 1;
      if (tap->medium == OPUS || tap->medium == VP8) {
        CHECK(planes[0].length > 0);
        if (has_of(made->sent, bytes, planes[0].length)) forbidden("a blanked frame has its bytes");
        break;
      }
      for (size_t at = 0; at < BYTES; at++) {
        if (tells(tap, made->sent, bytes, at)) forbidden("a blanked frame has its bytes");
      }
      break;
    default:
      withheld++;
      tap->dropped++;
      tap->awaits = 1;
      CHECK(cleared->verdict == FRAMEGATE_VERDICT_DROPPED && bytes == NULL && planes[0].length == 0 && cleared->hidden == UINT64_MAX);
      break;
  }
}

/* ---- What travels ---- */

/* The key of a tag's stream. */
static framegate_stream_key key_of(framegate_tag tag) {
  framegate_stream_key key;
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(tag, &fields));
  OK(framegate_stream_key_open(m.key, fields.stream, &key));
  return key;
}

static void close_key(framegate_stream_key key) {
  keep_stale(6, key.handle);
  OK(framegate_stream_key_close(key));
}

/* Keeps what an outlet got, inside its release: as a source, and sealed. */
static void keep(const framegate_cleared *cleared) {
  const framegate_source *source = &cleared->source;
  if (source->size == 0) return;
  CHECK(source->people_count > 0 && source->people_count <= PEOPLE);
  struct source *from = &m.sources[m.source_count < SOURCES ? m.source_count++ : below(SOURCES)];
  from->source = *source;
  memcpy(from->people, source->people, source->people_count * sizeof *source->people);
  from->source.people = from->people;
  const size_t own = m.kept_count < ARCHIVED ? m.kept_count : below(ARCHIVED);
  struct kept *kept = &m.kept[own];
  memset(kept, 0, sizeof *kept);
  size_t count = 0;
  for (int who = 0; who < PEOPLE; who++) {
    for (size_t at = 0; at < source->people_count; at++) {
      if (memcmp(&m.people[who].who, &source->people[at], sizeof source->people[at]) != 0) continue;
      /* By their ids: ann, ben, key, kid. */
      size_t place = count++;
      for (; place > 0 && strcmp(kept->subjects[place - 1].id.data, ID[who]) > 0; place--) kept->subjects[place] = kept->subjects[place - 1];
      kept->subjects[place].size = (uint32_t)sizeof kept->subjects[place];
      kept->subjects[place].kinds = source->kinds;
      kept->subjects[place].id = string_of(ID[who]);
    }
  }
  CHECK(count == source->people_count);
  framegate_piece pieces[4];
  size_t planes = cleared->payload.planes == 0 ? 1 : cleared->payload.planes;
  for (size_t at = 0; at < planes; at++) {
    pieces[at].data = cleared->payload.plane[at].data;
    pieces[at].length = cleared->payload.plane[at].length;
  }
  kept->carried.size = (uint32_t)sizeof kept->carried;
  kept->carried.tag = cleared->tag;
  kept->carried.sealed = 1;
  const framegate_stream_key key = key_of(cleared->tag);
  OK(framegate_stream_key_digest(key, FRAMEGATE_FORMAT_OPAQUE, pieces, planes, &kept->digest));
  OK(framegate_stream_key_seal(key, cleared->tag, kept->subjects, count, &kept->digest, &kept->carried.seal));
  close_key(key);
  framegate_archived *frame = &kept->frame;
  frame->size = (uint32_t)sizeof *frame;
  frame->carried = &kept->carried;
  frame->subjects = kept->subjects;
  frame->subject_count = count;
  frame->instance = m.instance;
  frame->digest = &kept->digest;
  kept->at = calls;
  if (own == m.kept_count) m.kept_count++;
}

/* Whether somebody in a frame has withdrawn since what it was released for. */
static int is_withdrawn(const struct kept *kept) {
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(kept->carried.tag, &fields));
  for (size_t at = 0; at < kept->frame.subject_count; at++) {
    int who = PEOPLE - 1;
    while (strcmp(ID[who], kept->subjects[at].id.data) != 0) who--;
    for (int kind = 0; kind < KINDS; kind++) {
      for (int purpose = 0; purpose < PURPOSES; purpose++) {
        const int is_in = (kept->subjects[at].kinds & FRAMEGATE_KINDS(KIND[kind])) && (fields.purposes >> purpose & 1);
        if (is_in && m.withdrawn[who][kind][purpose] > kept->at) return 1;
      }
    }
  }
  return 0;
}

/* Changes something of a frame that was kept. */
static void spoil(struct kept *kept) {
  switch (below(7)) {
    case 0: kept->carried.seal.bytes[below(16)] ^= (uint8_t)(1u << below(8)); break;
    case 1: kept->carried.tag.bytes[below(16)] ^= (uint8_t)(1u << below(8)); break;
    case 2: kept->digest.bytes[below(32)] ^= (uint8_t)(1u << below(8)); break;
    case 3: kept->subjects[0].kinds ^= 1u << below(20); break;
    case 4: kept->frame.subject_count -= 1; break;
    case 5: kept->frame.instance.bytes[below(16)] ^= (uint8_t)(1u << below(8)); break;
    default: kept->carried.sealed = 0; break;
  }
}

/* What a life has left, checked before training: nothing that was withdrawn or changed may be cleared. */
static void train(void) {
  framegate_ledger ledger;
  framegate_verifier verifier;
  framegate_archived frames[ARCHIVED];
  uint64_t bits[1], stays[1];
  uint8_t findings[ARCHIVED], later[ARCHIVED];
  size_t count = 0;
  OK(framegate_ledger_read((const uint8_t *)lines, m.length, NULL, NULL, &ledger, NULL));
  OK(framegate_verifier_open(ledger, &verifier));
  keep_stale(2, ledger.handle);
  OK(framegate_ledger_close(ledger));
  for (size_t at = 0; at < m.kept_count; at++) frames[at] = m.kept[at].frame;
  framegate_head head;
  OK(framegate_verifier_head(verifier, &head));
  OK(framegate_verifier_recheck(verifier, &head, frames, m.kept_count, stays, later, &count));
  for (uint32_t purpose = 0; purpose < PURPOSES; purpose++) {
    OK(framegate_verifier_verify_batch(verifier, frames, m.kept_count, (uint16_t)(1u << purpose), m.key, bits, findings, NULL));
    for (size_t at = 0; at < m.kept_count; at++) {
      CHECK((bits[0] >> at & 1) == (findings[at] == FRAMEGATE_FINDING_CLEARED) && (stays[0] >> at & 1) == (later[at] == FRAMEGATE_FINDING_CLEARED));
      CHECK(findings[at] != FRAMEGATE_FINDING_FORGED && findings[at] != FRAMEGATE_FINDING_UNNAMED && findings[at] != FRAMEGATE_FINDING_NO_TAG);
      const int is_gone = is_withdrawn(&m.kept[at]);
      recalled += is_gone && later[at] == FRAMEGATE_FINDING_RECALLED;
      trained += findings[at] == FRAMEGATE_FINDING_CLEARED;
      if (is_gone && (findings[at] == FRAMEGATE_FINDING_CLEARED || later[at] == FRAMEGATE_FINDING_CLEARED)) forbidden("what was withdrawn is cleared");
    }
  }
  for (size_t at = 0; at < m.kept_count; at++) {
    if (FAULT != 7) spoil(&m.kept[at]);
    frames[at] = m.kept[at].frame;
  }
  OK(framegate_verifier_verify_batch(verifier, frames, m.kept_count, 1, m.key, bits, findings, &count));
  if (count > 0) forbidden("what was changed is cleared");
  keep_stale(7, verifier.handle);
  OK(framegate_verifier_close(verifier));
}

/* Packets and units of any bytes, and what is written into them read again. */
static void travel(void) {
  const size_t length = below(80);
  /* Of just this size, so that whatever is beyond it is found out. */
  uint8_t *unit = (uint8_t *)malloc(length + 1);
  CHECK(unit != NULL);
  for (size_t at = 0; at < length; at++) unit[at] = (uint8_t)(one_in(3) ? below(4) : draw());
  const uint32_t form = below(4), id = one_in(8) ? below(300) : 1 + below(14);
  if (one_in(2) && length >= 20) {
    static const uint8_t begins[4][6] = {{0x90, 0x60, 0, 1, 0, 0}, {0, 0, 1, 0x65, 0x88, 0x84}, {0, 0, 1, 0x26, 1, 0xaf}, {0x12, 0, 0x32, 2, 1, 1}};
    memcpy(unit, begins[form], 6);
    if (form == 0) memcpy(unit + 12, "\xBE\xDE\0", 3), unit[15] = (uint8_t)below(2);
  }
  framegate_carried carried, found;
  memset(&carried, 0, sizeof carried);
  carried.size = (uint32_t)sizeof carried;
  found = carried;
  carried.tag = m.source_count > 0 ? m.sources[0].source.tag : A_TAG;
  carried.sealed = one_in(2);
  for (size_t at = 0; carried.sealed && at < 16; at++) carried.seal.bytes[at] = (uint8_t)draw();
  const uint32_t format = form == 1 ? FRAMEGATE_FORMAT_H264 : FRAMEGATE_FORMAT_HEVC;
  size_t needed = 0;
  for (int again = 0; again < 2; again++) {
    const size_t capacity = again ? needed : below(100);
    uint8_t *buffer = (uint8_t *)malloc(capacity + 1);
    CHECK(buffer != NULL);
    const framegate_status status = form == 0   ? framegate_rtp_write(unit, length, id, &carried, buffer, capacity, &needed)
                                    : form == 3 ? framegate_obu_write(unit, length, &carried, buffer, capacity, &needed)
                                                : framegate_sei_write(unit, length, format, &carried, buffer, capacity, &needed);
    CHECK(status != FRAMEGATE_ERROR_SHORT_BUFFER || (!again && needed > capacity));
    if (status == FRAMEGATE_OK) {
      OK(form == 0   ? framegate_rtp_read(buffer, needed, id, &found)
         : form == 3 ? framegate_obu_read(buffer, needed, &found)
                     : framegate_sei_read(buffer, needed, format, &found));
      CHECK(needed > length && memcmp(&found, &carried, sizeof found) == 0);
    }
    free(buffer);
    if (status != FRAMEGATE_ERROR_SHORT_BUFFER) break;
  }
  free(unit);
}

/* What is wrong with a call that admits. */
enum wrong { NOTHING, TAP, NULL_FRAMES, NULL_PAYLOADS, ODD_FRAMES, ODD_PAYLOADS, MANY, SHORT_FRAME, LONG_FRAME, NULL_CLEARED, ODD_CLEARED, SHORT_CLEARED, WRONGS };

/* A frame's planes, or its bytes, one after the other. */
static void fill_planes(enum medium medium, framegate_payload *payload, const uint8_t *bytes, framegate_payload_mut *buffer, uint8_t *into) {
  static const size_t lengths[3] = {16, 8, 8}, strides[3] = {4, 2, 2};
  *payload = bytes_of(bytes, BYTES);
  *buffer = bytes_in(into, BYTES);
  if (medium == ONE_PLANE) {
    payload->planes = buffer->planes = 1;
    payload->plane[0].stride = buffer->plane[0].stride = 16;
  } else if (medium == THREE_PLANES) {
    payload->planes = buffer->planes = 3;
    for (size_t at = 0, begin = 0; at < 3; begin += lengths[at++]) {
      payload->plane[at].data = bytes + begin;
      buffer->plane[at].data = into + begin;
      payload->plane[at].length = buffer->plane[at].length = lengths[at];
      payload->plane[at].stride = buffer->plane[at].stride = strides[at];
    }
  }
}

static void admit(void) {
  struct open_tap *tap = &m.taps[below(TAPS)];
  if (!tap->is_open) return;
  /* What the gate blanks by itself comes one by one. */
  const uint32_t count = tap->medium == OPUS || tap->medium == VP8 ? 1 : 1 + below(FRAMES), way = below(3);
  const int64_t now = one_in(16) ? a_time() : next_time();
  const enum wrong wrong = one_in(2) ? (enum wrong)(1 + below(WRONGS - 1)) : NOTHING;
  static struct a_frame made[FRAMES];
  framegate_frame frames[FRAMES];
  framegate_payload payloads[FRAMES];
  framegate_payload_mut buffers[FRAMES];
  framegate_cleared cleared[FRAMES];
  framegate_participant room[FRAMES][PEOPLE];
  static uint8_t bytes[FRAMES][BYTES], copies[FRAMES][BYTES];
  static framegate_cleared many[FRAMEGATE_MAX_FRAMES + 8];
  for (uint32_t at = 0; at < count; at++) {
    make_frame(&made[at], tap, now);
    frames[at] = made[at].frame;
    memcpy(bytes[at], made[at].sent, BYTES);
    memset(copies[at], 0, BYTES);
    fill_planes(tap->medium, &payloads[at], bytes[at], &buffers[at], way == 1 ? copies[at] : bytes[at]);
    cleared[at] = cleared_of();
    cleared[at].verdict = FRAMEGATE_VERDICT_WHOLE; /* to be written over */
    cleared[at].room = one_in(2) ? room[at] : NULL;
    cleared[at].capacity = below(PEOPLE + 1);
  }
  framegate_tap handle = tap->tap;
  const framegate_frame *frames_at = frames;
  const framegate_payload *payloads_at = payloads;
  const framegate_payload_mut *buffers_at = buffers;
  framegate_cleared *cleared_at = cleared;
  size_t as_many = count;
  switch (wrong) {
    case TAP: handle.handle = wrong_handle(3); break;
    case NULL_FRAMES: frames_at = NULL; break;
    case NULL_PAYLOADS: payloads_at = NULL, buffers_at = NULL; break;
    case ODD_FRAMES: frames_at = (const framegate_frame *)misaligned(); break;
    case ODD_PAYLOADS: payloads_at = (const framegate_payload *)misaligned(), buffers_at = (const framegate_payload_mut *)misaligned(); break;
    case MANY:
      as_many = one_in(2) ? SIZE_MAX - below(1u << 30) : FRAMEGATE_MAX_FRAMES + 1 + below(8);
      cleared_at = many;
      for (size_t at = 0; at < FRAMEGATE_MAX_FRAMES + 8; at++) many[at] = cleared[0];
      break;
    case SHORT_FRAME: frames[0].size = one_in(2) ? 0 : (uint32_t)sizeof frames[0] - 8; break;
    case LONG_FRAME: frames[0].size = one_in(2) ? UINT32_MAX : 1u << 20; break;
    case NULL_CLEARED: cleared_at = NULL; break;
    case ODD_CLEARED: cleared_at = (framegate_cleared *)misaligned(); break;
    case SHORT_CLEARED: cleared[count - 1].size -= 8; break;
    case NOTHING:
    case WRONGS: break;
  }
  for (uint32_t at = 0; at < count; at++) cleared[at].payload = payloads[at];
  size_t handed_on = 77;
  const framegate_status status = way == 0   ? framegate_tap_admit(handle, frames_at, payloads_at, as_many, now, cleared_at, &handed_on)
                                  : way == 1 ? framegate_tap_admit_into(handle, frames_at, payloads_at, buffers_at, as_many, now, cleared_at, &handed_on)
                                             : framegate_tap_admit_in_place(handle, frames_at, buffers_at, as_many, now, cleared_at, &handed_on);
  if (wrong != NOTHING || tap->releasing) {
    refused(status);
    IS((long long)handed_on, 0);
    if (wrong != TAP && tap->medium == VP8) {
      tap->awaits = 1;
      TRUTH(framegate_tap_keyframe_request(tap->tap, now, 0, &truth), false);
    }
    if (wrong == NOTHING) IS(status, FRAMEGATE_ERROR_RELEASING);
    const size_t said = wrong == MANY ? (as_many < SIZE_MAX / 2 ? as_many : 0) : count;
    if (FAULT == 10 && said > 1) cleared_at[said - 1].verdict = FRAMEGATE_VERDICT_WHOLE;
    for (size_t at = 0; (cleared_at == cleared || cleared_at == many) && at < said; at++) {
      if (cleared_at[at].verdict != FRAMEGATE_VERDICT_DROPPED || cleared_at[at].payload.plane[0].data != NULL) forbidden("what a call refused still says that it was released");
    }
    if (tap->releasing && one_in(2)) {
      OK(framegate_tap_end(tap->tap));
      tap->releasing = 0;
    }
    return;
  }
#if FAULT == 1
  if (cleared[0].verdict == FRAMEGATE_VERDICT_DROPPED && one_in(100)) {
    cleared[0].verdict = FRAMEGATE_VERDICT_WHOLE;
    cleared[0].payload = bytes_of(made[0].sent, BYTES);
  }
#elif FAULT == 2
  if (one_in(100)) cleared[count == FRAMES ? FRAMES : count].verdict = 0;
#elif FAULT == 4
  if (cleared[0].verdict == FRAMEGATE_VERDICT_REDACTED) {
    memcpy((way == 1 ? copies : bytes)[0], made[0].sent, BYTES);
  }
#endif
#if FAULT == 9
  tap->awaits = 1;
#endif
  seen_time(now); /* by the tap, and so by the meeting */
  OK(status);
  size_t expected = 0;
  for (uint32_t at = 0; at < count; at++) {
    judge(&made[at], tap, &cleared[at], now, way != 0);
    expected += cleared[at].verdict != FRAMEGATE_VERDICT_DROPPED;
    if (handed_on > 0) keep(&cleared[at]);
    if (cleared[at].verdict == FRAMEGATE_VERDICT_DROPPED && way == 1) {
      for (size_t byte = 0; byte < BYTES; byte++) {
        if (copies[at][byte] != 0) forbidden("a dropped frame's buffer has its bytes");
      }
    }
  }
  IS((long long)handed_on, (long long)expected);
  if (handed_on == 0) {
    IS(framegate_tap_end(tap->tap), FRAMEGATE_ERROR_NOT_RELEASING);
  } else if (one_in(8)) {
    tap->releasing = 1; /* not ended for a while */
  } else {
    OK(framegate_tap_end(tap->tap));
  }
}

/* Bare decisions. */
static void decide(void) {
  struct open_tap *tap = &m.taps[below(TAPS)];
  if (!tap->is_open) return;
  struct a_frame made;
  const int64_t now = next_time();
  make_frame(&made, tap, now);
  if (one_in(2)) {
    /* A frame that cannot be read, of a tap that is none. */
    framegate_tap wrong = {wrong_handle(3)};
    static const framegate_decision none;
    framegate_decision decision;
    memset(&decision, 0xFF, sizeof decision);
    refused(framegate_tap_decide(wrong, now, now, &decision));
    CHECK(memcmp(&decision, &none, sizeof none) == 0);
    made.frame.size = below(2);
    memset(&decision, 0xFF, sizeof decision);
    refused(framegate_tap_decide_batch(tap->tap, &made.frame, 1, now, &decision));
    CHECK(memcmp(&decision, &none, sizeof none) == 0);
    made.frame.size = (uint32_t)sizeof made.frame;
    memset(&decision, 0xFF, sizeof decision);
    refused(framegate_tap_decide_batch(wrong, &made.frame, 1, now, &decision));
    CHECK(memcmp(&decision, &none, sizeof none) == 0);
    switch (below(5)) {
      case 0: made.frame.people = NULL, made.frame.people_count = 1; break;
      case 1: made.frame.people_count = one_in(2) ? SIZE_MAX : 65536; break;
      case 2: made.frame.regions = (const framegate_region *)misaligned(), made.frame.region_count = 1; break;
      case 3: made.frame.region_count = SIZE_MAX; break;
      default: made.frame.source_count = 1, made.frame.sources = NULL; break;
    }
    OK(framegate_tap_decide_batch(tap->tap, &made.frame, 1, now, &decision));
    CHECK(decision.verdict == FRAMEGATE_VERDICT_DROPPED && decision.purposes == 0);
    seen_time(now);
    return;
  }
  framegate_decision decision;
  if (one_in(2)) {
    made.frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, made.frame.captured);
    made.captured = made.frame.captured;
    made.count = 0;
    made.complete = tap->owner >= 0;
    OK(framegate_tap_decide(tap->tap, made.frame.captured, now, &decision));
  } else {
    OK(framegate_tap_decide_batch(tap->tap, &made.frame, 1, now, &decision));
  }
  seen_time(now);
  for (int purpose = 0; purpose < PURPOSES; purpose++) {
    if (!(decision.purposes >> purpose & 1)) continue;
    struct open_tap alone = *tap;
    alone.purposes = 1u << purpose;
    if (!may_all(&made, &alone, now)) forbidden("a decision clears too much");
    for (size_t region = 0; region < made.frame.region_count; region++) {
      if (!may_region(&made, &alone, region, now)) forbidden("a decision clears too much of a region");
    }
  }
}

static void count_frames(void) {
  const struct open_tap *tap = &m.taps[below(TAPS)];
  if (!tap->is_open) return;
  framegate_counters counters;
  counters.size = (uint32_t)sizeof counters;
  OK(framegate_tap_counters(tap->tap, &counters));
  CHECK(counters.seen == tap->seen && counters.whole == tap->whole && counters.redacted == tap->redacted && counters.blanked == tap->blanked &&
        counters.dropped == tap->dropped);
  CHECK(counters.seen == counters.whole + counters.redacted + counters.blanked + counters.dropped);
  framegate_reason_count reasons[80];
  size_t count;
  OK(framegate_tap_reasons(tap->tap, reasons, 80, &count));
  uint64_t sums[4] = {0};
  for (size_t at = 0; at < count; at++) sums[reasons[at].verdict] += reasons[at].count;
  CHECK(sums[FRAMEGATE_VERDICT_WHOLE] == counters.whole && sums[FRAMEGATE_VERDICT_REDACTED] == counters.redacted);
  CHECK(sums[FRAMEGATE_VERDICT_BLANKED] == counters.blanked && sums[FRAMEGATE_VERDICT_DROPPED] == counters.dropped);
}

/* ---- Hostile calls on the control half ---- */

static void hostile_control(void) {
  framegate_meeting wrong = {wrong_handle(0)};
  const framegate_participant who = m.people[below(PEOPLE)].who;
  const framegate_scope scope = a_scope();
  const int64_t now = m.latest;
  framegate_participant room;
  framegate_settling settling;
  framegate_tap tap;
  uint64_t number;
  size_t length;
  char text[8];
  framegate_grant grant = grant_of(m.notices[0], scope);
  framegate_join_options join;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.id = string_of("zoe");
  join.agrees = FRAMEGATE_AUTHORITY_PARTICIPANT;
  framegate_digest digest;
  framegate_ledger ledger = {wrong_handle(2)};
  framegate_archived archived;
  framegate_carried carried;
  framegate_subject subjects[2];
  framegate_seal seal = {{0}};
  memset(&archived, 0, sizeof archived);
  archived.size = (uint32_t)sizeof archived;
  archived.instance = m.instance;
  memset(&carried, 0, sizeof carried);
  carried.size = (uint32_t)sizeof carried;
  uint32_t told = 0xFFFF;
  bool truth = true;
  memset(subjects, 0, sizeof subjects);
  subjects[0].size = subjects[1].size = (uint32_t)sizeof subjects[0];
  subjects[0].id = subjects[1].id = string_of("ann");
  const framegate_payload_digest payload_digest = {{1}};
  const framegate_instance instance = {{1}};
  const framegate_meeting_key wrong_key = {wrong_handle(5)};
  const framegate_stream_key wrong_stream = {wrong_handle(6)};
  const framegate_verifier wrong_verifier = {wrong_handle(7)};
  const framegate_archived *archived_at = (const framegate_archived *)misaligned();
  framegate_stream_key stream;
  framegate_verifier verifier;
  uint64_t bits[1] = {UINT64_MAX};
  uint8_t found[2] = {9, 9}, packet[16] = {0x80};
  memset(text, 'x', sizeof text);
  switch (below(62)) {
    case 34: refused(framegate_meeting_key_close(wrong_key)); break;
    case 35: refused(framegate_stream_key_close(wrong_stream)); break;
    case 36: refused(framegate_verifier_close(wrong_verifier)); break;
    case 37: refused(framegate_stream_key_open(wrong_key, 0, &stream)); break;
    case 38: refused(framegate_stream_key_verify(wrong_stream, seal, A_TAG, subjects, 1, &payload_digest, &truth)); CHECK(!truth); break;
    case 39: refused(framegate_stream_key_seal(wrong_stream, carried.tag, subjects, 1, &payload_digest, &seal)); break;
    case 40: refused(framegate_verifier_verify_batch(wrong_verifier, &archived, 1, 1, m.key, bits, found, NULL)); CHECK(bits[0] == 0 && found[0] == 0); break;
    case 41: refused(framegate_verifier_dry_run(wrong_verifier, &archived, SIZE_MAX, 1, bits, found, &length)); break;
    case 42: refused(framegate_verifier_open(ledger, &verifier)); break;
    case 43: refused(framegate_meeting_key_seal_batch(m.key, archived_at, 1, &seal)); break;
    case 44: archived.size = below(sizeof archived); refused(framegate_meeting_key_seal_batch(m.key, &archived, 1, &seal)); break;
    case 45: archived.subjects = subjects, archived.subject_count = 2; refused(framegate_meeting_key_seal_batch(m.key, &archived, 1, &seal)); break;
    case 46: archived.subjects = NULL, archived.subject_count = 1; refused(framegate_meeting_key_seal_batch(m.key, &archived, 1, &seal)); break;
    case 47: memset(&archived.instance, 0, sizeof archived.instance); refused(framegate_meeting_key_seal_batch(m.key, &archived, 1, &seal)); break;
    case 48: refused(framegate_rtp_read(packet, below(12), 1, &carried)); CHECK(carried.sealed == 0); break;
    case 49: refused(framegate_rtp_read(packet, 12, one_in(2) ? 0 : 256 + below(1u << 30), &carried)); break;
    case 50: refused(framegate_rtp_read(packet, SIZE_MAX - below(100), 1, &carried)); break;
    case 51: refused(framegate_rtp_read(packet, 12, 1, (framegate_carried *)misaligned())); break;
    case 52: refused(framegate_sei_read(packet, 12, below(66), &carried)); break;
    case 53: refused(framegate_rtp_write(packet, 12, 1, &carried, packet, sizeof packet, &length)); break;
    case 54: carried.size -= 4; refused(framegate_obu_write(packet, 12, &carried, found, 2, &length)); break;
    case 55: refused(framegate_obu_write(packet, 12, NULL, found, 2, &length)); break;
    case 56: refused(framegate_carried_read(packet, below(16), &carried)); break;
    case 57: refused(framegate_sdp_extmap(1, text, 8, &length)); CHECK(length > 8); break;
    case 58: refused(framegate_sdp_extension_id((framegate_string){text, 8}, &told)); IS(told, 0); break;
    case 59: refused(framegate_preference_read((framegate_string){"\xFF", 1}, 0, &told)); IS(told, 0); break;
    case 60: refused(framegate_recording_read((framegate_string){NULL, 1}, 0, &told)); IS(told, 0); break;
    case 61: refused(framegate_meeting_key_open((const uint8_t *)NULL, &instance, (framegate_meeting_key *)(void *)&number)); break;
    case 0: refused(framegate_meeting_withdraw(wrong, 1, who, scope, now, NULL)); break;
    case 1: refused(framegate_meeting_withdraw(m.meeting, 1, m.stranger, scope, now, NULL)); break;
    case 2: refused(framegate_meeting_grant(wrong, 1, who, &grant, now)); break;
    case 3: refused(framegate_meeting_grant(m.meeting, 1, m.stranger, &grant, now)); break;
    case 4: refused(framegate_meeting_grant(m.meeting, 1, who, NULL, now)); break;
    case 5: refused(framegate_meeting_grant(m.meeting, 1, who, (const framegate_grant *)misaligned(), now)); break;
    case 6: grant.size = below(sizeof grant); refused(framegate_meeting_grant(m.meeting, 1, who, &grant, now)); break;
    case 7: grant.method = one_in(2) ? 0 : 5 + below(1u << 30); refused(framegate_meeting_grant(m.meeting, 1, who, &grant, now)); break;
    case 8: refused(framegate_meeting_grant(m.meeting, one_in(2) ? 0 : 6 + below(1u << 30), who, &grant, now)); break;
    case 9: grant.reserved = 1; refused(framegate_meeting_grant(m.meeting, 1, who, &grant, now)); break;
    case 10: refused(framegate_meeting_join(m.meeting, &join, now, NULL)); break;
    case 11: refused(framegate_meeting_join(m.meeting, &join, now, (framegate_participant *)misaligned())); break;
    case 12: join.id.data = "\xFF\xFE"; join.id.length = 2; refused(framegate_meeting_join(m.meeting, &join, now, &room)); break;
    case 13: join.id.length = SIZE_MAX - below(100); refused(framegate_meeting_join(m.meeting, &join, now, &room)); break;
    case 14: join.id.data = NULL; refused(framegate_meeting_join(m.meeting, &join, now, &room)); break;
    case 15: join.id.length = 0; refused(framegate_meeting_join(m.meeting, &join, now, &room)); break;
    case 16: refused(framegate_settling_wait((framegate_settling){wrong_handle(1)}, 1000, &truth)); CHECK(!truth); break;
    case 17: refused(framegate_settling_close((framegate_settling){wrong_handle(1)})); break;
    case 18: refused(framegate_meeting_close(wrong)); break;
    case 19: refused(framegate_tap_close((framegate_tap){wrong_handle(3)})); break;
    case 20: refused(framegate_group_close((framegate_group){wrong_handle(4)})); break;
    case 21: refused(framegate_ledger_close(ledger)); break;
    case 22: refused(framegate_ledger_receipt(ledger, string_of("ann"), text, sizeof text, &length)); break;
    case 23: refused(framegate_meeting_generation(m.meeting, (uint64_t *)misaligned())); break;
    case 24: length = 99; refused(framegate_meeting_id(m.meeting, text, 3, &length)); IS(length, 6); break;
    case 25: refused(framegate_meeting_id(m.meeting, text, SIZE_MAX, &length)); break;
    case 26: refused(framegate_tap_open(m.meeting, (framegate_stream){m.stranger.stay, 0, {0}}, (framegate_outlet){m.stranger.stay, 0, {0}}, &tap)); break;
    case 27: refused(framegate_group_open(m.meeting, &m.stranger, 1, (framegate_group *)(void *)&tap)); break;
    case 28: refused(framegate_group_open(m.meeting, &m.stranger, SIZE_MAX / 2, (framegate_group *)(void *)&tap)); break;
    case 29: refused(framegate_meeting_restrict(m.meeting, 3, (const framegate_participant *)misaligned(), scope, now, NULL)); break;
    case 30: refused(framegate_meeting_lift(m.meeting, 9, NULL, scope, now)); break;
    case 31: refused(framegate_meeting_challenge(m.meeting, m.stranger, &digest)); break;
    case 32: refused(framegate_ledger_read((const uint8_t *)text, SIZE_MAX, NULL, NULL, &ledger, &number)); break;
    default:
      /* It is done all the same, and only then refused. */
      refused(framegate_meeting_withdraw(m.meeting, 1, who, scope, now, (framegate_settling *)misaligned()));
      for (int at = 0; at < PEOPLE; at++) {
        if (memcmp(&m.people[at].who, &who, sizeof who) == 0) close_consents(&m.people[at], scope);
      }
      break;
  }
  (void)settling;
}

/* Bytes that are no tag, no ledger. */
static void hostile_bytes(void) {
  uint8_t bytes[64];
  for (size_t at = 0; at < sizeof bytes; at++) bytes[at] = (uint8_t)draw();
  bytes[0] = (uint8_t)(2 + below(254));
  framegate_tag tag;
  refused(framegate_tag_read(bytes, 16, &tag));
  refused(framegate_tag_read(bytes, 1 + below(15), &tag));
  memcpy(tag.bytes, bytes, 16);
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  refused(framegate_tag_get(tag, &fields));
  CHECK(fields.verdict == FRAMEGATE_VERDICT_DROPPED && fields.purposes == 0);
  framegate_ledger ledger;
  uint64_t line = 0;
  bytes[63] = '\n';
  refused(framegate_ledger_read(bytes, 64, NULL, NULL, &ledger, &line));
  IS(line, 1);
}

typedef void (*step)(void);

int main(int count, char **arguments) {
  CHECK(count == 3);
  state = strtoull(arguments[1], NULL, 10) * 2 + 1;
  const uint64_t wanted = strtoull(arguments[2], NULL, 10);
  static const step steps[] = {join, join,  leave,  grant,  grant,  grant,  grant, grant,  withdraw, restrict_or_lift, restrict_or_lift, supersede,
                               end,  settle, open_tap, open_tap, open_tap, regroup, admit, admit, admit, admit, admit, admit, admit, admit, admit, admit, admit, admit, decide, decide, count_frames,
                               hostile_control, hostile_control, hostile_control, hostile_control, hostile_control, hostile_control, hostile_bytes, travel};
  begin();
  for (calls = 0; calls < wanted; calls++) {
    if (calls % LIFE == LIFE - 1) {
      finish();
#if FAULT == 3
      char *freed = (char *)malloc(8);
      free(freed);
      keep_stale(0, (uint64_t)*(volatile char *)freed);
#elif FAULT == 6
      volatile int never;
      if (never) puts("never written");
#endif
      begin();
    }
    steps[below((uint32_t)(sizeof steps / sizeof steps[0]))]();
  }
  finish();
  printf("%llu steps, %llu hostile calls refused, %llu frames released, %llu withheld, %llu cleared for training, %llu recalled\n", (unsigned long long)calls,
         (unsigned long long)hostile_calls, (unsigned long long)released, (unsigned long long)withheld, (unsigned long long)trained, (unsigned long long)recalled);
  CHECK(wanted < 10000 || (released > wanted / 200 && withheld > wanted / 100 && hostile_calls > wanted / 4));
  for (int medium = 0; medium < MEDIA; medium++) CHECK(wanted < 300000 || by_medium[medium] > 20);
  CHECK(wanted < 300000 || (trained > 20 && recalled > 20));
  return 0;
}
