/* Encodes I420 pictures as VP9 with spatial layers, each half as large as the next, and writes superframes in IVF to standard output.
 * Arguments: the pictures' file, width, height, layers, how many pictures there are from one keyframe to the next. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

static void little_endian(unsigned long number, int bytes) {
  for (; bytes > 0; bytes--, number >>= 8) putchar((int)(number & 0xFF));
}

static void check(vpx_codec_err_t error, const char *what) {
  if (error == VPX_CODEC_OK) return;
  fprintf(stderr, "%s: %s\n", what, vpx_codec_err_to_string(error));
  exit(1);
}

int main(int count, char **arguments) {
  FILE *from = count == 6 ? fopen(arguments[1], "rb") : NULL;
  if (!from) return 2;
  const unsigned width = (unsigned)atoi(arguments[2]);
  const unsigned height = (unsigned)atoi(arguments[3]);
  const unsigned layers = (unsigned)atoi(arguments[4]);
  const int interval = atoi(arguments[5]);

  vpx_codec_enc_cfg_t config;
  check(vpx_codec_enc_config_default(vpx_codec_vp9_cx(), &config, 0), "config");
  config.g_w = width;
  config.g_h = height;
  config.g_timebase.num = 1;
  config.g_timebase.den = 5;
  config.g_lag_in_frames = 0;
  config.g_error_resilient = 0;
  config.rc_end_usage = VPX_CBR;
  config.rc_target_bitrate = 200 * layers;
  config.rc_min_quantizer = 2;
  config.rc_max_quantizer = 52;
  config.rc_dropframe_thresh = 0;
  config.kf_mode = VPX_KF_DISABLED;
  config.ss_number_layers = layers;
  config.ts_number_layers = 1;
  config.temporal_layering_mode = VP9E_TEMPORAL_LAYERING_MODE_NOLAYERING;
  vpx_svc_extra_cfg_t extra;
  memset(&extra, 0, sizeof extra);
  for (unsigned layer = 0; layer < layers; layer++) {
    config.layer_target_bitrate[layer] = 200;
    config.ss_target_bitrate[layer] = 200;
    extra.max_quantizers[layer] = 52;
    extra.min_quantizers[layer] = 2;
    extra.scaling_factor_num[layer] = 1;
    extra.scaling_factor_den[layer] = 1 << (layers - 1 - layer);
  }

  vpx_codec_ctx_t encoder;
  check(vpx_codec_enc_init(&encoder, vpx_codec_vp9_cx(), &config, 0), "init");
  check(vpx_codec_control(&encoder, VP9E_SET_SVC, 1), "svc");
  check(vpx_codec_control(&encoder, VP9E_SET_SVC_PARAMETERS, &extra), "layers");
  check(vpx_codec_control(&encoder, VP8E_SET_CPUUSED, 8), "speed");

  fwrite("DKIF\0\0\x20\0VP90", 1, 12, stdout);
  little_endian(width, 2);
  little_endian(height, 2);
  little_endian(5, 4);
  little_endian(1, 4);
  little_endian(0, 8);
  vpx_image_t *picture = vpx_img_alloc(NULL, VPX_IMG_FMT_I420, width, height, 1);
  if (!picture) return 1;
  for (int at = 0;; at++) {
    for (int plane = 0; plane < 3; plane++) {
      const unsigned shift = plane > 0;
      for (unsigned row = 0; row < (height + shift) >> shift; row++) {
        unsigned char *to = picture->planes[plane] + row * (unsigned)picture->stride[plane];
        const size_t length = (width + shift) >> shift;
        if (fread(to, 1, length, from) < length) return 0;
      }
    }
    const vpx_enc_frame_flags_t flags = at % interval == 0 ? VPX_EFLAG_FORCE_KF : 0;
    check(vpx_codec_encode(&encoder, picture, at, 1, flags, VPX_DL_REALTIME), "encode");
    const vpx_codec_cx_pkt_t *packet;
    for (vpx_codec_iter_t next = NULL; (packet = vpx_codec_get_cx_data(&encoder, &next));) {
      if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
      little_endian(packet->data.frame.sz, 4);
      little_endian((unsigned long)at, 8);
      fwrite(packet->data.frame.buf, 1, packet->data.frame.sz, stdout);
    }
  }
}
