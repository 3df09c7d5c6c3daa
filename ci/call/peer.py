"""One side of a call: a client that sends a voice and a picture, receives the other's, and would like to train a model on what it receives.

The other person says over a data channel what they agree to. Each encoded frame goes from the receiver through a tap into the training outlet,
and on to the decoder in any case. Descriptions come and go as lines of JSON on standard input and output; the last line is what the judge reads.
"""

import argparse
import asyncio
import base64
import ctypes
import hashlib
import heapq
import json
import sys
import time
import wave
from pathlib import Path

import marks
import webrtc

from framegate import _c
from framegate.tap import _payload
from framegate import Authority, CaptureClock, Format, Kind, Meeting, Method, Owner, Purpose, StreamType, ntp_time, ntp_units

MEDIA = Path(__file__).parents[2] / "examples/meeting/standup"
CAPTURE_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
KINDS = {"audio": Kind.AUDIO, "video": Kind.VIDEO}
FORMATS = {"audio": Format.OPUS, "video": Format.VP8}
# How much earlier than said a frame's earliest sample may be: the overlap with the Opus frame before, and what rounding takes of a picture's time.
EARLIER = {"audio": 20_000, "video": 2_000}
RATES = {"audio": 48_000, "video": 90_000}
# Both clients run on one machine. The clock's error is that of abs-capture-time: of sound it says a time of the last second, from which the receiver counts on, while
# the sounds here are not made on time to some milliseconds. The worst delay is longer than anything can be on its way here.
CLOCK_ERROR, WORST_DELAY = 10_000, 2_000_000
# For how long frames wait before the tap, so that they are offered in their order: a receiver's transform has them as they arrive, and of a picture the gate must
# know what it is predicted from.
HELD = 0.4
# When the person says what, in seconds since frames of both kinds came in.
STORY = [(1.0, "grant"), (2.2, "withdraw"), (3.2, "grant"), (4.4, "end")]
# Where all takes longer.
FAR = 2.0
# How long to wait for a keyframe before asking once more, in milliseconds.
ASK_AGAIN = 300


