/* Random calls, half of them hostile, beside a simple model of what must be withheld: `driver SEED CALLS`.
 *
 * A hostile call is wrong in one way or several: null, misaligned, short or huge, an unknown number, the wrong state or order, a stale or
 * foreign handle. Each is to be refused, or withheld, and to change nothing that the model knows of but by narrowing it.
 *
 * The model holds, for each person, kind and purpose, since when and until when consent may hold at the most. It knows what was said to the
 * meeting in calls that succeeded, and nothing of how the gate decides. So a release that it forbids is wrong; withholding more is not its
 * concern. A withheld frame's bytes must be nowhere that an outlet looks.
 *
 * Built with -DFAULT=n it has a planted fault, which must be found: 1 a withheld frame is handed on, 2 a tag is written past its array,
 * 3 a closed meeting's memory is used, 4 a redacted frame keeps what was to be hidden, 5 a hostile call is said to have succeeded,
 * 6 a branch on what was never written. */

#include "check.h"

#ifndef FAULT
#define FAULT 0
#endif

enum { PEOPLE = 4, KINDS = 3, PURPOSES = 3, TAPS = 8, FRAMES = 3, BYTES = 32, STALE = 16, NOTICES = 2, LIFE = 2000 };

static const uint32_t KIND[KINDS] = {FRAMEGATE_KIND_AUDIO, FRAMEGATE_KIND_CHAT, FRAMEGATE_KIND_CAPTION};
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
  int kind, owner;
  uint32_t purposes;
  uint64_t seen, whole, redacted, blanked, dropped;
};

static struct {
  framegate_meeting meeting, other;
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
} m;

static uint64_t stale[5][STALE]; /* handles of each type that were closed */
static uint64_t calls, hostile_calls, released, withheld;

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

static uint32_t kinds_of(framegate_scope scope, int kind) { return scope.kinds >> KIND[kind] & 1u; }
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
    case 2: return stale[(type + 1 + below(4)) % 5][below(STALE)] ^ 0x80000000u;
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
  return scope_of(1u << KIND[below(KINDS)] | (one_in(2) ? 1u << KIND[below(KINDS)] : 0), 1 + below((1u << PURPOSES) - 1));
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
  }
  framegate_status status;
  do {
    status = framegate_meeting_open(&options, &m.meeting);
  } while (status == FRAMEGATE_ERROR_LEDGER);
  OK(status);
  options = options_of("other");
  OK(framegate_meeting_open(&options, &m.other));
  m.stranger = joined(m.other, "ann", "", NULL, 0);
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

static void finish(void) {
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
  framegate_join join;
  framegate_participant who;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.id = string_of(ID[at]);
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
  const uint32_t by = one_in(4) ? 1 + below(5) : at == 2 ? FRAMEGATE_BY_GUARDIAN : FRAMEGATE_BY_PARTICIPANT;
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
  CHECK(at == 2 ? by == FRAMEGATE_BY_GUARDIAN : at < 3 && by == FRAMEGATE_BY_PARTICIPANT);
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
  narrowed(status, settling);
  told_time(status, now);
  close_consents(&m.people[at], scope);
  if (at == 2 && by == FRAMEGATE_BY_PARTICIPANT) {
    EACH_IN(scope, kind, purpose) { m.people[at].refused[kind][purpose] = m.people[at].joined; }
  }
}

static void restrict_or_lift(void) {
  const uint32_t at = below(PEOPLE), by = one_in(8) ? 1 + below(5) : FRAMEGATE_BY_HOST;
  const int all = one_in(2), lifts = !one_in(12);
  const framegate_scope scope = a_scope();
  const int64_t now = next_time();
  const framegate_participant *whom = all ? NULL : &m.people[at].who;
  framegate_settling *settling = lifts ? NULL : a_settling();
  const framegate_status status = lifts ? framegate_meeting_lift(m.meeting, by, whom, scope, now) : framegate_meeting_restrict(m.meeting, by, whom, scope, now, settling);
  narrowed(status, settling);
  told_time(status, now);
  if (status != FRAMEGATE_OK) return;
  CHECK(by >= FRAMEGATE_BY_HOST);
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
  const int32_t is = framegate_settling_is_settled(m.settling), waited = framegate_settling_wait(m.settling, 0);
  CHECK(is >= 0 && waited >= 0);
  framegate_tap_release taps[64];
  size_t count = 0;
  const framegate_status status = framegate_settling_taps(m.settling, taps, 64, &count);
  CHECK(status == FRAMEGATE_OK || count > 64);
  if (one_in(2)) CHECK(framegate_meeting_settled(m.meeting, m.settling, next_time()) >= 0);
  OK(framegate_settling_close(m.settling));
  keep_stale(1, m.settling.handle);
  m.has_settling = 0;
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
  static const uint32_t types[3] = {FRAMEGATE_STREAM_OWNED, FRAMEGATE_STREAM_MIX, FRAMEGATE_STREAM_COMPOSITE};
  memset(open, 0, sizeof *open);
  open->type = types[below(3)];
  open->kind = open->type == FRAMEGATE_STREAM_COMPOSITE ? 0 : (int)below(2);
  open->owner = open->type == FRAMEGATE_STREAM_OWNED ? (int)below(PEOPLE) : -1;
  open->purposes = 1 + below((1u << PURPOSES) - 1);
  framegate_stream_options stream = stream_of(open->type, m.people[open->owner < 0 ? 0 : open->owner].who, KIND[open->kind],
                                              open->kind == 0 ? FRAMEGATE_FORMAT_PCM_S16 : FRAMEGATE_FORMAT_UTF8);
  stream.channels = 2;
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
};

