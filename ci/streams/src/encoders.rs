//! Real encoders with unusual options.

use crate::codec::Codec::{self, Av1, H264, Hevc, Vp8, Vp9};

const X264: &[&str] = &[
    "-profile:v baseline -x264-params bframes=0:ref=1",
    "-profile:v baseline -x264-params bframes=0:ref=5:slices=3",
    "-profile:v main -x264-params bframes=0:cabac=1:ref=3",
    "-profile:v main -x264-params bframes=0:cabac=0:weightp=2",
    "-profile:v high -x264-params bframes=0:8x8dct=1:ref=16",
    "-profile:v high -x264-params bframes=2:b-adapt=0",
    "-profile:v high -x264-params bframes=5:b-pyramid=strict:b-adapt=0",
    "-profile:v high -x264-params bframes=8:b-pyramid=normal:weightb=1:direct=spatial",
    "-profile:v high -x264-params bframes=3:direct=temporal",
    "-profile:v high -x264-params bframes=0:intra-refresh=1",
    "-profile:v high -x264-params bframes=2:open-gop=1",
    "-profile:v high -x264-params interlaced=1",
    "-profile:v high -x264-params bff=1:bframes=0",
    "-profile:v high -x264-params fake-interlaced=1:bframes=0",
    "-profile:v high10 -pix_fmt yuv420p10le -x264-params bframes=0",
    "-profile:v high422 -pix_fmt yuv422p -x264-params bframes=0",
    "-profile:v high444 -pix_fmt yuv444p -x264-params bframes=0",
    "-pix_fmt gray -x264-params bframes=0",
    "-x264-params bframes=0:qp=0",
    "-x264-params bframes=0:qp=51",
    "-x264-params bframes=0:slice-max-size=200",
    "-x264-params bframes=0:slice-max-mbs=7",
    "-x264-params bframes=0:sliced-threads=1:threads=4",
    "-x264-params bframes=0:nal-hrd=vbr:vbv-maxrate=300:vbv-bufsize=300",
    "-x264-params bframes=0:nal-hrd=cbr:bitrate=200:vbv-maxrate=200:vbv-bufsize=200:filler=1",
    "-x264-params bframes=0:aud=1:pic-struct=1",
    "-x264-params bframes=0:constrained-intra=1",
    "-x264-params bframes=0:no-deblock=1:partitions=none",
    "-x264-params bframes=0:deblock=6,6",
    "-x264-params bframes=0:cqm=jvt",
    "-x264-params bframes=0:trellis=2:psy-rd=2,2:me=tesa",
    "-x264-params bframes=0:chroma-qp-offset=12",
    "-x264-params bframes=0:fullrange=on:colormatrix=bt709",
    "-x264-params bframes=0:sar=12/11:overscan=crop:videoformat=pal",
    "-x264-params bframes=0:crop-rect=8,4,6,2",
    "-x264-params bframes=0:frame-packing=5",
    "-x264-params bframes=0:stitchable=1",
    "-x264-params bframes=0:level=1.1:ref=2",
    "-x264-params bframes=0:keyint=1",
    "-tune zerolatency",
    "-tune stillimage -x264-params bframes=0",
    "-preset placebo -x264-params bframes=0",
    "-preset ultrafast",
    "-x264-params bframes=0:weightp=2:ref=4 -vf scale=160:120,fade=in:0:20",
    "-x264-params bframes=0:aq-mode=3:mbtree=0",
    "-x264-params bframes=0:bluray-compat=1:nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900",
    "-x264-params bframes=0:force-cfr=1:opts=0",
    "-x264-params bframes=0:avcintra-class=0:no-8x8dct=1",
];

const X265: &[&str] = &[
    "bframes=0",
    "bframes=0:ctu=16",
    "bframes=0:ctu=32:max-tu-size=4",
    "bframes=0:ctu=64:min-cu-size=32",
    "bframes=2:b-adapt=0",
    "bframes=4:b-pyramid=1",
    "bframes=3:open-gop=1",
    "bframes=0:lossless=1",
    "bframes=0:cu-lossless=1",
    "bframes=0:wpp=0",
    "bframes=0:slices=3",
    "bframes=0:sao=0:deblock=false",
    "bframes=0:deblock=6,-6",
    "bframes=0:amp=1:rect=1",
    "bframes=0:tskip=1",
    "bframes=0:weightp=1:ref=5",
    "bframes=3:weightb=1:ref=6",
    "bframes=0:constrained-intra=1",
    "bframes=0:strong-intra-smoothing=0",
    "bframes=0:scaling-list=default",
    "bframes=0:signhide=0",
    "bframes=0:temporal-layers=1",
    "bframes=2:temporal-layers=1",
    "bframes=0:aud=1:hrd=1:vbv-maxrate=300:vbv-bufsize=300",
    "bframes=0:hash=1",
    "bframes=0:intra-refresh=1",
    "bframes=0:repeat-headers=0",
    "bframes=0:qp=51",
    "bframes=0:qp=1",
    "bframes=0:cbqpoffs=12:crqpoffs=-12",
    "bframes=0:range=full:colormatrix=bt709",
    "bframes=0:sar=3:videoformat=1:overscan=show",
    "bframes=0:display-window=8,4,8,4",
    "bframes=0:keyint=1",
    "bframes=0:idr-recovery-sei=1",
    "bframes=0:field=1",
    "bframes=0:interlace=1",
    "bframes=0:level-idc=31:high-tier=1",
    "bframes=0:opt-qp-pps=1",
    "bframes=0:rd=6:tu-intra-depth=4:tu-inter-depth=4",
    "bframes=0:hevc-aq=1",
    "bframes=0:multi-pass-opt-analysis=0:nr-inter=500",
    "bframes=0:max-merge=1:no-temporal-mvp=1",
];

