#ifndef AP_CPROCESSOR_SHIM_H
#define AP_CPROCESSOR_SHIM_H

// What the compiler was told of the processor (-march), as constants that Swift can branch on:
// the branch not taken leaves no code.
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
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

// Comparisons and fused products of SIMD values are taken apart, lane by lane, when they are written
// in Swift, and not always put together again: these are one instruction each.
static inline ap_float16 ap_select(ap_word16 mask, ap_float16 a, ap_float16 b) {
  return (ap_float16)(((ap_word16)a & mask) | ((ap_word16)b & ~mask));
}
static inline ap_float16 ap_max(ap_float16 a, ap_float16 b) { return ap_select(a > b, a, b); }
static inline ap_float16 ap_min(ap_float16 a, ap_float16 b) { return ap_select(a < b, a, b); }
static inline ap_float16 ap_multiply_add(ap_float16 sum, ap_float16 a, ap_float16 b) {
#if AP_HAS_FMA
  return __builtin_elementwise_fma(a, b, sum);
#else
  return sum + a * b;  // A fused product would be a call for each lane.
#endif
}
// The first `count` lanes, then zeros.
static inline ap_float16 ap_first(ap_float16 values, int count) {
  const ap_word16 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return (ap_float16)((ap_word16)values & (index < count));
}

typedef unsigned short ap_half16 __attribute__((vector_size(32)));
typedef unsigned ap_unsigned16 __attribute__((vector_size(64)));

// 16 values of bfloat16 and of IEEE half precision, exactly.
static inline ap_float16 ap_widen_bfloat(ap_half16 bits) {
  return (ap_float16)(__builtin_convertvector(bits, ap_unsigned16) << 16);
}
static inline ap_float16 ap_widen_half(ap_half16 bits) {
#if defined(__F16C__) || defined(__aarch64__)
  typedef _Float16 half16 __attribute__((vector_size(32)));
  return __builtin_convertvector((half16)bits, ap_float16);
#else
  // Baseline x86-64 has no instruction for it. The exponent is 112 too small; a product mends
  // subnormals as well.
  const ap_unsigned16 wide = __builtin_convertvector(bits, ap_unsigned16);
  const ap_unsigned16 magnitude = (wide & 0x7fff) << 13;
  const ap_unsigned16 scaled = (ap_unsigned16)((ap_float16)magnitude * 0x1p112f);
  const ap_unsigned16 is_finite = (ap_unsigned16)(magnitude < 0x0f800000);
  return (ap_float16)((wide & 0x8000) << 16 | (scaled & is_finite) |
                      ((magnitude | 0x7f800000) & ~is_finite));
#endif
}

// x86-64-v4 does not include products of bfloat16, which most of its processors have: asked for at run time.
static inline int ap_has_bf16(void) {
#ifdef __AVX512F__
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return 0;
#endif
}

// sums + a.low * b.low + a.high * b.high in each lane, for processors that have it. The compiler's own name for
// the instruction would need every caller to be compiled for it.
static inline ap_float16 ap_dot_bf16(ap_float16 sums, ap_word16 a, ap_word16 b) {
#ifdef __AVX512F__
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
#endif
  return sums;
}

// The same for every processor, rounded a little less.
static inline ap_float16 ap_dot_widened_bf16(ap_float16 sums, ap_word16 a, ap_word16 b) {
  const ap_float16 low = (ap_float16)(a << 16) * (ap_float16)(b << 16);
  return sums + low + (ap_float16)(a & ~0xffff) * (ap_float16)(b & ~0xffff);
}

// 16 values as IEEE half precision, to the nearest, ties to even; what does not fit is infinite.
static inline ap_half16 ap_narrow_half(ap_float16 values) {
  typedef _Float16 half16 __attribute__((vector_size(32)));
  return (ap_half16)__builtin_convertvector(values, half16);
}
// Words of two halves, and the low and the high ones of such words.
static inline ap_word16 ap_pair_half(ap_float16 low, ap_float16 high) {
  return (ap_word16)(__builtin_convertvector(ap_narrow_half(low), ap_unsigned16) |
                     __builtin_convertvector(ap_narrow_half(high), ap_unsigned16) << 16);
}
static inline ap_float16 ap_low_half(ap_word16 words) {
  return ap_widen_half(__builtin_convertvector((ap_unsigned16)words & 0xffff, ap_half16));
}
static inline ap_float16 ap_high_half(ap_word16 words) {
  return ap_widen_half(__builtin_convertvector((ap_unsigned16)words >> 16, ap_half16));
}

// Products of halves, which x86-64-v4 does not include, and AMD's Zen 4 does not have.
static inline int ap_has_fp16(void) {
#ifdef __AVX512F__
  return __builtin_cpu_supports("avx512fp16") != 0;
#else
  return 0;
#endif
}

// sums + a * b in each of 32 halves, for processors that have it.
static inline ap_word16 ap_multiply_add_half(ap_word16 sums, ap_word16 a, ap_word16 b) {
#ifdef __AVX512F__
  __asm__("vfmadd231ph %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
#endif
  return sums;
}

// sum + a * b for values that halves have. The product is exact; where the sum is not, its last bit is odd, so that it
// is no tie between two halves: rounded to one, it is as if it had been rounded only once.
static inline ap_float16 ap_multiply_add_odd(ap_float16 sum, ap_float16 a, ap_float16 b) {
  const ap_float16 product = a * b;
  const ap_float16 total = sum + product;
  const ap_float16 added = total - sum;
  const ap_float16 rest = (sum - (total - added)) + (product - added);
  const ap_word16 bits = (ap_word16)total;
  const ap_word16 sign = bits >> 31;
  const ap_word16 step = (((rest < 0) - (rest > 0)) ^ sign) - sign;
  return (ap_float16)(bits + (step & ((bits & 1) - 1)));
}

// The same as ap_multiply_add_half for every processor, to the bit.
static inline ap_word16 ap_multiply_add_widened_half(ap_word16 sums, ap_word16 a, ap_word16 b) {
  return ap_pair_half(ap_multiply_add_odd(ap_low_half(sums), ap_low_half(a), ap_low_half(b)),
                      ap_multiply_add_odd(ap_high_half(sums), ap_high_half(a), ap_high_half(b)));
}

// 16 whole numbers, to the nearest float.
static inline ap_float16 ap_float_of_word(ap_word16 words) {
  return __builtin_convertvector(words, ap_float16);
}

// Products of bytes, which x86-64-v4 does not include either.
static inline int ap_has_vnni(void) {
#ifdef __AVX512F__
  return __builtin_cpu_supports("avx512vnni") != 0;
#else
  return 0;
#endif
}

// sums + the four products of a's unsigned bytes with b's signed ones in each lane, for processors that have it.
static inline ap_word16 ap_dot_bytes(ap_word16 sums, ap_word16 a, ap_word16 b) {
#ifdef __AVX512F__
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
#endif
  return sums;
}

// The same for every processor.
static inline ap_word16 ap_dot_widened_bytes(ap_word16 sums, ap_word16 a, ap_word16 b) {
  for (int shift = 0; shift < 32; shift += 8) sums += (a >> shift & 0xff) * (b << (24 - shift) >> 24);
  return sums;
}

// mallopt, which Swift's Glibc does not import.
#include <malloc.h>

// Declared by glibc only under _GNU_SOURCE, which Swift's import of it does not set.
int sched_getaffinity(int process, __SIZE_TYPE__ size, void *mask);

#endif
