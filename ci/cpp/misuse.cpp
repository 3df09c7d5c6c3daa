// What must not compile: each MISUSE is one.
#include <framegate.hpp>

using namespace framegate;

void misuse(Meeting &meeting, Tap &tap, Participant who, const Frame &frame, const Payload &payload, Cleared *cleared) {
  const Scope scope{Kind::audio, purpose::record};
  (void)scope, (void)meeting, (void)tap, (void)who, (void)frame, (void)payload, (void)cleared;
#if MISUSE == 1 // a verdict unread
  tap.admit(frame, payload, Time(0), [](const Cleared &) {});
#elif MISUSE == 2 // a release that ends at once
  tap.admit(&frame, &payload, 1, Time(0), cleared);
#elif MISUSE == 3 // a grant that may have been refused
  meeting.grant(By::participant, who, Grant{}, Time(0));
#elif MISUSE == 4 // a withdrawal nobody asks after
  meeting.withdraw(By::participant, who, scope, Time(0));
#elif MISUSE == 5 // a tap on two threads
  Tap copy = tap;
#elif MISUSE == 6 // purposes where kinds belong
  const Scope crossed{purpose::record, Kind::audio};
#elif MISUSE == 7 // a number where a time belongs
  (void)tap.tag(1000, 1020);
#elif MISUSE == 8 // more than was cleared
  (void)tap.admit(frame, payload, Time(0), [](Cleared &) {});
#endif
}