const X265_FORMATS: &[&str] = &["yuv420p10le", "yuv420p12le", "yuv422p", "yuv444p", "gray"];

const VP8: &[&str] = &[
    "--lag-in-frames=0 --auto-alt-ref=0",
    "--lag-in-frames=16 --auto-alt-ref=1",
    "--lag-in-frames=25 --auto-alt-ref=1 --arnr-maxframes=15 --arnr-strength=6",
    "--profile=1",
    "--profile=2",
    "--profile=3",
    "--token-parts=3",
    "--error-resilient=1",
    "--error-resilient=2",
    "--error-resilient=3 --token-parts=2",
    "--rt --cpu-used=16",
    "--rt --cpu-used=-16 --noise-sensitivity=4",
    "--sharpness=7",
    "--static-thresh=1000",
    "--drop-frame=60 --target-bitrate=20",
    "--resize-allowed=1 --target-bitrate=15",
    "--min-q=0 --max-q=0",
    "--min-q=63 --max-q=63",
    "--end-usage=cbr --target-bitrate=100 --buf-sz=500",
    "--end-usage=cq --cq-level=20",
    "--screen-content-mode=1",
    "--screen-content-mode=2 --rt",
    "--tune=ssim",
    "--gf-cbr-boost=200 --end-usage=cbr --rt",
    "--max-intra-rate=100 --rt",
    "--kf-max-dist=1",
    "--threads=4 --token-parts=1",
];

const VP9: &[&str] = &[
    "--lag-in-frames=0 --auto-alt-ref=0",
    "--lag-in-frames=16 --auto-alt-ref=1",
    "--lag-in-frames=25 --auto-alt-ref=6",
    "--rt --cpu-used=9",
    "--rt --cpu-used=5 --aq-mode=3 --end-usage=cbr",
    "--lossless=1",
    "--error-resilient=1",
    "--frame-parallel=1 --error-resilient=1",
    "--frame-parallel=0 --tile-columns=2 --tile-rows=2",
    "--aq-mode=1",
    "--aq-mode=2",
    "--tune-content=screen",
    "--tune-content=film",
    "--min-q=0 --max-q=0",
    "--min-q=63 --max-q=63",
    "--color-space=bt709",
    "--profile=2 --bit-depth=10",
    "--profile=2 --bit-depth=12",
    "--row-mt=1 --threads=4",
    "--sharpness=7",
    "--static-thresh=1000 --rt",
    "--kf-max-dist=1",
    "--max-gf-interval=4 --min-gf-interval=2",
    "--enable-tpl=1 --lag-in-frames=20",
    "--target-level=10",
    "--end-usage=q --cq-level=30",
    "--drop-frame=50 --target-bitrate=10 --rt",
];

const AV1: &[&str] = &[
    "-c:v libaom-av1 -usage realtime -cpu-used 8 -lag-in-frames 0",
    "-c:v libaom-av1 -cpu-used 8",
    "-c:v libaom-av1 -cpu-used 8 -lag-in-frames 20 -auto-alt-ref 1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params enable-order-hint=0",
    "-c:v libaom-av1 -cpu-used 8 -aom-params film-grain-test=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params film-grain-test=7",
    "-c:v libaom-av1 -cpu-used 8 -aom-params sb-size=64",
    "-c:v libaom-av1 -cpu-used 8 -aom-params reduced-tx-type-set=1:enable-cdef=0:enable-restoration=0",
    "-c:v libaom-av1 -cpu-used 8 -aom-params lossless=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params frame-parallel=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params cdf-update-mode=0",
    "-c:v libaom-av1 -cpu-used 8 -aom-params tile-columns=1:tile-rows=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params num-tile-groups=2:tile-columns=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params enable-palette=1:tune-content=screen",
    "-c:v libaom-av1 -cpu-used 8 -aom-params enable-intrabc=1:tune-content=screen",
    "-c:v libaom-av1 -cpu-used 8 -aom-params aq-mode=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params deltaq-mode=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params enable-qm=1",
    "-c:v libaom-av1 -cpu-used 8 -aom-params timing-info=model",
    "-c:v libaom-av1 -cpu-used 8 -aom-params timing-info=constant",
    "-c:v libaom-av1 -cpu-used 8 -aom-params disable-trellis-quant=1:denoise-noise-level=20",
    "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p10le",
    "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p12le",
    "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv422p",
    "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv444p",
    "-c:v libaom-av1 -cpu-used 8 -pix_fmt gray",
    "-c:v libaom-av1 -cpu-used 8 -color_range pc",
    "-c:v libsvtav1 -preset 12",
    "-c:v libsvtav1 -preset 8",
    "-c:v libsvtav1 -preset 12 -svtav1-params pred-struct=1",
    "-c:v libsvtav1 -preset 12 -svtav1-params tile-columns=1:tile-rows=1",
    "-c:v libsvtav1 -preset 12 -svtav1-params film-grain=20",
    "-c:v libsvtav1 -preset 12 -svtav1-params enable-overlays=1",
    "-c:v libsvtav1 -preset 12 -svtav1-params irefresh-type=1",
    "-c:v libsvtav1 -preset 12 -svtav1-params superres-mode=1:superres-denom=12",
    "-c:v libsvtav1 -preset 12 -svtav1-params scm=1",
    "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le",
    "-c:v librav1e -speed 10",
    "-c:v librav1e -speed 10 -rav1e-params low_latency=true",
    "-c:v librav1e -speed 10 -tile-columns 2 -tile-rows 2",
    "-c:v librav1e -speed 10 -rav1e-params tune=psnr:still_picture=false",
    "-c:v librav1e -speed 10 -pix_fmt yuv420p10le",
    "-c:v librav1e -speed 10 -pix_fmt yuv444p",
    "-c:v librav1e -speed 10 -qp 200",
];