static const framegate_participant NOBODY = {0, UINT16_MAX, 0};

static void make_frame(struct a_frame *made, const struct open_tap *tap, int64_t now) {
  memset(made, 0, sizeof *made);
  made->frame = frame_of(one_in(2) && tap->owner >= 0 ? FRAMEGATE_CONTRIBUTORS_OWNER : 1 + below(6), one_in(8) || !in_range(now) ? a_time() : now - (int64_t)below(3000));
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
      made->regions[at] = region_of(m.people[made->owner[at]].who, tap->kind == 0 ? FRAMEGATE_AREA_CHANNEL : FRAMEGATE_AREA_SPAN);
      made->regions[at].channel = at;
      made->regions[at].start = 8 * at;
      made->regions[at].end = 8 * at + 8;
    }
  }
}

/* Whether everybody who is named for all of a frame may agree. */
static int may_all(const struct a_frame *made, const struct open_tap *tap, int64_t now) {
  if (!made->complete || (tap->owner >= 0 && !may(tap->owner, tap->kind, tap->purposes, made->frame.captured, now))) return 0;
  for (int at = 0; at < made->count; at++) {
    if (made->who[at] < 0 || !may(made->who[at], tap->kind, tap->purposes, made->frame.captured, now)) return 0;
  }
  return 1;
}

static int may_region(const struct a_frame *made, const struct open_tap *tap, size_t at, int64_t now) {
  return may(made->owner[at], tap->kind, tap->purposes, made->frame.captured, now);
}

static int hidden_at(const struct a_frame *made, const struct open_tap *tap, size_t byte, int64_t now) {
  const int whole = may_all(made, tap, now);
  int covered = 0;
  for (size_t at = 0; at < made->frame.region_count; at++) {
    const int over = tap->kind == 0 ? byte / 2 % 2 == at : byte / 8 == at;
    if (!over) continue;
    covered = 1;
    if (!may_region(made, tap, at, now)) return 1;
  }
  /* Only on a composite does what a region covers belong to its owner alone. */
  return covered && tap->type == FRAMEGATE_STREAM_COMPOSITE ? 0 : !whole;
}

static void forbidden(const char *what) {
  fprintf(stderr, "the model forbids it: %s\n", what);
  exit(1);
}

