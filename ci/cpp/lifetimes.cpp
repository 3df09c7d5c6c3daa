// A meeting that is closed, moved, assigned, swapped and destroyed in its own callbacks, beside them and in another meeting's, whatever the call that told them.

#include <framegate.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
      std::exit(1);                                                            \
    }                                                                          \
  } while (0)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_SOUGHT
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(LEAKS_ARE_SOUGHT)
#include <sanitizer/lsan_interface.h>
#else
extern "C" inline void __lsan_disable() {}
extern "C" inline void __lsan_enable() {}
#endif

using namespace framegate;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const Scope everything{Kind::audio, purpose::record | purpose::train};

// What a callback captured: it is read after the meeting is gone.
struct Captured {
  std::string text = std::string(64, 'c');
  bool is_there() const { return text == std::string(64, 'c'); }
};

enum class In { append, event };

// A meeting with somebody in it, and what is called once from within one of its callbacks.
struct Life {
  std::unique_ptr<Meeting> meeting;
  Participant who;
  std::optional<Tap> tap;
  // Outlives the meeting, as it is what the test arms.
  std::shared_ptr<std::function<void()>> armed = std::make_shared<std::function<void()>>();

  explicit Life(In in) {
    auto once = [armed = armed, captured = std::make_shared<Captured>(), own = Captured()] {
      if (*armed) {
        const std::function<void()> act = std::exchange(*armed, nullptr);
        act();
      }
      CHECK(captured->is_there() && own.is_there());
    };
    MeetingOptions options;
    options.id = "life";
    options.participants = 4;
    options.append = [in, once](std::string_view, bool) {
      if (in == In::append)
        once();
      return true;
    };
    options.event = [in, once](std::string_view) {
      if (in == In::event)
        once();
    };
    meeting = std::make_unique<Meeting>(*Meeting::open(std::move(options)));
    CHECK(meeting->show({everything, *digest_of("n"), "1", "en", "X"}));
    who = *meeting->join(JoinOptions::adult("ann"), seconds(0));
    CHECK(meeting->grant(Authority::participant, who, {everything, *digest_of("n"), Method::clicked}, seconds(0)));
    tap = *meeting->tap(*meeting->open_stream(StreamOptions::owned(who, Kind::audio, Format::opaque())), *meeting->open_outlet({"o", purpose::record}));
    CHECK(is_released());
  }

  bool is_released() {
    static const char voice[] = "a voice";
    const Verdict verdict = tap->admit(Frame::of_owner(seconds(2)), Payload(voice, sizeof voice), seconds(2), [](const Cleared &) {}).verdict;
    return verdict == Verdict::whole;
  }
};

// Calls that make entries, several lines among them, or that tell what others made.
const std::vector<std::function<void(Meeting &, Participant)>> acts = {
    [](Meeting &of, Participant who) { (void)of.grant(Authority::participant, who, {everything, *digest_of("n"), Method::clicked}, seconds(3)); },
    [](Meeting &of, Participant who) { (void)of.withdraw(Authority::participant, who, {Kind::video, purpose::train}, seconds(3)); },
    [](Meeting &of, Participant who) { (void)of.leave(who, seconds(3)); },
    [](Meeting &of, Participant) { (void)of.restrict(Authority::host, std::nullopt, {Kind::video, purpose::train}, seconds(3)); },
    [](Meeting &of, Participant) { (void)of.supersede(*digest_of("n"), seconds(3)); },
    [](Meeting &of, Participant) { (void)of.join(JoinOptions::adult("ben"), seconds(3)); },
    [](Meeting &of, Participant) { (void)of.show({everything, *digest_of("other"), "2", "en", "X"}); },
    [](Meeting &of, Participant) { (void)of.open_outlet({"more", purpose::train}); },
    [](Meeting &of, Participant) { (void)of.open_stream(StreamOptions::mix(Kind::audio, Format::opaque())); },
    [](Meeting &of, Participant) { (void)of.third_party(purpose::train, "ACME"); },
    [](Meeting &of, Participant) { (void)of.count(seconds(3)); },
    [](Meeting &of, Participant) { (void)of.end(); },
};

MeetingOptions another() {
  MeetingOptions options;
  options.id = "another";
  options.participants = 2;
  options.event = [captured = Captured()](std::string_view) { CHECK(captured.is_there()); };
  return options;
}

