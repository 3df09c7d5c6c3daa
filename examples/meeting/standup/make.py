"""Parts of make.sh: voices, RTP to IVF, the gallery, and a check of the whole folder. Standard library only."""

import json
import os
import struct
import sys
import wave

SPHINX = "/usr/share/pocketsphinx/test/data"
SOUNDS = "/usr/share/asterisk/sounds"
SECONDS = 12

# Person: sample rate, folder, clips in the order spoken.
VOICES = {
    "reader": (16000, SPHINX + "/librivox", [
        "sense_and_sensibility_01_austen_64kb-0880.wav",
        "sense_and_sensibility_01_austen_64kb-0890.wav",
        "sense_and_sensibility_01_austen_64kb-0930.wav",
    ]),
    "dealer": (16000, SPHINX + "/cards", ["001.wav", "002.wav", "003.wav", "004.wav", "005.wav"]),
    "operator": (8000, SOUNDS + "/fr_CA_f_June", [
        "conf-placeintoconf.wav", "conf-now-recording.wav", "conf-roll-callcomplete.wav",
        "conf-unmuted.wav", "queue-thankyou.wav",
    ]),
    "operadora": (8000, SOUNDS + "/es_MX_f_Allison", [
        "conf-placeintoconf.wav", "conf-now-recording.wav", "conf-roll-callcomplete.wav",
        "queue-thankyou.wav",
    ]),
}


