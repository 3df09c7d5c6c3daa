/* Gates any media file that FFmpeg can decode, as the recording of one person who agrees and withdraws while it runs.
 *
 *   gate INPUT DIRECTORY [SECONDS:grant|withdraw:audio|video]...
 *
 * Into DIRECTORY go audio.wav and video.y4m with what the recorder may have, silent and black where the person did not agree; ledger.jsonl, the evidence;
 * and receipt.json, the person's own. */
#include <framegate.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GNUC__
__attribute__((noreturn, format(printf, 1, 2)))
#endif
static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

/* FFmpeg's errors and framegate's are negative. */
static int av(int result, const char *what) {
  if (result < 0)
    die("%s: %s", what, av_err2str(result));
  return result;
}

static void gate(framegate_status status, const char *what) {
  if (status != FRAMEGATE_OK) {
    const framegate_string message = framegate_error_message(status);
    die("%s: %.*s", what, (int)message.length, message.data);
  }
}

static framegate_string string(const char *text) { return (framegate_string){text, strlen(text)}; }

static void *room_of(size_t length) {
  void *room = malloc(length > 0 ? length : 1);
  if (room == NULL)
    die("no memory");
  return room;
}

static FILE *create(const char *directory, const char *name, char *path, size_t capacity) {
  if (snprintf(path, capacity, "%s/%s", directory, name) >= (int)capacity)
    die("%s: the path is too long", directory);
  FILE *file = fopen(path, "wb");
  if (file == NULL)
    die("%s cannot be written", path);
  return file;
}

static void put(FILE *file, const void *data, size_t length) {
  if (fwrite(data, 1, length, file) != length)
    die("the disk is full");
}

/* ---- The person's story ---- */

struct event {
  int64_t at; /* microseconds */
  int grants;
  uint16_t kinds;
};

static struct event parse_event(const char *text) {
  struct event event = {0};
  char *end;
  const double seconds = strtod(text, &end);
  if (end == text || !(seconds >= 0 && seconds <= 4e6))
    die("%s: not SECONDS:grant|withdraw:audio|video", text);
  event.at = (int64_t)(seconds * 1e6);
  event.grants = strncmp(end, ":grant:", 7) == 0;
  if (!event.grants && strncmp(end, ":withdraw:", 10) != 0)
    die("%s: neither grant nor withdraw", text);
  const char *kind = end + (event.grants ? 7 : 10);
  if (strcmp(kind, "audio") == 0)
    event.kinds = FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO);
  else if (strcmp(kind, "video") == 0)
    event.kinds = FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO);
  else
    die("%s: neither audio nor video", text);
  return event;
}

struct story {
  framegate_meeting meeting;
  framegate_participant who;
  framegate_digest notice;
  struct event *events; /* in the order of their times */
  int left;
};

/* Tells the meeting what the person says until `now`. */
static void tell(struct story *story, int64_t now) {
  for (; story->left > 0 && story->events->at <= now; story->events++, story->left--) {
    const framegate_scope scope = {story->events->kinds, FRAMEGATE_PURPOSE_RECORD};
    if (story->events->grants) {
      const framegate_grant grant = {
          .size = sizeof grant,
          .scope = scope,
          .notice = story->notice,
          .method = FRAMEGATE_METHOD_CLICKED,
          .at = FRAMEGATE_NO_TIME,
          .until = FRAMEGATE_NO_TIME,
      };
      gate(framegate_meeting_grant(story->meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, story->who, &grant, story->events->at), "granting");
    } else {
      gate(framegate_meeting_withdraw(story->meeting, FRAMEGATE_AUTHORITY_PARTICIPANT, story->who, scope, story->events->at, NULL), "withdrawing");
    }
  }
}

static int by_time(const void *a, const void *b) {
  const struct event *left = a, *right = b;
  return (left->at > right->at) - (left->at < right->at);
}

/* ---- Tracks ---- */

struct track {
  AVStream *stream; /* null: the file has none of this kind */
  AVCodecContext *decoder;
  int64_t origin; /* the file's first time, microseconds */
  framegate_tap tap;
  FILE *file;
  struct SwrContext *resampler;
  struct SwsContext *scaler;
  int64_t next;     /* when the next frame begins, where the file does not say */
  uint32_t written; /* bytes of samples */
};

static void open_track(AVFormatContext *input, enum AVMediaType type, struct track *track) {
  const AVCodec *codec;
  const int index = av_find_best_stream(input, type, -1, -1, &codec, 0);
  if (index < 0)
    return;
  track->stream = input->streams[index];
  /* What comes before 0 is cut off by the decoder. */
  track->origin = input->start_time == AV_NOPTS_VALUE || input->start_time < 0 ? 0 : input->start_time;
  track->decoder = avcodec_alloc_context3(codec);
  if (track->decoder == NULL)
    die("no memory");
  av(avcodec_parameters_to_context(track->decoder, track->stream->codecpar), "the codec's parameters");
  track->decoder->pkt_timebase = track->stream->time_base;
  av(avcodec_open2(track->decoder, codec, NULL), "opening the decoder");
  if (type == AVMEDIA_TYPE_VIDEO && (track->decoder->width <= 0 || track->decoder->height <= 0))
    die("a picture of no size");
}

