#!/usr/bin/env bash
# FFmpeg 7.0.2 (imageio-ffmpeg 0.6.0), H.264 by its libx264 with a cropping window of 8, 4, 6 and 2 samples at the left, top, right and bottom of 320x192.
#
# One would guess: decoded pictures have the size that the stream signals and that FFmpeg itself reports, 306x186 (ITU-T H.264, frame_crop_left_offset).
# Seen: they are 314x186. Samples at the left that the stream says are not to be shown are handed on; FFmpeg crops there only with `-flags unaligned`,
# as the rows of its buffers are to stay aligned. At the other three sides it crops.
#
# Who compares pictures of two decoders sample by sample, or hides a rectangle by coordinates of the picture shown, is 8 columns off.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv tools
tools/bin/pip install --quiet imageio-ffmpeg==0.6.0
ffmpeg=$(tools/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
"$ffmpeg" -version | sed -n 1p

"$ffmpeg" -v error -f lavfi -i testsrc2=size=320x192:rate=10:duration=1 -pix_fmt yuv420p -c:v libx264 -x264-params crop-rect=8,4,6,2 cropped.h264
reported=$("$ffmpeg" -i cropped.h264 2>&1 | grep -o 'yuv420p[^,]*, [0-9]*x[0-9]*' | grep -o '[0-9]*x[0-9]*$' || true)

# Of ten pictures in 4:2:0, how many samples each has.
luma() {
  "$ffmpeg" -v error -y "$@" -i cropped.h264 -pix_fmt yuv420p -f rawvideo decoded.yuv
  echo $(($(stat -c %s decoded.yuv) / 10 * 2 / 3))
}
plain=$(luma)
unaligned=$(luma -flags unaligned)
echo "reported $reported; decoded $((plain / 186))x186; with -flags unaligned $((unaligned / 186))x186"
[ "$reported $plain $unaligned" = "306x186 $((314 * 186)) $((306 * 186))" ]