const OPENH264: &[&str] = &[
    "constrained-baseline gop-size=6",
    "main gop-size=6",
    "high gop-size=6",
    "high gop-size=6 slice-mode=n-slices num-slices=4",
    "constrained-baseline gop-size=6 complexity=high usage-type=screen",
    "main gop-size=6 rate-control=off deblocking=off",
    "high gop-size=6 background-detection=false adaptive-quantization=false scene-change-detection=false",
    "constrained-baseline gop-size=6 enable-frame-skip=true bitrate=20000",
    "constrained-baseline gop-size=1",
];

/// VP9 by libvpx in other forms, which vpxenc takes only of such pictures.
const VP9_FORMATS: &[&str] = &[
    "yuv422p",
    "yuv440p",
    "yuv444p",
    "gbrp",
    "yuv422p10le",
    "yuv444p10le",
    "yuv444p12le",
];

/// A stream's name, its codec, and the command that makes it from pictures (`IN`) into a file (`OUT`).
pub fn recipes() -> Vec<(String, Codec, String)> {
    let mut recipes = Vec::new();
    let ffmpeg = |options: &str| format!("ffmpeg -v error -i IN -frames:v 30 -g 6 {options} OUT");
    for options in X264 {
        let line = ffmpeg(&format!("-c:v libx264 {options}"));
        // Parameter sets are in the stream, before each IDR picture.
        recipes.push((format!("x264 {options}"), H264, line));
    }
    for options in X265 {
        let repeat = if options.contains("repeat-headers") {
            ""
        } else {
            ":repeat-headers=1"
        };
        let open = if options.contains("open-gop") {
            ""
        } else {
            ":open-gop=0"
        };
        let line = ffmpeg(&format!(
            "-c:v libx265 -preset ultrafast -x265-params log-level=none{repeat}{open}:{options}"
        ));
        recipes.push((format!("x265 {options}"), Hevc, line));
    }
    for format in X265_FORMATS {
        let line = ffmpeg(&format!(
            "-c:v libx265 -preset ultrafast -pix_fmt {format} -x265-params log-level=none:repeat-headers=1:open-gop=0:bframes=0"
        ));
        recipes.push((format!("x265 {format}"), Hevc, line));
    }
    for (codec, name, all) in [(Vp8, "vp8", VP8), (Vp9, "vp9", VP9)] {
        for options in all {
            let interval = if options.contains("kf-max-dist") {
                ""
            } else {
                "--kf-max-dist=6"
            };
            let line = format!(
                "vpxenc --codec={name} --ivf --limit=30 --quiet --disable-warning-prompt --cpu-used=4 --target-bitrate=200 {interval} {options} -o OUT IN"
            );
            recipes.push((format!("vpxenc {name} {options}"), codec, line));
        }
    }
    for format in VP9_FORMATS {
        let line = ffmpeg(&format!(
            "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt {format}"
        ));
        recipes.push((format!("libvpx-vp9 {format}"), Vp9, line));
    }
    for options in AV1 {
        let name = options.trim_start_matches("-c:v ");
        recipes.push((name.into(), Av1, ffmpeg(options)));
    }
    for options in OPENH264 {
        let (profile, options) = options.split_once(' ').unwrap();
        let line = format!(
            "gst-launch-1.0 -q filesrc location=IN ! y4mdec ! videoconvert ! openh264enc {options} \
             ! video/x-h264,profile={profile} ! filesink location=OUT"
        );
        recipes.push((format!("OpenH264 {profile} {options}"), H264, line));
    }
    recipes
}