// Ways for a meeting to go, after which its tap is shut.
const std::vector<std::function<void(std::unique_ptr<Meeting> &, Meeting &)>> ends = {
    [](std::unique_ptr<Meeting> &own, Meeting &) { CHECK(own->close()); },
    [](std::unique_ptr<Meeting> &own, Meeting &) { own.reset(); },
    [](std::unique_ptr<Meeting> &own, Meeting &) { Meeting(std::move(*own)); },
    [](std::unique_ptr<Meeting> &own, Meeting &other) { *own = std::move(other); },
    [](std::unique_ptr<Meeting> &own, Meeting &other) {
      std::swap(*own, other);
      CHECK(other.close());
    },
    [](std::unique_ptr<Meeting> &own, Meeting &) {
      // Within a store's callback no meeting can be opened.
      Result<Meeting> opened = Meeting::open(another());
      if (opened)
        *own = *std::move(opened);
      else
        own.reset();
    },
    [](std::unique_ptr<Meeting> &own, Meeting &) {
      std::vector<Meeting> kept;
      kept.push_back(std::move(*own));
      kept.push_back(Meeting(std::move(kept.front())));
      kept.clear();
    },
};

void in_its_own() {
  for (const In in : {In::append, In::event})
    for (const auto &act : acts)
      for (const auto &end : ends) {
        Life life(in);
        Meeting other = *Meeting::open(another());
        int ended = 0;
        *life.armed = [&] {
          end(life.meeting, other);
          ++ended;
        };
        // By its address, as the object may go in the call.
        Meeting *const own = life.meeting.get();
        act(*own, life.who);
        CHECK(ended == 1);
        CHECK(!life.is_released());
      }
}

// Every other call, from within an event.
void every_call() {
  Life life(In::event);
  *life.armed = [&] {
    Meeting &of = *life.meeting;
    CHECK(*of.id() == "life" && *of.generation() > 1 && of.head() && of.next_deadline() && of.started() && of.clock() && of.time_at() && of.participants() && of.counters() && of.tick(seconds(3)));
    CHECK(of.find("ann") && *of.id_of(life.who) == "ann" && of.challenge(life.who));
    CHECK(life.is_released());
    for (const auto &act : acts)
      act(of, life.who);
  };
  CHECK(life.meeting->count(seconds(3)));
  CHECK(!life.is_released());
}

// From within a store's callback calls on a meeting are refused, and change nothing.
void refused() {
  Life life(In::append);
  *life.armed = [&] {
    Meeting &of = *life.meeting;
    CHECK(of.id().status().number() == FRAMEGATE_ERROR_BUSY);
    CHECK(of.tick(seconds(3)).number() == FRAMEGATE_ERROR_BUSY);
    CHECK(Meeting::open(another()).status().number() == FRAMEGATE_ERROR_BUSY);
    CHECK(life.is_released());
  };
  CHECK(life.meeting->count(seconds(3)));
  CHECK(life.is_released());
}

// By another thread, while a callback runs: what it captured is there until it returns, and not for longer than closing takes.
void by_another_thread() {
  for (const In in : {In::append, In::event})
    for (const auto &end : ends) {
      Life life(in);
      Meeting other = *Meeting::open(another());
      std::atomic<bool> entered{false}, left{false};
      *life.armed = [&] {
        entered = true;
        std::this_thread::sleep_for(milliseconds(5));
        left = true;
      };
      // A handle of its own: the object must not be used by two threads when it is moved.
      const framegate_meeting handle = life.meeting->get();
      std::thread counts([&] { (void)!framegate_meeting_count(handle, 3000000); });
      while (!entered)
        std::this_thread::yield();
      end(life.meeting, other);
      CHECK(left);
      CHECK(!life.is_released());
      counts.join();
    }
}

// In the callback of another meeting, while a thread is in one of this: it is closed, and says that the thread is still there.
void in_anothers() {
  for (const In in : {In::append, In::event})
    for (const In theirs : {In::append, In::event}) {
      Life life(in);
      // What its callbacks captured stays for good.
      __lsan_disable();
      Life other(theirs);
      __lsan_enable();
      std::atomic<bool> entered{false}, leaves{false};
      *other.armed = [&] {
        entered = true;
        while (!leaves)
          std::this_thread::yield();
      };
      StatusCode closed;
      *life.armed = [&] { closed = other.meeting->close(); };
      const framegate_meeting handle = other.meeting->get();
      std::thread counts([&] { (void)!framegate_meeting_count(handle, 3000000); });
      while (!entered)
        std::this_thread::yield();
      CHECK(life.meeting->count(seconds(3)));
      CHECK(closed.number() == FRAMEGATE_ERROR_STILL_CALLED);
      leaves = true;
      counts.join();
      CHECK(!other.is_released());
      CHECK(life.is_released());
    }
}

} // namespace

int main() {
  in_its_own();
  every_call();
  refused();
  by_another_thread();
  in_anothers();
  std::puts("lifetimes: in, beside and across callbacks");
  return 0;
}
