#ifndef AP_CLIBAV_SHIM_H
#define AP_CLIBAV_SHIM_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/crc.h>
#include <libavutil/opt.h>
#include <libavutil/tx.h>
#include <libswresample/swresample.h>

// Macros that Swift cannot import.
static inline int ap_averror_eof(void) { return AVERROR_EOF; }
static inline int ap_averror_eagain(void) { return AVERROR(EAGAIN); }
static inline int ap_averror_invalid_data(void) { return AVERROR_INVALIDDATA; }

static inline int64_t ap_no_timestamp(void) { return AV_NOPTS_VALUE; }

#endif
