"""What stands between two clients: it hands on each one's datagrams to the other, late, and not in their order.

`relay.py HERE THERE BASE JITTER`: two addresses of this namespace, one toward each client, and how long a datagram takes, in milliseconds: the base, and up to so
much more by chance. It prints its two ports, and ends when its standard input does.
"""

import asyncio
import random
import sys


class Side(asyncio.DatagramProtocol):
    """The side toward one client, whose address is that of the last datagram from it."""

    def __init__(self, delay: tuple[float, float], chance: random.Random) -> None:
        self.delay, self.chance = delay, chance
        self.client: tuple[str, int] | None = None
        self.other: "Side | None" = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self.client = address
        base, jitter = self.delay
        asyncio.get_running_loop().call_later((base + self.chance.random() * jitter) / 1000, self.other.hand_on, data)

    def hand_on(self, data: bytes) -> None:
        if self.client is not None and not self.transport.is_closing():
            self.transport.sendto(data, self.client)


async def main() -> None:
    addresses, delay = sys.argv[1:3], (float(sys.argv[3]), float(sys.argv[4]))
    loop, chance = asyncio.get_running_loop(), random.Random(1)
    sides = []
    for address in addresses:
        transport, side = await loop.create_datagram_endpoint(lambda: Side(delay, chance), local_addr=(address, 0))
        sides.append(side)
    here, there = sides
    here.other, there.other = there, here
    print(*(side.transport.get_extra_info("sockname")[1] for side in sides), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