class Client:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.connection = webrtc.RTCPeerConnection()
        self.start = time.monotonic_ns()
        self.start_unix = time.time_ns() // 1000
        self.sent: list[dict[str, object]] = []
        self.received: list[dict[str, object]] = []
        self.changes: list[dict[str, object]] = []
        self.outlet: list[bytes] = []
        self.voices: list[bytes] = []
        self.expected: dict[str, int] | None = None
        self.kinds: list[str] = []
        self.queues: list[asyncio.Task] = []
        self.flowing = asyncio.Event()
        self.over = asyncio.Event()
        self.channel: asyncio.Future[webrtc.RTCDataChannel] = asyncio.get_running_loop().create_future()
        self.gated_ns: list[int] = []
        self.asks = 0

        self.meeting = Meeting("call", participants=2)
        self.other = self.meeting.join_adult("the other", 0)
        text = "With your consent we train our speech model with your voice and your picture."
        self.notice = self.meeting.show(text, "1", "en", "Example Conferencing", list(KINDS.values()), Purpose.TRAIN)
        model = self.meeting.open_outlet("speech-model", Purpose.TRAIN)
        self.taps = {}
        start = ntp_time(self.start_unix)
        self.clocks = {kind: CaptureClock(rate, WORST_DELAY, start, CLOCK_ERROR) for kind, rate in RATES.items()}
        for name, kind in KINDS.items():
            form = Format.OPAQUE if options.fault == "blind" else FORMATS[name]
            stream = self.meeting.open_stream(StreamType.OWNED, kind, form, owner=self.other)
            self.taps[name] = self.meeting.tap(stream, model)

    def now(self) -> int:
        return (time.monotonic_ns() - self.start) // 1000

    def describe(self, frame: object, kind: str) -> dict[str, object]:
        metadata = frame.get_metadata()
        captured = metadata.capture_time
        return {
            "kind": kind,
            "rtp": metadata.rtp_timestamp,
            "key": kind == "video" and frame.type == "key",
            # By the sender's own clock.
            "captured": None if captured is None else round(captured * 1000) - self.start_unix,
            "sha": hashlib.sha256(frame.data).hexdigest(),
        }

    # ---- What is sent ----

    def sender(self, kind: str) -> webrtc.RTCRtpScriptTransform:
        async def work(event: object) -> None:
            writer = event.transformer.writable.get_writer()
            async for frame in event.transformer.readable:
                self.sent.append(self.describe(frame, kind))
                await writer.write(frame)

        return webrtc.RTCRtpScriptTransform(work)

    async def speak(self, writer: object) -> None:
        with wave.open(str(MEDIA / self.options.voice)) as voice:
            rate = marks.RATE if self.options.marks else voice.getframerate()
            samples = voice.readframes(voice.getnframes())
        sound = marks.Sound()
        ten_ms = rate // 100
        begin = time.monotonic()
        count = 0
        while not self.over.is_set():
            at = count * ten_ms * 2 % (len(samples) - ten_ms * 2)
            data = sound.at(time.time(), ten_ms) if self.options.marks else samples[at : at + ten_ms * 2]
            init = webrtc.AudioDataInit(
                format="s16", sample_rate=rate, number_of_frames=ten_ms, number_of_channels=1, timestamp=count * 10_000, data=data
            )
            await writer.write(webrtc.AudioData(init))
            count += 1
            await asyncio.sleep(max(0.0, begin + count * 0.01 - time.monotonic()))

    async def show(self, writer: object) -> None:
        content = (MEDIA / "gallery.y4m").read_bytes()
        pictures = [part.split(b"\n", 1)[1] for part in content.split(b"FRAME")[1:]]
        begin = time.monotonic()
        count = 0
        while not self.over.is_set():
            init = webrtc.VideoFrameBufferInit(format="I420", coded_width=160, coded_height=120, timestamp=time.monotonic_ns() // 1000)
            picture = marks.picture(time.time()) if self.options.marks else pictures[count % len(pictures)][: 160 * 120 * 3 // 2]
            await writer.write(webrtc.VideoFrame(picture, init))
            count += 1
            await asyncio.sleep(max(0.0, begin + count * 0.05 - time.monotonic()))

    # ---- What is received ----

    def receiver(self, kind: str) -> webrtc.RTCRtpScriptTransform:
        async def work(event: object) -> None:
            writer = event.transformer.writable.get_writer()
            queue: list[tuple[int, int, bytes, dict[str, object]]] = []
            first = None
            if self.options.marks:
                self.queues.append(asyncio.create_task(self.in_order(queue, kind, event.transformer)))
            async for frame in event.transformer.readable:
                told = self.describe(frame, kind)
                told["released"] = False
                if self.options.gate:
                    told["arrived"] = self.now()
                    told["captured"] = self.captured(frame.get_metadata(), kind, told["arrived"])
                    if self.options.marks:
                        first = told["rtp"] - (1 << 30) if first is None else first
                        heapq.heappush(queue, ((told["rtp"] - first) % (1 << 32), told["arrived"], bytes(frame.data), told))
                    else:
                        await self.offer(frame.data, kind, told, event.transformer)
                told["untouched"] = hashlib.sha256(frame.data).hexdigest() == told["sha"]
                if not self.options.marks:
                    self.received.append(told)
                self.kinds.append(kind)
                if {"audio", "video"} <= set(self.kinds[-40:]):
                    self.flowing.set()
                if self.options.fault != "eat" or told["released"]:
                    await writer.write(frame)

        return webrtc.RTCRtpScriptTransform(work)

    async def in_order(self, queue: list[tuple[int, int, bytes, dict[str, object]]], kind: str, transformer: object) -> None:
        """Offers what has waited, the first of it first."""
        while True:
            while queue and self.now() >= queue[0][1] + HELD * 1e6:
                _, _, data, told = heapq.heappop(queue)
                await self.offer(data, kind, told, transformer)
                self.received.append(told)
            await asyncio.sleep(0.005)

    async def offer(self, data: object, kind: str, told: dict[str, object], transformer: object) -> None:
        self.gate(data, kind, told)
        # It may depend on what was withheld: only the sender can help.
        if self.taps[kind].keyframe_request(told["now"], ASK_AGAIN):
            self.asks += 1
            await transformer.send_key_frame_request()

    def gate(self, data: object, kind: str, told: dict[str, object]) -> None:
        told["now"] = self.now()
        captured = told["captured"] - EARLIER[kind]
        before = time.perf_counter_ns()
        with self.taps[kind].admit(data, captured, told["now"], Owner(), keyframe=told["key"] if kind == "video" else None) as cleared:
            if cleared.planes:
                self.outlet.append(bytes(cleared.data))
                if kind == "audio":
                    self.voices.append(self.outlet[-1])
                told["released"] = True
            elif self.options.fault == "leak":
                self.outlet.append(bytes(data))
                told["released"] = True
        self.gated_ns.append(time.perf_counter_ns() - before)
        told["reason"] = cleared.reason

    def captured(self, metadata: object, kind: str, arrival: int) -> int:
        """When a received frame was captured, at the earliest, by the meeting's clock."""
        if self.options.dated == "arrival":
            return arrival
        taken, offset = metadata.capture_time, metadata.sender_capture_time_offset
        return self.clocks[kind].captured(
            metadata.rtp_timestamp,
            arrival,
            capture_time=0 if taken is None else ntp_time(round(taken * 1000)),
            clock_offset=None if offset is None else ntp_units(round(offset * 1000)),
            csrcs=metadata.contributing_sources or (),
        )

    def heard(self, message: str) -> None:
        """What the other person says."""
        told = json.loads(message)
        if "sent" in told:
            self.expected = told["sent"]
            return
        now, scope = self.now(), (list(KINDS.values()), Purpose.TRAIN)
        if told["say"] == "grant":
            self.meeting.grant(Authority.PARTICIPANT, self.other, self.notice, *scope, Method.CLICKED, now)
            self.changes.append({"say": "grant", "at": now})
        else:
            settling = self.meeting.withdraw(Authority.PARTICIPANT, self.other, *scope, now)
            self.changes.append({"say": "withdraw", "at": now, "settled": settling.is_settled(), "settled_at": self.now()})

    # ---- The call ----

    async def connect(self) -> None:
        pc = self.connection
        video = webrtc.VideoTrackGenerator()
        audio = webrtc.MediaStreamTrackGenerator("audio")

        def on_track(event: object) -> None:
            event.receiver.transform = self.receiver(event.track.kind)

        def on_channel(channel: webrtc.RTCDataChannel) -> None:
            channel.on("message", lambda event: self.heard(event.data))
            channel.on("open", lambda _: self.channel.done() or self.channel.set_result(channel))
            if channel.ready_state == "open" and not self.channel.done():
                self.channel.set_result(channel)

        def tell_capture_times() -> None:
            for transceiver in pc.get_transceivers():
                extensions = transceiver.get_header_extensions_to_negotiate()
                for extension in extensions:
                    if extension.uri == CAPTURE_TIME:
                        extension.direction = "sendrecv"
                transceiver.set_header_extensions_to_negotiate(extensions)

        async def gathered() -> None:
            while pc.ice_gathering_state != "complete":
                await asyncio.sleep(0.01)

        pc.on("track", on_track)
        pc.on("datachannel", lambda event: on_channel(event.channel))
        for track in (audio, video.track):
            pc.add_track(track).transform = self.sender(track.kind)
        if self.options.role == "caller":
            on_channel(pc.create_data_channel("consent"))
            tell_capture_times()
            await pc.set_local_description(await pc.create_offer())
            await gathered()
            say({"type": "offer", "sdp": pc.local_description.sdp})
            await pc.set_remote_description(webrtc.RTCSessionDescriptionInit(**await listen()))
        else:
            await pc.set_remote_description(webrtc.RTCSessionDescriptionInit(**await listen()))
            tell_capture_times()
            await pc.set_local_description(await pc.create_answer())
            await gathered()
            say({"type": "answer", "sdp": pc.local_description.sdp})
        channel = await self.channel
        sources = [asyncio.create_task(self.speak(audio.writable.get_writer())), asyncio.create_task(self.show(video.writable.get_writer()))]
        await self.flowing.wait()
        begin = time.monotonic()
        for at, word in STORY:
            await asyncio.sleep(max(0.0, begin + at * (FAR if self.options.marks else 1) - time.monotonic()))
            if word != "end":
                channel.send(json.dumps({"say": word}))
        self.over.set()
        await asyncio.gather(*sources)
        await asyncio.sleep(0.5)
        channel.send(json.dumps({"sent": {kind: sum(each["kind"] == kind for each in self.sent) for kind in KINDS}}))

    async def settle(self) -> None:
        """Until what was sent has arrived, or for two seconds."""
        for _ in range(100):
            counts = {kind: sum(each["kind"] == kind for each in self.received) for kind in KINDS}
            if counts == self.expected:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)

    async def report(self) -> dict[str, object]:
        stats = list((await self.connection.get_stats()).values())
        counts: dict[str, dict[str, object]] = {kind: {} for kind in KINDS}
        for each in stats:
            if each.type == "outbound-rtp":
                counts[each.kind]["packets_sent"] = each.packets_sent
                counts[each.kind]["frames_sent"] = each.frames_sent
            elif each.type == "inbound-rtp":
                names = ["packets_received", "packets_lost", "frames_received", "frames_decoded", "frames_dropped", "concealed_samples", "total_samples_received"]
                counts[each.kind].update({name: getattr(each, name) for name in names})
        counters = {}
        for kind, tap in self.taps.items():
            told = tap.counters()
            counters[kind] = {"seen": told.seen, "whole": told.whole, "dropped": told.dropped}
        return {
            "sent": self.sent, "received": self.received, "changes": self.changes, "counts": counts, "counters": counters,
            "outlet": [hashlib.sha256(frame).hexdigest() for frame in self.outlet],
            "frames": [base64.b64encode(frame).decode() for frame in self.outlet],
            "unix": self.start_unix, "python_ns": sorted(self.gated_ns), "library_ns": self.library_ns(), "asks": self.asks,
        }  # fmt: skip

    def library_ns(self) -> float:
        """What a voice's frame takes in the library alone, without Python: those of the outlet once more in one call, the least of 20."""
        now, count = self.now(), min(len(self.voices), 1024)
        if count == 0:
            return 0.0
        held: list[object] = []
        contents = [_payload(frame, held) for frame in self.voices[:count]]
        frames = (_c.Frame * count)(*(_c.Frame(contributors=1, captured=now) for _ in contents))
        payloads = (_c.Payload * count)(*contents)
        cleared, handed_on = (_c.Cleared * count)(*(_c.Cleared() for _ in contents)), ctypes.c_size_t()
        tap, taken = self.taps["audio"], []
        for _ in range(20):
            before = time.perf_counter_ns()
            admitted = _c.call.framegate_tap_admit(tap._handle, frames, payloads, count, now, cleared, handed_on)
            taken.append((time.perf_counter_ns() - before) / count)
            if admitted != 0 or handed_on.value != count:
                raise RuntimeError(f"{handed_on.value} of {count} released: {admitted}")
            _c.call.framegate_tap_end(tap._handle)
        return min(taken)


def say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)


async def listen() -> dict[str, object]:
    return json.loads(await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["caller", "callee"])
    parser.add_argument("--voice", required=True)
    parser.add_argument("--no-gate", dest="gate", action="store_false")
    parser.add_argument("--fault", choices=["leak", "eat", "blind"])
    parser.add_argument("--marks", action="store_true")
    parser.add_argument("--dated", choices=["arrival"])
    client = Client(parser.parse_args())
    await client.connect()
    await client.settle()
    say(await client.report())
    # The other may still be counting.
    await listen()
    # What waits for frames ends with the call.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    client.connection.close()


asyncio.run(main())
