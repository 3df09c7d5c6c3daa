// What must not compile: each MISUSE is one.
#include <framegate.hpp>

#include <array>

using namespace framegate;

struct Scene {
  Meeting meeting;
  Tap tap;
  Settling settling;
  StreamKey key;
  Participant who;
  Frame frame;
  Payload payload;
  Tag tag;
  Seal seal;
  std::array<Subject, 1> subjects;
  std::array<Piece, 1> pieces;
};

enum class Answer { no, yes };

int misuse(Scene &scene, Cleared *cleared) {
  auto &[meeting, tap, settling, key, who, frame, payload, tag, seal, subjects, pieces] = scene;
  const Scope scope{Kind::audio, purpose::record};
  (void)scope, (void)meeting, (void)tap, (void)settling, (void)key, (void)who, (void)frame, (void)payload, (void)tag, (void)seal, (void)subjects, (void)pieces, (void)cleared;
#if MISUSE == 1 // a verdict unread
  tap.admit(frame, payload, Time(0), [](const Cleared &) {});
#elif MISUSE == 2 // a release that ends at once
  tap.admit(&frame, &payload, 1, Time(0), cleared);
#elif MISUSE == 3 // a grant that may have been refused
  meeting.grant(Authority::participant, who, Grant{}, Time(0));
#elif MISUSE == 4 // a withdrawal nobody asks after
  meeting.withdraw(Authority::participant, who, scope, Time(0));
#elif MISUSE == 5 // a tap on two threads
  Tap copy = tap;
#elif MISUSE == 6 // purposes where kinds belong
  const Scope crossed{purpose::record, Kind::audio};
#elif MISUSE == 7 // a number where a time belongs
  (void)tap.decide(1000, 1020);
#elif MISUSE == 8 // more than was cleared
  (void)tap.admit(frame, payload, Time(0), [](Cleared &) {});
#elif MISUSE == 9 // a seal that was looked at, whether it holds or not
  if (key.verify(seal, tag, subjects, pieces))
    return 1;
#elif MISUSE == 10 // a narrowing that can be asked, whether it has settled or not
  if (settling.is_settled())
    return 1;
#elif MISUSE == 11
  while (!settling.wait(std::chrono::milliseconds(1)))
    return 1;
#elif MISUSE == 12
  if (tap.keyframe_request(Time(0), std::chrono::milliseconds(1)))
    return 1;
#elif MISUSE == 13
  if (meeting.settled(settling, Time(0)))
    return 1;
#elif MISUSE == 14
  return key.verify(seal, tag, subjects, pieces) && who != unknown_participant;
#elif MISUSE == 15
  return key.verify(seal, tag, subjects, pieces) ? 1 : 0;
#elif MISUSE == 16
  const bool holds = key.verify(seal, tag, subjects, pieces);
  return holds;
#elif MISUSE == 17
  return static_cast<bool>(key.verify(seal, tag, subjects, pieces));
#elif MISUSE == 18 // there is an answer, but which?
  return key.verify(seal, tag, subjects, pieces).ok();
#elif MISUSE == 19
  return key.verify(seal, tag, subjects, pieces) == true;
#elif MISUSE == 20
  return sdp::permits(sdp::Preference::off) ? 1 : 0;
#elif MISUSE == 21 // that a narrowing has a handle is not that it has settled
  if (settling)
    return 1;
#elif MISUSE == 22 // a bare decision where a tag belongs
  return key.verify(seal, *tap.decide(Time(0), Time(0)), subjects, pieces).status().ok();
#elif MISUSE == 23 // a source that came out of no release
  const Source source(tag, &who, 1);
#elif MISUSE == 24
  const Carried carried(*tap.decide(Time(0), Time(0)));
#elif MISUSE == 25
  const Tag copied = *tap.decide(Time(0), Time(0));
#elif MISUSE == 26 // who agrees for them is not said
  (void)meeting.join({"their-login"}, Time(0));
#elif MISUSE == 27 // a kind by the number of another interface
  const Kind kind = 0;
#elif MISUSE == 28
  return sdp::recording("", 0) == sdp::Recording::on;
#elif MISUSE == 29 // a joined tag that may be none
  const Tag met = tag.meet(tag);
#elif MISUSE == 30 // people, parts and sources that are gone before the frame is looked at
  Frame gone = Frame::complete(Time(0), std::vector<Participant>{who});
#elif MISUSE == 31
  Frame gone = Frame::csrcs(Time(0), *meeting.participants());
#elif MISUSE == 32
  Frame gone = Frame::partial(Time(0), std::array<Participant, 1>{who});
#elif MISUSE == 33
  Frame gone = Frame::of_owner(Time(0)).regions(std::vector<Region>{Region::audio_channel(who, 0)});
#elif MISUSE == 34
  Frame gone = Frame::derived(std::vector<Source>{*cleared->source()});
#elif MISUSE == 35
  const Archived gone(Instance{}, nullptr, std::vector<Subject>{Subject("who")}, nullptr);
#elif MISUSE == 36 // that it was decided is not that it may go
  if (tap.decide(Time(0), Time(0)))
    return 1;
#elif MISUSE == 37 // nor that frames were checked that they are cleared
  if (Verifier().dry_run(nullptr, 0, purpose::train))
    return 1;
#elif MISUSE == 38 // nor that there is a wish that it is a yes
  if (sdp::preference("a=recordpref:off", 0))
    return 1;
#elif MISUSE == 39
  if (sdp::recording("a=record:off", 0))
    return 1;
#elif MISUSE == 40 // a frame that was dropped has an admission, too
  if (tap.admit(frame, payload, Time(0), [](const Cleared &) {}))
    return 1;
#elif MISUSE == 41
  if (tap.decide(Time(0), Time(0))->verdict())
    return 1;
#elif MISUSE == 42
  if (Release release = tap.admit(&frame, &payload, 1, Time(0), cleared))
    return 1;
#elif MISUSE == 43 // capture and release swapped with what is in between
  (void)tap.admit(Time(0), payload, frame, [](const Cleared &) {});
#elif MISUSE == 44 // the stream where the outlet belongs
  (void)meeting.tap(Outlet{}, Stream{});
#elif MISUSE == 45 // more than one release that ends
  const Release first = tap.admit(&frame, &payload, 1, Time(0), cleared), second = first;
#elif MISUSE == 46 // who is in a frame is not said
  const Frame unsaid(Time(0));
#elif MISUSE == 47
  const Frame unsaid{Time(0)};
#elif MISUSE == 48
  const Frame unsaid;
#elif MISUSE == 49
  (void)tap.admit({Time(0)}, payload, Time(0), [](const Cleared &) {});
#elif MISUSE == 50 // nor that there is an answer of any other type
  if (PastMeeting().withdraw(Authority::participant, "who", scope))
    return 1;
#elif MISUSE == 51
  if (tag.fields())
    return 1;
#elif MISUSE == 52
  if (rtp::read({nullptr, 0}, 5))
    return 1;
#elif MISUSE == 53
  return Result<Finding>(Finding::forged).ok();
#elif MISUSE == 54
  return Result<Verdict>(Verdict::dropped) ? 1 : 0;
#elif MISUSE == 55 // one that nobody has thought of yet
  if (Result<Answer>(Answer::no))
    return 1;
#elif MISUSE == 56
  return Result<Answer>(Answer::no).ok();
#elif MISUSE == 57 // a source of C's, a bare decision or nothing where a source belongs
  const Source source(framegate_source{});
#elif MISUSE == 58
  const Source source(*tap.decide(Time(0), Time(0)));
#elif MISUSE == 59
  Source source;
  (void)source;
#elif MISUSE == 60
  const Source source{};
#elif MISUSE == 61 // that there is an answer for that it is yes
  if (tap.can_blank())
    return 1;
#elif MISUSE == 62
  if (*tap.can_blank())
    return 1;
#elif MISUSE == 63
  if (tap.last_fault())
    return 1;
#endif
  return 0;
}
