#ifndef AP_CPROCESSOR_SHIM_H
#define AP_CPROCESSOR_SHIM_H

// What the compiler was told of the processor (-march), as constants that Swift can branch on:
// the branch not taken leaves no code.
#ifdef __FMA__
#define AP_HAS_FMA 1
#else
#define AP_HAS_FMA 0
#endif
#ifdef __AVX512F__
#define AP_HAS_AVX512 1
#else
#define AP_HAS_AVX512 0
#endif

typedef float ap_float16 __attribute__((vector_size(64)));
typedef int ap_word16 __attribute__((vector_size(64)));

#ifdef __AVX512BF16__
#define AP_HAS_BF16 1
#include <immintrin.h>
// sums + a.low * b.low + a.high * b.high in each lane; Swift has no type for the intrinsic's operands.
static inline ap_float16 ap_dot_bf16(ap_float16 sums, ap_word16 a, ap_word16 b) {
  return (ap_float16)_mm512_dpbf16_ps((__m512)sums, (__m512bh)a, (__m512bh)b);
}
#else
#define AP_HAS_BF16 0
static inline ap_float16 ap_dot_bf16(ap_float16 sums, ap_word16 a, ap_word16 b) {
  ap_float16 low = (ap_float16)(a << 16) * (ap_float16)(b << 16);
  return sums + low + (ap_float16)(a & ~0xffff) * (ap_float16)(b & ~0xffff);
}
#endif

// Declared by glibc only under _GNU_SOURCE, which Swift's import of it does not set.
int sched_getaffinity(int process, __SIZE_TYPE__ size, void *mask);

#endif
