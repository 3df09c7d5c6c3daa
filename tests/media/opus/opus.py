#!/usr/bin/env python3
"""What libopus makes of packets: `opus.py STREAMS COUPLED` decodes them one after the other, `opus.py fec` tells what each yields of the time before it,
`opus.py parse` how many samples each would have, 0 for what is no packet.

Standard input is the packets, each behind its length in four bytes, the lowest first. Of each it prints how many samples it has and the largest.
For `fec` each has a decoder of its own, which has heard nothing, and which is told that the packet before was lost.
"""

import ctypes
import ctypes.util
import struct
import sys

RATE = 48000
LONGEST = RATE * 120 // 1000

library = ctypes.util.find_library("opus")
if library is None:
    sys.exit("the tests need libopus")
opus = ctypes.CDLL(library)
opus.opus_multistream_decoder_create.restype = ctypes.c_void_p


def decoder(streams, coupled):
    mapping = bytes(range(streams + coupled))
    error = ctypes.c_int()
    made = opus.opus_multistream_decoder_create(RATE, streams + coupled, streams, coupled, mapping, ctypes.byref(error))
    assert error.value == 0, error.value
    return ctypes.c_void_p(made)


def decoded(state, packet, channels, room, fec):
    pcm = (ctypes.c_int16 * (room * channels))()
    samples = opus.opus_multistream_decode(state, packet, len(packet), pcm, room, fec)
    assert samples > 0, samples
    print(samples, max(map(abs, pcm[: samples * channels])))


def packets():
    while length := sys.stdin.buffer.read(4):
        yield sys.stdin.buffer.read(struct.unpack("<I", length)[0])


if sys.argv[1] == "parse":
    for packet in packets():
        sizes = (ctypes.c_int16 * 48)()
        count = opus.opus_packet_parse(packet, len(packet), None, None, sizes, None)
        print(opus.opus_packet_get_nb_samples(packet, len(packet), RATE) if count > 0 else 0, 0)
elif sys.argv[1] == "fec":
    for packet in packets():
        state = decoder(1, 1)
        decoded(state, packet, 2, opus.opus_packet_get_nb_samples(packet, len(packet), RATE), 1)
        opus.opus_multistream_decoder_destroy(state)
else:
    streams, coupled = int(sys.argv[1]), int(sys.argv[2])
    state = decoder(streams, coupled)
    for packet in packets():
        decoded(state, packet, streams + coupled, LONGEST, 0)