def voices(out):
    """Each person's clips, samples untouched, with equal pauses before, between and after them."""
    for who, (rate, folder, names) in VOICES.items():
        clips = []
        for name in names:
            with wave.open(os.path.join(folder, name)) as w:
                assert (w.getnchannels(), w.getsampwidth(), w.getframerate()) == (1, 2, rate), name
                clips.append(w.readframes(w.getnframes()))
        spare = SECONDS * rate - sum(len(c) // 2 for c in clips)
        assert spare >= 0, who
        pause = b"\0\0" * (spare // (len(clips) + 1))
        data = pause + b"".join(c + pause for c in clips)
        data += b"\0" * (SECONDS * rate * 2 - len(data))
        with wave.open(os.path.join(out, who + ".wav"), "wb") as w:
            w.setparams((1, 2, rate, 0, "NONE", ""))
            w.writeframes(data)


def ivf(pcap, out):
    """VP8 over RTP (RFC 7741) in a little-endian pcap of IPv4/UDP, as IVF."""
    data = open(pcap, "rb").read()
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    packets, at = [], 24
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        packet, at = data[at + 16:at + 16 + size], at + 16 + size
        ip = packet[14:]  # Ethernet
        assert ip[0] >> 4 == 4 and ip[9] == 17
        rtp = ip[(ip[0] & 15) * 4 + 8:]
        head = 12 + 4 * (rtp[0] & 15)
        if rtp[0] & 0x10:
            head += 4 + 4 * struct.unpack_from(">H", rtp, head + 2)[0]
        payload = rtp[head:len(rtp) - rtp[-1]] if rtp[0] & 0x20 else rtp[head:]
        skip = 1
        if payload[0] & 0x80:  # X: I, L, T, K
            flags, skip = payload[1], 2
            if flags & 0x80:
                skip += 2 if payload[skip] & 0x80 else 1
            if flags & 0x40:
                skip += 1
            if flags & 0x30:
                skip += 1
        seq, time = struct.unpack_from(">HI", rtp, 2)
        packets.append((seq, time, payload[skip:]))
    packets.sort()
    frames = {}
    for _, time, payload in packets:
        frames[time] = frames.get(time, b"") + payload
    first = min(frames)
    width, height = struct.unpack_from("<HH", frames[first], 6)
    with open(out, "wb") as f:
        f.write(b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, b"VP80", width & 0x3FFF, height & 0x3FFF,
                                      90000, 1, len(frames), 0))
        for time, frame in sorted(frames.items()):
            f.write(struct.pack("<IQ", len(frame), time - first) + frame)


# The webcam pictures used, 0.2 s apart (the camera made 30 a second; before them it was still
# gaining quality), played forwards and backwards by turns: 14 pictures, a period of 26.
CAMERA = (240, 180)
USED = list(range(20, 100, 6))
TURNS = USED + USED[-2:0:-1]
# Person: place in the gallery, top left of the part of the webcam picture shown, how many
# samples each way become one, mirrored, and the picture of TURNS it begins with.
TILES = {
    "reader": ((0, 0), (0, 0), 3, False, 0),
    "dealer": ((80, 0), (80, 116), 1, False, 7),
    "operator": ((0, 60), (40, 60), 2, True, 13),
    "operadora": ((80, 60), (80, 60), 2, False, 20),
}


def gallery(yuv, out):
    data = open(yuv, "rb").read()
    width, height = CAMERA
    size = width * height * 3 // 2
    assert len(data) % size == 0 and len(data) // size > USED[-1]
    with open(out, "wb") as f:
        f.write(b"YUV4MPEG2 W160 H120 F5:1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n")
        for n in range(SECONDS * 5):
            f.write(b"FRAME\n")
            base = 0
            for plane in range(3):
                half = 1 if plane == 0 else 2
                stride = width // half
                picture = bytearray(160 * 120 // half // half)
                offset = base
                base += stride * (height // half)
                for (left, top), (x0, y0), by, mirror, start in TILES.values():
                    camera = TURNS[(start + n) % len(TURNS)] * size + offset
                    for y in range(60 // half):
                        row = []
                        for x in range(80 // half):
                            total = 0
                            for dy in range(by):
                                at = camera + (y0 // half + y * by + dy) * stride + x0 // half + x * by
                                total += sum(data[at:at + by])
                            row.append((total + by * by // 2) // (by * by))
                        if mirror:
                            row.reverse()
                        to = (top // half + y) * (160 // half) + left // half
                        picture[to:to + len(row)] = bytes(row)
                f.write(picture)


def check(folder):
    """That the files are what meeting.json and README.md say."""
    path = lambda name: os.path.join(folder, name)
    meeting = json.load(open(path("meeting.json"), encoding="utf-8"))
    people = {p if isinstance(p, str) else p["id"] for p in meeting["people"]}
    notices = {n["id"]: n for n in meeting["notices"]}
    streams = {s["name"]: s for s in meeting["streams"]}
    last = 0
    for e in meeting["timeline"]:
        assert e["at"] >= last, e
        last = e["at"]
        assert e.get("who", "reader") in people and e.get("stream", "chat") in streams
        if e["event"] == "grant":
            n = notices[e["notice"]]
            assert set(e["kinds"]) <= set(n["kinds"]) and set(e["purposes"]) <= set(n["purposes"]), e
    opened = [e["stream"] for e in meeting["timeline"] if e["event"] == "open"]
    assert sorted(opened) == sorted(streams)
    for s in meeting["streams"]:
        name = path(s["file"])
        if name.endswith(".wav"):
            with wave.open(name) as w:
                assert w.getnchannels() == 1 and w.getsampwidth() == 2 and w.getnframes() == SECONDS * w.getframerate()
                rate, samples = w.getframerate(), w.readframes(w.getnframes())
            head = open(name, "rb").read(44)
            assert head[12:16] == b"fmt " and head[36:40] == b"data" and os.path.getsize(name) == 44 + len(samples)
            values = struct.unpack("<%dh" % (len(samples) // 2), samples)
            assert all(any(values[i * rate // 2:(i + 1) * rate // 2]) for i in range(2 * SECONDS)), name
            print(s["name"], rate, "Hz, peak", max(map(abs, values)))
        elif name.endswith(".y4m"):
            raw = open(name, "rb").read()
            head, rest = raw.split(b"\n", 1)
            size = 6 + 160 * 120 * 3 // 2
            assert len(rest) == SECONDS * 5 * size and all(rest[i:i + 6] == b"FRAME\n" for i in range(0, len(rest), size))
            lows = []
            for i in range(6, len(rest), size):
                for (left, top), *_ in TILES.values():
                    tile = b"".join(rest[i + (top + y) * 160 + left:][:80] for y in range(60))
                    lows.append(sum(tile) / len(tile))
            area = sum(c["rect"][2] * c["rect"][3] for c in s["composite"])
            assert area == 160 * 120
            assert {c["owner"]: tuple(c["rect"][:2]) for c in s["composite"]} == {w: t[0] for w, t in TILES.items()}
            luma = b"".join(rest[i:i + 160 * 120] for i in range(6, len(rest), size))
            assert 16 <= min(luma) and max(luma) <= 235
            print(s["name"], head.decode(), len(rest) // size, "pictures, darkest tile's mean luma", round(min(lows)))
        else:
            said, last, quotes = [], 0, 0
            for line in open(name, encoding="utf-8"):
                m = json.loads(line)
                assert last <= m["at"] < SECONDS * 1000 and m["author"] in people
                last = m["at"]
                for q in m.get("quotes", []):
                    words = m["text"].encode()[q["start"]:q["end"]].decode()
                    assert any(o["at"] == q["at"] and o["author"] == q["owner"] and words in o["text"] for o in said), words
                    print("quoted from", q["owner"], "at", q["at"], "->", words)
                    quotes += 1
                said.append(m)
            assert quotes
            print(s["name"], len(said), "messages")
    total = sum(os.path.getsize(path(n)) for n in os.listdir(folder))
    assert total < 4_000_000
    print("all files:", total, "bytes")


if __name__ == "__main__":
    {"voices": voices, "ivf": ivf, "gallery": gallery, "check": check}[sys.argv[1]](*sys.argv[2:])