/* Whose consent the model holds at what, for who is to find out. */
static void explain(const struct a_frame *made, const struct open_tap *tap, int64_t now) {
  fprintf(stderr, "stream type %u, kind %d, owner %d, purposes %x; contributors %u, %d named; captured %lld, released %lld, latest %lld\n", tap->type, tap->kind,
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

/* What an outlet got, judged. */
static void judge(const struct a_frame *made, struct open_tap *tap, const framegate_cleared *cleared, int64_t now, int copied) {
  tap->seen++;
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  OK(framegate_tag_get(cleared->tag, &fields));
  IS(fields.verdict, cleared->verdict);
  const uint8_t *bytes = cleared->payload.plane[0].data;
  switch (cleared->verdict) {
    case FRAMEGATE_VERDICT_WHOLE:
    case FRAMEGATE_VERDICT_REDACTED:
      released++;
      *(cleared->verdict == FRAMEGATE_VERDICT_WHOLE ? &tap->whole : &tap->redacted) += 1;
      CHECK(cleared->payload.plane[0].length == BYTES && fields.purposes == tap->purposes);
      CHECK((cleared->verdict == FRAMEGATE_VERDICT_WHOLE) == (cleared->hidden == 0 && fields.reason == 0) || copied);
      for (size_t at = 0; at < BYTES; at++) {
        const int is_plain = bytes[at] == 'a' + at % 16;
        if (is_plain && hidden_at(made, tap, at, now)) {
          explain(made, tap, now);
          forbidden("a byte of who does not agree was released");
        }
      }
      break;
    case FRAMEGATE_VERDICT_BLANKED:
      withheld++;
      tap->blanked++;
      for (size_t at = 0; at < BYTES; at++) {
        if (bytes[at] == 'a' + at % 16) forbidden("a blanked frame has its bytes");
      }
      break;
    default:
      withheld++;
      tap->dropped++;
      CHECK(cleared->verdict == FRAMEGATE_VERDICT_DROPPED && bytes == NULL && cleared->payload.plane[0].length == 0 && cleared->hidden == UINT64_MAX);
      break;
  }
}

/* What is wrong with a call that admits. */
enum wrong { NOTHING, TAP, NULL_FRAMES, NULL_PAYLOADS, ODD_FRAMES, ODD_PAYLOADS, MANY, SHORT_FRAME, LONG_FRAME, NULL_CLEARED, ODD_CLEARED, SHORT_CLEARED, WRONGS };

static void admit(void) {
  struct open_tap *tap = &m.taps[below(TAPS)];
  if (!tap->is_open) return;
  const uint32_t count = 1 + below(FRAMES), way = below(3);
  const int64_t now = one_in(16) ? a_time() : next_time();
  const enum wrong wrong = one_in(2) ? (enum wrong)(1 + below(WRONGS - 1)) : NOTHING;
  static struct a_frame made[FRAMES];
  framegate_frame frames[FRAMES];
  framegate_payload payloads[FRAMES];
  framegate_payload_mut buffers[FRAMES];
  framegate_cleared cleared[FRAMES];
  framegate_participant room[FRAMES][2];
  static uint8_t bytes[FRAMES][BYTES], copies[FRAMES][BYTES];
  for (uint32_t at = 0; at < count; at++) {
    make_frame(&made[at], tap, now);
    frames[at] = made[at].frame;
    for (size_t byte = 0; byte < BYTES; byte++) bytes[at][byte] = (uint8_t)('a' + byte % 16);
    memset(copies[at], 0, BYTES);
    payloads[at] = bytes_of(bytes[at], BYTES);
    buffers[at] = bytes_in(way == 1 ? copies[at] : bytes[at], BYTES);
    cleared[at] = cleared_of();
    cleared[at].verdict = FRAMEGATE_VERDICT_WHOLE; /* to be written over */
    cleared[at].room = one_in(2) ? room[at] : NULL;
    cleared[at].capacity = below(3);
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
    case MANY: as_many = one_in(2) ? SIZE_MAX : FRAMEGATE_MAX_FRAMES + 1 + below(1u << 30); break;
    case SHORT_FRAME: frames[0].size = one_in(2) ? 0 : (uint32_t)sizeof frames[0] - 8; break;
    case LONG_FRAME: frames[0].size = one_in(2) ? UINT32_MAX : 1u << 20; break;
    case NULL_CLEARED: cleared_at = NULL; break;
    case ODD_CLEARED: cleared_at = (framegate_cleared *)misaligned(); break;
    case SHORT_CLEARED: cleared[count - 1].size -= 8; break;
    case NOTHING:
    case WRONGS: break;
  }
  int32_t handed_on = way == 0   ? framegate_tap_admit(handle, frames_at, payloads_at, as_many, now, cleared_at)
                      : way == 1 ? framegate_tap_admit_into(handle, frames_at, payloads_at, buffers_at, as_many, now, cleared_at)
                                 : framegate_tap_admit_in_place(handle, frames_at, buffers_at, as_many, now, cleared_at);
  if (wrong != NOTHING || tap->releasing) {
    refused(handed_on);
    if (wrong == NOTHING) IS(handed_on, FRAMEGATE_ERROR_RELEASING);
    if (cleared_at == cleared && wrong != SHORT_CLEARED && wrong != MANY) {
      for (uint32_t at = 0; at < count; at++) CHECK(cleared[at].verdict == FRAMEGATE_VERDICT_DROPPED && cleared[at].payload.plane[0].data == NULL);
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
    cleared[0].payload = bytes_of(bytes[0], BYTES);
  }
#elif FAULT == 2
  if (one_in(100)) cleared[count == FRAMES ? FRAMES : count].verdict = 0;
#elif FAULT == 4
  if (cleared[0].verdict == FRAMEGATE_VERDICT_REDACTED) {
    for (size_t byte = 0; byte < BYTES; byte++) (way == 1 ? copies : bytes)[0][byte] = (uint8_t)('a' + byte % 16);
  }
#endif
  seen_time(now); /* by the tap, and so by the meeting */
  CHECK(handed_on >= 0);
  int32_t expected = 0;
  for (uint32_t at = 0; at < count; at++) {
    judge(&made[at], tap, &cleared[at], now, way != 0);
    expected += cleared[at].verdict != FRAMEGATE_VERDICT_DROPPED;
    if (cleared[at].verdict == FRAMEGATE_VERDICT_DROPPED && way == 1) {
      for (size_t byte = 0; byte < BYTES; byte++) {
        if (copies[at][byte] != 0) forbidden("a dropped frame's buffer has its bytes");
      }
    }
  }
  IS(handed_on, expected);
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
  framegate_tag_fields fields;
  fields.size = (uint32_t)sizeof fields;
  if (one_in(2)) {
    /* A frame that cannot be read, of a tap that is none. */
    framegate_tap wrong = {wrong_handle(3)};
    refused(framegate_tag_get(framegate_tap_tag(wrong, now, now), &fields));
    framegate_tag tags[2];
    made.frame.size = below(2);
    refused(framegate_tap_tags(tap->tap, &made.frame, 1, now, tags));
    refused(framegate_tag_get(tags[0], &fields));
    made.frame.size = (uint32_t)sizeof made.frame;
    refused(framegate_tap_tags(wrong, &made.frame, 1, now, tags));
    refused(framegate_tag_get(tags[0], &fields));
    switch (below(5)) {
      case 0: made.frame.people = NULL, made.frame.people_count = 1; break;
      case 1: made.frame.people_count = one_in(2) ? SIZE_MAX : 65536; break;
      case 2: made.frame.regions = (const framegate_region *)misaligned(), made.frame.region_count = 1; break;
      case 3: made.frame.region_count = SIZE_MAX; break;
      default: made.frame.source_count = 1, made.frame.sources = NULL; break;
    }
    OK(framegate_tap_tags(tap->tap, &made.frame, 1, now, tags));
    OK(framegate_tag_get(tags[0], &fields));
    CHECK(fields.verdict == FRAMEGATE_VERDICT_DROPPED);
    seen_time(now);
    return;
  }
  framegate_tag tag;
  if (one_in(2)) {
    made.frame = frame_of(FRAMEGATE_CONTRIBUTORS_OWNER, made.frame.captured);
    made.count = 0;
    made.complete = tap->owner >= 0;
    tag = framegate_tap_tag(tap->tap, made.frame.captured, now);
  } else {
    OK(framegate_tap_tags(tap->tap, &made.frame, 1, now, &tag));
  }
  OK(framegate_tag_get(tag, &fields));
  seen_time(now);
  for (int purpose = 0; purpose < PURPOSES; purpose++) {
    if (!(fields.purposes >> purpose & 1)) continue;
    struct open_tap alone = *tap;
    alone.purposes = 1u << purpose;
    if (!may_all(&made, &alone, now)) forbidden("a tag clears too much");
    for (size_t region = 0; region < made.frame.region_count; region++) {
      if (!may_region(&made, &alone, region, now)) forbidden("a tag clears too much of a region");
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
  framegate_join join;
  memset(&join, 0, sizeof join);
  join.size = (uint32_t)sizeof join;
  join.id = string_of("zoe");
  framegate_digest digest;
  framegate_ledger ledger = {wrong_handle(2)};
  switch (below(34)) {
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
    case 16: refused(framegate_settling_wait((framegate_settling){wrong_handle(1)}, 1000)); break;
    case 17: refused(framegate_settling_close((framegate_settling){wrong_handle(1)})); break;
    case 18: refused(framegate_meeting_close(wrong)); break;
    case 19: refused(framegate_tap_close((framegate_tap){wrong_handle(3)})); break;
    case 20: refused(framegate_group_close((framegate_group){wrong_handle(4)})); break;
    case 21: refused(framegate_ledger_close(ledger)); break;
    case 22: refused(framegate_ledger_receipt(ledger, string_of("ann"), text, sizeof text, &length)); break;
    case 23: refused(framegate_meeting_generation(m.meeting, (uint64_t *)misaligned())); break;
    case 24: length = 99; refused(framegate_meeting_id(m.meeting, text, 3, &length)); IS(length, 6); break;
    case 25: refused(framegate_meeting_id(m.meeting, text, SIZE_MAX, &length)); break;
    case 26: refused(framegate_tap_open(m.meeting, (framegate_stream){m.stranger.meeting, 0}, (framegate_outlet){m.stranger.meeting, 0}, &tap)); break;
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
                               end,  settle, open_tap, open_tap, regroup, admit, admit, admit, admit, admit, admit, admit, admit, decide, decide, count_frames,
                               hostile_control, hostile_control, hostile_control, hostile_control, hostile_control, hostile_control, hostile_bytes};
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
  printf("%llu steps, %llu hostile calls refused, %llu frames released, %llu withheld\n", (unsigned long long)calls, (unsigned long long)hostile_calls,
         (unsigned long long)released, (unsigned long long)withheld);
  CHECK(wanted < 10000 || (released > wanted / 200 && withheld > wanted / 100 && hostile_calls > wanted / 4));
  return 0;
}
