// A client with three threads: a microphone that captures 20 ms at a time, a pipeline that trains a model on what comes out of a jitter buffer
// 200 ms later, and a person in front of a consent switch.
//
//   client VOICE.wav MODEL.wav [SPEED]
//
// They agree at 2 s, withdraw at 6 s and agree again at 9 s. Into MODEL.wav goes what the model got, silent where it got nothing.
// VOICE.wav is 16 bits, one channel; SPEED plays it faster than it was spoken.

#include <framegate.hpp>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using framegate::Authority;
using framegate::Time;

namespace {

[[noreturn]] void die(std::string_view what, std::string_view why = {}) {
  std::fprintf(stderr, "%.*s%s%.*s\n", static_cast<int>(what.size()), what.data(), why.empty() ? "" : ": ", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

template <class T> T must(framegate::Result<T> result, std::string_view what) {
  if (!result.status())
    die(what, result.status().message());
  return *std::move(result);
}

void must(framegate::StatusCode status, std::string_view what) {
  if (!status)
    die(what, status.message());
}

// The meeting's clock, which all its threads share.
class Clock {
public:
  explicit Clock(int speed) : speed_(speed) {}
  Time now() const { return std::chrono::duration_cast<Time>(std::chrono::steady_clock::now() - start_) * speed_; }
  void sleep_until(Time time) const { std::this_thread::sleep_until(start_ + time / speed_); }

private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  int speed_;
};

struct Wav {
  std::string header; // all before the samples
  std::uint32_t rate = 0;
  std::vector<std::int16_t> samples;
};

Wav read_wav(const char *path) {
  std::ifstream file(path, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), {});
  if (all.size() < 44 || all.compare(0, 4, "RIFF") != 0 || all.compare(36, 4, "data") != 0)
    die(path, file ? "not a plain WAV file: convert it with `ffmpeg -i IN -ac 1 -bitexact OUT.wav`" : "cannot be read: check that it is there");
  std::uint16_t channels = 0, bits = 0;
  Wav wav;
  std::memcpy(&channels, &all[22], 2);
  std::memcpy(&wav.rate, &all[24], 4);
  std::memcpy(&bits, &all[34], 2);
  if (channels != 1 || bits != 16 || wav.rate % 50 != 0 || wav.rate == 0)
    die(path, "not one channel of 16 bits: convert it with `ffmpeg -i IN -ac 1 -c:a pcm_s16le -bitexact OUT.wav`");
  wav.header = all.substr(0, 44);
  wav.samples.resize((all.size() - 44) / 2);
  std::memcpy(wav.samples.data(), &all[44], wav.samples.size() * 2);
  return wav;
}

struct Captured {
  Time at;
  std::size_t from; // of its samples
};

// What lies between capture and the pipeline. It comes before the gate, so that what still waits in it can be withheld.
class JitterBuffer {
public:
  void push(Captured frame) {
    const std::lock_guard lock(mutex_);
    frames_.push_back(frame);
    changed_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  std::optional<Captured> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !frames_.empty(); });
    if (frames_.empty())
      return std::nullopt;
    const Captured frame = frames_.front();
    frames_.pop_front();
    return frame;
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return frames_.size();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Captured> frames_;
  bool closed_ = false;
};

// Captures until the voice ends.
void capture(const Wav &voice, const Clock &clock, JitterBuffer &buffer) {
  const std::size_t frame = voice.rate / 50;
  Time at = 0ms;
  for (std::size_t from = 0; from + frame <= voice.samples.size(); from += frame, at += 20ms) {
    clock.sleep_until(at + 20ms);
    buffer.push({at, from});
  }
  buffer.close();
}

// Gates what comes out of the buffer. The tap is this thread's alone.
void train(framegate::Tap tap, const Wav &voice, const Clock &clock, JitterBuffer &buffer, std::vector<std::int16_t> &model) {
  const std::size_t frame = voice.rate / 50;
  while (const auto captured = buffer.pop()) {
    clock.sleep_until(captured->at + 220ms);
    const framegate::Payload payload(&voice.samples[captured->from], frame * 2);
    const auto admission = tap.admit(framegate::Frame::of_owner(captured->at), payload, clock.now(), [&](const framegate::Cleared &cleared) {
      std::memcpy(&model[captured->from], cleared.data(), cleared.size());
    });
    must(admission.status, "admitting");
  }
  const auto counters = must(tap.counters(), "counting");
  std::printf("the model got %llu of %llu frames\n", static_cast<unsigned long long>(counters.whole), static_cast<unsigned long long>(counters.seen));
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3)
    die("usage: client VOICE.wav MODEL.wav [SPEED]");
  if (!framegate::abi_fits())
    die("the library has another version than the header: link the one of the header");
  const Wav voice = read_wav(argv[1]);
  const int speed = argc > 3 ? std::atoi(argv[3]) : 1;
  if (speed < 1)
    die(argv[3], "not a SPEED: a whole number from 1");
  std::ofstream file(argv[2], std::ios::binary);
  if (!file)
    die(argv[2], "cannot be written: name a file in a folder that is there");
  const framegate::Scope scope{framegate::Kind::audio, framegate::purpose::train};

