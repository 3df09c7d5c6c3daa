#!/bin/sh
# Makes the recordings of this folder again from their published origins (see README.md).
# Written for Debian 12; needs root (for apt-get), cargo and a network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 ffmpeg sox \
    pocketsphinx-testdata asterisk-core-sounds-fr-wav asterisk-core-sounds-es-wav

# The webcam capture, out of the test data of the crate str0m.
mkdir -p fetch/src
printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\nstr0m = { version = "=0.25.0", default-features = false }\n\n[workspace]\n' > fetch/Cargo.toml
: > fetch/src/lib.rs
str0m=$(cargo metadata --quiet --format-version 1 --manifest-path fetch/Cargo.toml |
    python3 -c 'import json, os, sys
print(*[os.path.dirname(p["manifest_path"]) for p in json.load(sys.stdin)["packages"] if p["name"] == "str0m"])')

# One WAV for each voice.
python3 "$here/make.py" voices "$here"

# The room mix: three voices, inseparable. -D: no dither.
sox -D "$here/operator.wav" -r 16000 operator-16k.wav
sox -D -m -v 0.8 "$here/reader.wav" -v 0.3 "$here/dealer.wav" -v 0.5 operator-16k.wav -b 16 "$here/mix.wav"

# The gallery.
python3 "$here/make.py" ivf "$str0m/tests/data/vp8.pcap" webcam.ivf
ffmpeg -v error -i webcam.ivf -fps_mode passthrough -pix_fmt yuv420p -f rawvideo webcam.yuv
python3 "$here/make.py" gallery webcam.yuv "$here/gallery.y4m"

cd "$here"
sha256sum -c <<'SUMS'
f5f32f93b5b62b2b3d4de8da6f94b0438f158f4f89ffcdd497ea7a862b00188d  reader.wav
a5ed552638421e5cb8805a3f3ba694b088d1882e4263e4be420098dff76123ab  dealer.wav
f2e46dc48d818ce6b74dcc11a86435e4945df59aee752fc504fafdb0e025e3ff  operator.wav
a755ee6867dea673ee868c9b7c2f3692d6ea76ac9a035f6536a27bd2ce232b12  operadora.wav
0f4ef7ab2e881f5590bac7d5c9eb4a4faee64cb62f3c2545e430ef12b88f4297  mix.wav
dbc49ecd711c8f52cae1d7e535e2505b398a57cb991083c1b07a842c127a5dbe  gallery.y4m
SUMS
python3 make.py check .
