#!/usr/bin/env python3
"""What libfaad makes of frames of AAC: `faad.py adts`, or `faad.py CONFIG` with an AudioSpecificConfig in hexadecimal.

Standard input is the frames, each behind its length in four bytes, the lowest first. Of each it writes four integers of as many bytes: its error, or 0,
the sampling rate, the channels, and how many samples of all of them there are; and these, of 16 bits.
"""

import ctypes
import ctypes.util
import struct
import sys

S16 = 1

library = ctypes.util.find_library("faad")
if library is None:
    sys.exit("the tests need libfaad")
faad = ctypes.CDLL(library)


class Configuration(ctypes.Structure):
    _fields_ = [
        ("object_type", ctypes.c_ubyte), ("rate", ctypes.c_ulong), ("format", ctypes.c_ubyte),
        ("down_matrix", ctypes.c_ubyte), ("old_adts", ctypes.c_ubyte), ("not_upsampled", ctypes.c_ubyte),
    ]  # fmt: skip


class Info(ctypes.Structure):
    _fields_ = [
        ("consumed", ctypes.c_ulong), ("samples", ctypes.c_ulong), ("channels", ctypes.c_ubyte), ("error", ctypes.c_ubyte),
        ("rate", ctypes.c_ulong), ("more", ctypes.c_ubyte * 128),
    ]  # fmt: skip


faad.NeAACDecOpen.restype = ctypes.c_void_p
faad.NeAACDecGetCurrentConfiguration.restype = ctypes.POINTER(Configuration)
faad.NeAACDecDecode.restype = ctypes.c_void_p
for function in (faad.NeAACDecGetCurrentConfiguration, faad.NeAACDecSetConfiguration, faad.NeAACDecInit, faad.NeAACDecInit2, faad.NeAACDecDecode):
    function.argtypes = None

state = ctypes.c_void_p(faad.NeAACDecOpen())
configuration = faad.NeAACDecGetCurrentConfiguration(state)
configuration.contents.format = S16
configuration.contents.not_upsampled = 1
assert faad.NeAACDecSetConfiguration(state, configuration)
rate, channels = ctypes.c_ulong(), ctypes.c_ubyte()
begun = False
while length := sys.stdin.buffer.read(4):
    frame = sys.stdin.buffer.read(struct.unpack("<I", length)[0])
    if not begun:
        begun = True
        if sys.argv[1] == "adts":
            at = faad.NeAACDecInit(state, frame, ctypes.c_ulong(len(frame)), ctypes.byref(rate), ctypes.byref(channels))
        else:
            config = bytes.fromhex(sys.argv[1])
            at = faad.NeAACDecInit2(state, config, ctypes.c_ulong(len(config)), ctypes.byref(rate), ctypes.byref(channels))
        assert at == 0, at
    info = Info()
    samples = faad.NeAACDecDecode(state, ctypes.byref(info), frame, ctypes.c_ulong(len(frame)))
    count = info.samples if samples else 0
    sys.stdout.buffer.write(struct.pack("<IIII", info.error, info.rate, info.channels, count))
    sys.stdout.buffer.write(ctypes.string_at(samples, 2 * count) if count else b"")