static void open_tap(struct track *track, const struct story *story, framegate_outlet outlet, uint32_t kind) {
  framegate_stream stream;
  const framegate_stream_options options = {
      .size = sizeof options,
      .type = FRAMEGATE_STREAM_OWNED,
      .owner = story->who,
      .kind = kind,
      .format = kind == FRAMEGATE_KIND_AUDIO ? FRAMEGATE_FORMAT_PCM_S16 : FRAMEGATE_FORMAT_I420,
      .layout = FRAMEGATE_LAYOUT_INTERLEAVED,
      .channels = kind == FRAMEGATE_KIND_AUDIO ? (uint32_t)track->decoder->ch_layout.nb_channels : 0,
      .width = kind == FRAMEGATE_KIND_AUDIO ? 0 : (uint32_t)track->decoder->width,
      .height = kind == FRAMEGATE_KIND_AUDIO ? 0 : (uint32_t)track->decoder->height,
  };
  gate(framegate_stream_open(story->meeting, &options, &stream), "the stream");
  gate(framegate_tap_open(story->meeting, stream, outlet, &track->tap), "the tap");
}

/* When a decoded frame begins, in microseconds. */
static int64_t begins(struct track *track, const AVFrame *frame) {
  if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
    return track->next;
  return av_rescale_q(frame->best_effort_timestamp, track->stream->time_base, AV_TIME_BASE_Q) - track->origin;
}

/* The only way to the recorder: what is cleared comes out in `buffer`, blanked where the person did not agree. Whether there is any. */
static bool admit(struct track *track, struct story *story, int64_t captured, int64_t now, const framegate_payload *payload, const framegate_payload_mut *buffer,
                 framegate_cleared *cleared) {
  const framegate_frame frame = {.size = sizeof frame, .contributors = FRAMEGATE_CONTRIBUTORS_OWNER, .captured = captured};
  tell(story, now);
  track->next = now;
  *cleared = (framegate_cleared){.size = sizeof *cleared};
  size_t handed_on;
  gate(framegate_tap_admit_into(track->tap, &frame, payload, buffer, 1, now, cleared, &handed_on), "admitting");
  return handed_on > 0;
}

static void write_audio(struct track *track, struct story *story, AVFrame *frame) {
  const int channels = track->decoder->ch_layout.nb_channels, rate = track->decoder->sample_rate;
  if (track->resampler == NULL) {
    av(swr_alloc_set_opts2(&track->resampler, &track->decoder->ch_layout, AV_SAMPLE_FMT_S16, rate, &frame->ch_layout, frame->format, frame->sample_rate, 0, NULL), "the resampler");
    av(swr_init(track->resampler), "the resampler");
  }
  const int room = swr_get_out_samples(track->resampler, frame->nb_samples);
  uint8_t *samples = room_of((size_t)room * channels * 2), *buffer = room_of((size_t)room * channels * 2);
  const int count = av(swr_convert(track->resampler, &samples, room, (const uint8_t **)frame->extended_data, frame->nb_samples), "resampling");
  const size_t length = (size_t)count * channels * 2;
  const framegate_payload payload = {.size = sizeof payload, .plane = {{samples, length, 0}}};
  const framegate_payload_mut out = {.size = sizeof out, .plane = {{buffer, length, 0}}};
  framegate_cleared cleared;
  const int64_t captured = begins(track, frame);
  if (length > 0 && admit(track, story, captured, captured + av_rescale(count, AV_TIME_BASE, rate), &payload, &out, &cleared)) {
    put(track->file, cleared.payload.plane[0].data, cleared.payload.plane[0].length);
    track->written += (uint32_t)cleared.payload.plane[0].length;
    gate(framegate_tap_end(track->tap), "the release");
  }
  free(samples);
  free(buffer);
}

