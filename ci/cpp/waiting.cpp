// A store that hangs in one thread's call, as a network's disk does, keeps nobody waiting who withdraws, leaves or restricts in another.

#include <framegate.hpp>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
      std::_Exit(1);                                                           \
    }                                                                          \
  } while (0)

using namespace framegate;
using namespace std::chrono_literals;

namespace {

const Scope everything{Kind::audio, purpose::record};

// It hangs until it is told to go on. Whoever waits for whoever is in it would wait for good: it gives up, so that this shows.
class Slow {
public:
  void append() {
    std::unique_lock lock(mutex_);
    if (!hangs_)
      return;
    is_in_ = true;
    changed_.notify_all();
    gave_up_ = !changed_.wait_for(lock, 3s, [this] { return !hangs_; }) || gave_up_;
    is_in_ = false;
  }
  void hang() {
    const std::lock_guard lock(mutex_);
    hangs_ = true;
  }
  void until_somebody_is_in() {
    std::unique_lock lock(mutex_);
    CHECK(changed_.wait_for(lock, 30s, [this] { return is_in_; }));
  }
  // Whether somebody has been in it all the time.
  bool still_hangs() {
    const std::lock_guard lock(mutex_);
    return is_in_ && !gave_up_;
  }
  void go_on() {
    const std::lock_guard lock(mutex_);
    hangs_ = false;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false, is_in_ = false, gave_up_ = false;
};

Notice notice(std::string_view text) { return {everything, *digest_of(text), "1", "en", "Example Ltd"}; }

// What another thread is about when the store hangs.
const std::vector<std::pair<const char *, std::function<StatusCode(Meeting &, Participant)>>> others = {
    {"join", [](Meeting &of, Participant) { return of.join(JoinOptions::adult("eva"), 3s).status(); }},
    {"grant", [](Meeting &of, Participant ben) { return of.grant(Authority::participant, ben, {everything, *digest_of("n"), Method::clicked}, 3s); }},
    {"show", [](Meeting &of, Participant) { return of.show(notice("another")); }},
    {"lift", [](Meeting &of, Participant) { return of.lift(Authority::vendor, std::nullopt, everything, 3s); }},
    {"open_outlet", [](Meeting &of, Participant) { return of.open_outlet({"another", purpose::record}).status(); }},
    {"count", [](Meeting &of, Participant) { return of.count(3s); }},
};

const std::vector<std::pair<const char *, std::function<Result<Settling>(Meeting &, Participant)>>> narrowings = {
    {"withdraw", [](Meeting &of, Participant ada) { return of.withdraw(Authority::participant, ada, everything, 3s); }},
    {"leave", [](Meeting &of, Participant ada) { return of.leave(ada, 3s); }},
    {"restrict", [](Meeting &of, Participant ada) { return of.restrict(Authority::host, ada, everything, 3s); }},
};

Verdict record(Tap &tap, Time at) {
  static const char voice[] = "a voice";
  return tap.admit(Frame::of_owner(at), Payload(voice, 7), at, [](const Cleared &) {}).verdict;
}

} // namespace

int main() {
  for (const auto &[other, widen] : others)
    for (const auto &[what, narrow] : narrowings) {
      Slow slow;
      MeetingOptions options;
      options.id = "slow";
      options.participants = 4;
      options.append = [&](std::string_view, bool) {
        slow.append();
        return true;
      };
      Meeting meeting = *Meeting::open(std::move(options));
      CHECK(meeting.show(notice("n")));
      const Participant ada = *meeting.join(JoinOptions::adult("ada"), 0s), ben = *meeting.join(JoinOptions::adult("ben"), 0s);
      for (const Participant who : {ada, ben})
        CHECK(meeting.grant(Authority::participant, who, {everything, *digest_of("n"), Method::clicked}, 1s));
      CHECK(meeting.restrict(Authority::vendor, std::nullopt, {Kind::audio, purpose::train}, 1s));
      const Outlet recorder = *meeting.open_outlet({"recorder", purpose::record});
      Tap of_ada = *meeting.tap(*meeting.open_stream(StreamOptions::owned(ada, Kind::audio, Format::opaque())), recorder);
      Tap of_ben = *meeting.tap(*meeting.open_stream(StreamOptions::owned(ben, Kind::audio, Format::opaque())), recorder);
      CHECK(record(of_ada, 2s) == Verdict::whole && record(of_ben, 2s) == Verdict::whole);

      slow.hang();
      StatusCode widened(FRAMEGATE_ERROR_PANIC);
      std::thread waits([&, &act = widen] { widened = act(meeting, ben); });
      slow.until_somebody_is_in();
      const Settling settling = *narrow(meeting, ada);
      const bool is_cut = record(of_ada, 2990ms) == Verdict::dropped && record(of_ada, 4s) == Verdict::dropped;
      const bool is_in_time = slow.still_hangs();
      if (!is_cut || !is_in_time) {
        std::fprintf(stderr, "%s during %s: %s\n", what, other, is_cut ? "it waits for the store" : "a frame goes");
        std::_Exit(1);
      }
      // It is in force and not durable yet. To ask does not wait either.
      CHECK(!*settling.is_settled() && !*settling.wait(1ms) && slow.still_hangs());
      CHECK(record(of_ben, 4s) == Verdict::whole);
      slow.go_on();
      waits.join();
      CHECK(widened && *settling.wait(30s));
      CHECK(record(of_ada, 5s) == Verdict::dropped);
    }
  std::puts("a store that hangs keeps nobody waiting who narrows");
}