  framegate::MeetingOptions options;
  options.id = "standup";
  options.participants = 10;
  options.event = [](std::string_view line) { std::printf("ledger: %.*s\n", static_cast<int>(line.size()), line.data()); };
  framegate::Meeting meeting = must(framegate::Meeting::open(std::move(options)), "opening");
  const auto me = must(meeting.join(framegate::JoinOptions::adult("my-login"), 0ms), "joining");
  framegate::Notice notice;
  notice.scope = scope;
  notice.digest = must(framegate::digest_of("With your consent we train our speech model with your voice."), "the notice");
  notice.version = "1";
  notice.language = "en";
  notice.controller = "Example Conferencing";
  must(meeting.show(notice), "the notice");
  const auto microphone = must(meeting.open_stream(framegate::StreamOptions::owned(me, framegate::Kind::audio, framegate::Format::pcm_s16(1))), "the microphone");
  const auto speech_model = must(meeting.open_outlet({"speech-model", framegate::purpose::train}), "the outlet");
  framegate::Tap tap = must(meeting.tap(microphone, speech_model), "the tap");

  const Clock clock(speed);
  JitterBuffer buffer;
  std::vector<std::int16_t> model(voice.samples.size());
  std::thread capturing([&] { capture(voice, clock, buffer); });
  std::thread training([&, moved = std::move(tap)]() mutable { train(std::move(moved), voice, clock, buffer, model); });

  framegate::Grant grant;
  grant.scope = scope;
  grant.notice = notice.digest;
  grant.method = framegate::Method::clicked;
  clock.sleep_until(2s);
  must(meeting.grant(Authority::participant, me, grant, clock.now()), "agreeing");

  clock.sleep_until(6s);
  const Time withdrawn = clock.now();
  const framegate::Settling settling = must(meeting.withdraw(Authority::participant, me, scope, withdrawn), "withdrawing");
  if (!must(settling.wait(1s), "waiting"))
    die("a release has not ended in a second");
  const std::size_t waiting = buffer.size();
  must(meeting.settled(settling, clock.now()), "the ledger");
  for (const auto &last : must(settling.taps(), "the taps"))
    std::printf("withdrawn at %lld µs and settled: %llu frames released, the last of them captured at %lld µs; %zu in the buffer will be withheld\n",
                static_cast<long long>(withdrawn.count()), static_cast<unsigned long long>(last.released), static_cast<long long>(last.last), waiting);

  clock.sleep_until(9s);
  must(meeting.grant(Authority::participant, me, grant, clock.now()), "agreeing again");

  capturing.join();
  training.join();
  must(meeting.end(), "the end");

  file << voice.header;
  file.write(reinterpret_cast<const char *>(model.data()), static_cast<std::streamsize>(model.size() * 2));
  if (!file.flush())
    die(argv[2], "cannot be written: check the space on the disk");
}
