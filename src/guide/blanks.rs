//! What an outlet that blanks receives in the place of withheld frames of encoded streams, by codec and configuration.
//!
//! [`Tap::can_blank`](crate::Tap::can_blank) says which it is of a stream, from its first keyframe or configuration on. Withheld frames of raw pictures, sound and text
//! can always be blanked ([`limits`](super::limits)).
//!
//! *Blanked* is black of the size shown, or silence as long; the next frames go on behind it. *Dropped* is nothing at all. *Known* is blanked once receivers have the
//! parameter sets, from a frame that was released or from a [decoder configuration](crate::StreamOptions::decoder_config), and dropped until then: they have lists of
//! numbers of the encoder's choice, which could carry anything.
//!
//! The last column is how each was tried with FFmpeg 5.1 and its encoders, of the size that it says or of 160 by 120.
//!
//! | codec | configuration | withheld frames | why | tried |
//! |---|---|---|---|---|
//! | H.264 | baseline, CAVLC | blanked | under the stream's own parameter sets, written anew | `-profile:v baseline` |
//! | H.264 | main, CABAC, several references, weighted prediction | blanked | | `-profile:v main -x264-params bframes=0:ref=4:weightp=2:repeat-headers=1` |
//! | H.264 | high, 8×8 transforms, intra prediction constrained, several slices | blanked | | `-profile:v high -x264-params bframes=0:8x8dct=1:constrained-intra=1:slices=3:repeat-headers=1` |
//! | H.264 | colours and timing said (VUI), one buffer (HRD) | blanked | | `-profile:v high -x264-params bframes=0:nal-hrd=vbr:vbv-maxrate=400:vbv-bufsize=400:colorprim=bt709:repeat-headers=1` |
//! | H.264 | without loss (transform bypass) | blanked | | `-profile:v high444 -x264-params bframes=0:qp=0:repeat-headers=1` |
//! | H.264 | full range | blanked | luma 16, which is nearly black there | `-profile:v high -x264-params bframes=0:fullrange=on:repeat-headers=1` |
//! | H.264 | scaling lists; several buffers (HRD) | known | lists of numbers | `-profile:v high -x264-params bframes=0:cqm=jvt:repeat-headers=1` |
//! | H.264 | reordering signalled, or B slices without its being ruled out | dropped | a black IDR picture would be shown before pictures of before | `-profile:v high -x264-params bframes=2:b-adapt=0:open-gop=0:repeat-headers=1` |
//! | H.264 | fields or frames (`frame_mbs_only_flag` 0) | dropped | fields alternate | `-profile:v high -x264-params bframes=0:tff=1:repeat-headers=1` |
//! | H.264 | more than 8 bits | dropped | no black of that depth is written | `-profile:v high10 -pix_fmt yuv420p10le` |
//! | H.264 | 4:2:2 | dropped | other chroma than 4:2:0 | `-profile:v high422 -pix_fmt yuv422p` |
//! | H.264 | 4:4:4 | dropped | the same | `-profile:v high444 -pix_fmt yuv444p` |
//! | H.264 | without colour | dropped | the same | `-profile:v high -pix_fmt gray` |
//! | H.264 | slice groups (FMO) | dropped | of no common encoder | by hand: `slice groups` |
//! | H.264 | `pic_order_cnt_type` 1 | dropped | of no common encoder | by hand: `order type 1` |
//! | H.264 | extended profile | dropped | of no common encoder | by hand: `extended` |
//! | H.264 | larger than 4096×2304 in macroblocks | dropped | no room is kept for it | by hand: `large` |
//! | HEVC | main, rows synchronised (WPP) | blanked | under the stream's own parameter sets, written anew | `-x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:wpp=1:repeat-headers=1` |
//! | HEVC | main 10 | blanked | | `-pix_fmt yuv420p10le` |
//! | HEVC | default scaling lists | blanked | these are the specification's | `-x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:scaling-list=default:repeat-headers=1` |
//! | HEVC | buffers (HRD), scaling lists | known | lists of numbers | `-x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:hrd=1:vbv-maxrate=400:vbv-bufsize=400:repeat-headers=1` |
//! | HEVC | reordering | dropped | a black IDR picture would be shown before pictures of before | `-x265-params log-level=none:bframes=2:b-adapt=0:open-gop=0:repeat-headers=1` |
//! | HEVC | fields (`field_seq_flag`) | dropped | fields alternate | `-x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:interlace=tff:repeat-headers=1` |
//! | HEVC | 12 bits | dropped | no black of that depth is written | `-pix_fmt yuv420p12le` |
//! | HEVC | 4:2:2 | dropped | other chroma than 4:2:0 | `-pix_fmt yuv422p` |
//! | HEVC | 4:4:4 | dropped | the same | `-pix_fmt yuv444p` |
//! | VP8 | any size up to 4096×2304 | blanked | | `-deadline realtime` |
//! | VP9 | profile 0 | blanked | | `-deadline realtime` |
//! | VP9 | profile 2, 10 bits | blanked | | `-pix_fmt yuv420p10le` |
//! | VP9 | 12 bits | dropped | no black of that depth is written | `-pix_fmt yuv420p12le` |
//! | VP9 | profiles 1 and 3 | dropped | other chroma than 4:2:0 | `-pix_fmt yuv444p` |
//! | VP9 | a side shorter than 33 | dropped | smaller blocks than are written | `-s 32x120` |
//! | AV1 | main profile, 8 bits | blanked | | `-usage realtime` |
//! | AV1 | main profile, 10 bits | blanked | | `-pix_fmt yuv420p10le` |
//! | AV1 | without colour | dropped | other chroma than 4:2:0 | `-pix_fmt gray` |
//! | AV1 | high and professional profiles | dropped | the same | `-pix_fmt yuv444p` |
//! | AV1 | a side shorter than 33 | dropped | smaller blocks than are written | `-s 32x120` |
//!
//! Frames that are not shown by themselves have no blank: alternative references of VP8 and VP9, leading pictures (RASL) of HEVC, parameter sets alone.
//! Opus and AAC are blanked by silence, but AAC of `channelConfiguration` 0 and ADTS frames of several raw data blocks, which are dropped.
//! What is kept out of a black access unit of H.264 and HEVC: bytes behind a parameter set's fields, extensions that nobody has defined, more sets than its picture refers to.
//! The other fields of a withheld keyframe's sets go on in it, as the size must: profile, level, colours, timing.
