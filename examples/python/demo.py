"""Records a gallery of four people, of whom two agree and one of these withdraws: `demo.py GALLERY.y4m OUT.y4m`.

Who has not agreed is a black tile. The picture is 160x120, a quarter of it each, as in examples/meeting/standup.
"""

import sys
from pathlib import Path

from framegate import Authority, Complete, Error, Format, Kind, Ledger, Meeting, Method, Participant, Purpose, Rectangle, StreamType

WIDTH, HEIGHT, MICROSECONDS = 160, 120, 200_000
LUMA, CHROMA = WIDTH * HEIGHT, WIDTH * HEIGHT // 4
NOTICE = "With your consent we record your picture."
AGREE = ["reader", "operator"]
TILES = {"reader": (0, 0), "dealer": (80, 0), "operator": (0, 60), "operadora": (80, 60)}


def main(source: Path, target: Path) -> None:
    lines: list[str] = []
    with Meeting("gallery", event=lines.append) as meeting:
        people = {name: meeting.join_adult(name, 0) for name in TILES}
        notice = meeting.show(NOTICE, "1", "en", "Example Ltd", [Kind.VIDEO], Purpose.RECORD)
        gallery = meeting.open_stream(StreamType.COMPOSITE, Kind.VIDEO, Format.I420, size=(WIDTH, HEIGHT))
        recorder = meeting.open_outlet("recorder", Purpose.RECORD, blanks=[Kind.VIDEO])
        tap = meeting.tap(gallery, recorder)
        regions = [Rectangle(people[name], x, y, 80, 60) for name, (x, y) in TILES.items()]

        def agree(authority: Authority, who: Participant, now: int) -> None:
            meeting.grant(authority, who, notice, [Kind.VIDEO], Purpose.RECORD, Method.CLICKED, now)

        # At 0.4 s two agree; at 2 s the host tries to for a third; at 6 s one of the two withdraws.
        story = [(400_000, "agree"), (2_000_000, "overreach"), (6_000_000, "withdraw")]

        header, *frames = source.read_bytes().split(b"FRAME\n")
        with target.open("wb") as out:
            out.write(header)
            for number, frame in enumerate(frames):
                captured, now = number * MICROSECONDS, (number + 1) * MICROSECONDS
                while story and story[0][0] <= now:
                    at, what = story.pop(0)
                    if what == "agree":
                        for name in AGREE:
                            agree(Authority.PARTICIPANT, people[name], at)
                    elif what == "overreach":
                        try:
                            agree(Authority.HOST, people["dealer"], at)
                        except Error as error:
                            print(f"the host for dealer: {error}")
                    else:
                        settling = meeting.withdraw(Authority.PARTICIPANT, people["operator"], [Kind.VIDEO], Purpose.RECORD, at)
                        print(f"operator withdraws: settled {settling.is_settled()}")
                y, u, v = frame[:LUMA], frame[LUMA : LUMA + CHROMA], frame[LUMA + CHROMA :]
                planes = [(y, WIDTH), (u, WIDTH // 2), (v, WIDTH // 2)]
                into = [(bytearray(len(plane)), stride) for plane, stride in planes]
                with tap.admit(planes, captured, now, Complete(list(people.values())), regions=regions, into=into) as cleared:
                    out.write(b"FRAME\n" + b"".join(cleared.planes))
        counters = tap.counters()
        print(f"seen {counters.seen}, whole {counters.whole}, redacted {counters.redacted}, blanked {counters.blanked}, dropped {counters.dropped}")
        tap.close()
        meeting.end()
    ledger = Ledger("".join(line + "\n" for line in lines).encode())
    print(ledger.receipt("operator"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: demo.py GALLERY.y4m OUT.y4m")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