static void write_video(struct track *track, struct story *story, const AVFrame *frame) {
  const int width = track->decoder->width, height = track->decoder->height;
  uint8_t *picture[4], *buffer[4];
  int strides[4];
  av(av_image_alloc(picture, strides, width, height, AV_PIX_FMT_YUV420P, 32), "the picture");
  av(av_image_alloc(buffer, strides, width, height, AV_PIX_FMT_YUV420P, 32), "the picture");
  track->scaler = sws_getCachedContext(track->scaler, frame->width, frame->height, frame->format, width, height, AV_PIX_FMT_YUV420P, SWS_BICUBIC, NULL, NULL, NULL);
  if (track->scaler == NULL)
    die("pictures of this format cannot be converted");
  av(sws_scale(track->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, picture, strides), "converting a picture");

  framegate_payload payload = {.size = sizeof payload, .planes = 3};
  framegate_payload_mut out = {.size = sizeof out, .planes = 3};
  for (int plane = 0; plane < 3; plane++) {
    const size_t rows = plane == 0 ? height : (height + 1) / 2, row = plane == 0 ? width : (width + 1) / 2, stride = strides[plane];
    payload.plane[plane] = (framegate_plane){picture[plane], (rows - 1) * stride + row, stride};
    out.plane[plane] = (framegate_plane_mut){buffer[plane], (rows - 1) * stride + row, stride};
  }
  framegate_cleared cleared;
  const int64_t captured = begins(track, frame);
  const AVRational rate = track->stream->avg_frame_rate;
  const int64_t lasts = rate.num > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
  if (admit(track, story, captured, captured + lasts, &payload, &out, &cleared)) {
    put(track->file, "FRAME\n", 6);
    for (int plane = 0; plane < 3; plane++) {
      const int rows = plane == 0 ? height : (height + 1) / 2, row = plane == 0 ? width : (width + 1) / 2;
      for (int at = 0; at < rows; at++)
        put(track->file, cleared.payload.plane[plane].data + at * cleared.payload.plane[plane].stride, row);
    }
    gate(framegate_tap_end(track->tap), "the release");
  }
  av_freep(&picture[0]);
  av_freep(&buffer[0]);
}

/* Decodes a packet, or with none what is left in the decoder. */
static void decode(struct track *track, struct story *story, const AVPacket *packet, AVFrame *frame) {
  const int taken = avcodec_send_packet(track->decoder, packet);
  if (taken == AVERROR_INVALIDDATA)
    return;
  av(taken, "decoding");
  for (;;) {
    const int result = avcodec_receive_frame(track->decoder, frame);
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF)
      return;
    av(result, "decoding");
    if (track->decoder->codec_type == AVMEDIA_TYPE_AUDIO)
      write_audio(track, story, frame);
    else
      write_video(track, story, frame);
  }
}

/* ---- Files ---- */

static void little(uint8_t *to, uint32_t number, int bytes) {
  for (int at = 0; at < bytes; at++)
    to[at] = (uint8_t)(number >> 8 * at);
}

static void wav_header(const struct track *track) {
  uint8_t header[44] = "RIFF....WAVEfmt ....................data";
  const uint32_t channels = (uint32_t)track->decoder->ch_layout.nb_channels, rate = (uint32_t)track->decoder->sample_rate;
  little(header + 4, 36 + track->written, 4);
  little(header + 16, 16, 4);
  little(header + 20, 1, 2);
  little(header + 22, channels, 2);
  little(header + 24, rate, 4);
  little(header + 28, rate * channels * 2, 4);
  little(header + 32, channels * 2, 2);
  little(header + 34, 16, 2);
  little(header + 40, track->written, 4);
  rewind(track->file);
  put(track->file, header, sizeof header);
}

static void tell_counters(const char *name, const struct track *track) {
  framegate_counters counters = {.size = sizeof counters};
  gate(framegate_tap_counters(track->tap, &counters), "the counters");
  printf("%s: seen %llu, whole %llu, blanked %llu, dropped %llu\n", name, (unsigned long long)counters.seen, (unsigned long long)counters.whole,
         (unsigned long long)counters.blanked, (unsigned long long)counters.dropped);
}

/* The person's receipt, out of the ledger. */
static void write_receipt(const char *directory, const char *ledger_path) {
  char path[4096];
  FILE *file = fopen(ledger_path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0)
    die("the ledger cannot be read");
  const size_t length = (size_t)ftell(file);
  uint8_t *lines = room_of(length);
  rewind(file);
  if (fread(lines, 1, length, file) != length)
    die("the ledger cannot be read");
  fclose(file);
  framegate_ledger ledger;
  gate(framegate_ledger_read(lines, length, NULL, NULL, &ledger, NULL), "the ledger");
  size_t size = 0;
  if (framegate_ledger_receipt(ledger, FRAMEGATE_STRING("speaker"), NULL, 0, &size) != FRAMEGATE_ERROR_SHORT_BUFFER)
    die("the receipt is empty");
  char *receipt = room_of(size);
  gate(framegate_ledger_receipt(ledger, FRAMEGATE_STRING("speaker"), receipt, size, &size), "the receipt");
  file = create(directory, "receipt.json", path, sizeof path);
  put(file, receipt, size);
  fclose(file);
  free(receipt);
  free(lines);
  gate(framegate_ledger_close(ledger), "the ledger");
}

