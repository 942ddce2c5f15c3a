#ifndef AP_CLIBAV_MUXING_H
#define AP_CLIBAV_MUXING_H

#include <dlfcn.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/macros.h>

// What of libavformat and libavcodec writes a file. Whoever needs it only for some files calls it through this table:
// linked, the libraries would take 45 ms to load for every other file, too.
#define AP_MUXING_FUNCTIONS(take)                                                                         \
  take(av_interleaved_write_frame) take(av_packet_alloc) take(av_packet_free) take(av_packet_rescale_ts)  \
  take(av_write_trailer) take(avcodec_alloc_context3) take(avcodec_find_encoder)                          \
  take(avcodec_free_context) take(avcodec_open2) take(avcodec_parameters_from_context)                    \
  take(avcodec_receive_packet) take(avcodec_send_frame) take(avformat_alloc_output_context2)              \
  take(avformat_free_context) take(avformat_new_stream) take(avformat_write_header)                       \
  take(avio_alloc_context) take(avio_context_free)

typedef struct {
#define AP_MEMBER(name) __typeof__(&name) _Nonnull name;
  AP_MUXING_FUNCTIONS(AP_MEMBER)
#undef AP_MEMBER
} ap_muxing;

// Loads the libraries that the headers belong to. NULL with the loader's words where they are not there.
static inline const ap_muxing *_Nullable ap_load_muxing(const char *_Nullable *_Nonnull words) {
  static ap_muxing functions;
  // It brings libavcodec.
  void *library = dlopen("libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR), RTLD_NOW);
  *words = library ? NULL : dlerror();
  if (!library) return NULL;
#define AP_LOOK_UP(name)                                          \
  if (!(functions.name = (__typeof__(&name))dlsym(library, #name))) { \
    *words = dlerror();                                           \
    return NULL;                                                  \
  }
  AP_MUXING_FUNCTIONS(AP_LOOK_UP)
#undef AP_LOOK_UP
  return &functions;
}

#endif