int main(int argc, char **argv) {
  if (argc < 3)
    die("usage: %s INPUT DIRECTORY [SECONDS:grant|withdraw:audio|video]...", argv[0]);
  const char *directory = argv[2];
  char ledger[4096], path[4096];
  if (snprintf(ledger, sizeof ledger, "%s/ledger.jsonl", directory) >= (int)sizeof ledger)
    die("%s: the path is too long", directory);
  if (framegate_abi_version() != FRAMEGATE_ABI_VERSION)
    die("the library has another version than the header: link the one of the header");

  AVFormatContext *input = NULL;
  av(avformat_open_input(&input, argv[1], NULL, NULL), argv[1]);
  av(avformat_find_stream_info(input, NULL), argv[1]);
  struct track audio = {0}, video = {0};
  open_track(input, AVMEDIA_TYPE_AUDIO, &audio);
  open_track(input, AVMEDIA_TYPE_VIDEO, &video);

  struct story story = {0};
  story.left = argc - 3;
  story.events = room_of((size_t)story.left * sizeof *story.events);
  struct event *const events = story.events;
  for (int at = 0; at < story.left; at++)
    events[at] = parse_event(argv[3 + at]);
  qsort(events, (size_t)story.left, sizeof *events, by_time);
  const framegate_meeting_options options = {.size = sizeof options, .participants = 1, .id = FRAMEGATE_STRING("recording"), .ledger = string(ledger)};
  gate(framegate_meeting_open(&options, &story.meeting), ledger);
  const framegate_join_options join = {.size = sizeof join, .agrees = FRAMEGATE_AUTHORITY_PARTICIPANT, .id = FRAMEGATE_STRING("speaker")};
  gate(framegate_meeting_join(story.meeting, &join, 0, &story.who), "joining");
  framegate_notice notice = {
      .size = sizeof notice,
      .scope = {FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO) | FRAMEGATE_KINDS(FRAMEGATE_KIND_VIDEO), FRAMEGATE_PURPOSE_RECORD},
      .version = FRAMEGATE_STRING("1"),
      .language = FRAMEGATE_STRING("en"),
      .controller = FRAMEGATE_STRING("Example Ltd"),
  };
  gate(framegate_digest_of(FRAMEGATE_STRING("With your consent we record your voice and your picture."), &notice.digest), "the notice");
  gate(framegate_meeting_show(story.meeting, &notice), "the notice");
  story.notice = notice.digest;

  const framegate_outlet_options recorder = {
      .size = sizeof recorder, .purposes = FRAMEGATE_PURPOSE_RECORD, .blanks = notice.scope.kinds, .name = FRAMEGATE_STRING("recorder")};
  framegate_outlet outlet;
  gate(framegate_outlet_open(story.meeting, &recorder, &outlet), "the outlet");
  if (audio.stream != NULL) {
    open_tap(&audio, &story, outlet, FRAMEGATE_KIND_AUDIO);
    audio.file = create(directory, "audio.wav", path, sizeof path);
    wav_header(&audio);
  }
  if (video.stream != NULL) {
    open_tap(&video, &story, outlet, FRAMEGATE_KIND_VIDEO);
    video.file = create(directory, "video.y4m", path, sizeof path);
    const AVRational rate = video.stream->avg_frame_rate.num > 0 ? video.stream->avg_frame_rate : (AVRational){25, 1};
    fprintf(video.file, "YUV4MPEG2 W%d H%d F%d:%d Ip A0:0 C420\n", video.decoder->width, video.decoder->height, rate.num, rate.den);
  }

  AVPacket *packet = av_packet_alloc();
  AVFrame *frame = av_frame_alloc();
  if (packet == NULL || frame == NULL)
    die("no memory");
  while (av_read_frame(input, packet) >= 0) {
    if (audio.stream != NULL && packet->stream_index == audio.stream->index)
      decode(&audio, &story, packet, frame);
    else if (video.stream != NULL && packet->stream_index == video.stream->index)
      decode(&video, &story, packet, frame);
    av_packet_unref(packet);
  }

  struct track *const tracks[] = {&audio, &video};
  for (int at = 0; at < 2; at++) {
    struct track *track = tracks[at];
    if (track->stream == NULL)
      continue;
    decode(track, &story, NULL, frame);
    tell_counters(at == 0 ? "audio" : "video", track);
    if (at == 0)
      wav_header(track);
    if (fclose(track->file) != 0)
      die("the disk is full");
    gate(framegate_tap_close(track->tap), "the tap");
    swr_free(&track->resampler);
    sws_freeContext(track->scaler);
    avcodec_free_context(&track->decoder);
  }
  gate(framegate_meeting_end(story.meeting, NULL), "the end");
  gate(framegate_meeting_close(story.meeting), "the end");
  write_receipt(directory, ledger);
  free(events);
  av_frame_free(&frame);
  av_packet_free(&packet);
  avformat_close_input(&input);
  return 0;
}
