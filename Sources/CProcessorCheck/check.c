// Ends a program with one sentence, instead of by an illegal instruction, where the processor lacks
// something that the compiler was allowed to use (-march).

#if defined(__x86_64__) && defined(__linux__)

#include <sysexits.h>
#include <unistd.h>

extern char *program_invocation_short_name;

// The function below must itself run on any x86-64: without vectors, and without what is newer among the
// instructions for whole numbers.
#define AP_ANY_PROCESSOR \
  __attribute__((target("general-regs-only,no-bmi,no-bmi2,no-lzcnt,no-movbe,no-adx,no-popcnt")))

AP_ANY_PROCESSOR static __SIZE_TYPE__ length(const char *text) {
  __SIZE_TYPE__ count = 0;
  // Volatile, so that this does not become a vector's work, or a call of strlen.
  for (const volatile char *next = text; *next; ++next) ++count;
  return count;
}

AP_ANY_PROCESSOR static void say(const char *text) {
  // Nothing can be done where this fails.
  if (write(STDERR_FILENO, text, length(text)) < 0) return;
}

AP_ANY_PROCESSOR static void need(int is_there, const char *feature) {
  if (is_there) return;
  say(program_invocation_short_name);
  say(": This program was built for a processor with ");
  say(feature);
  say(", which this one lacks. Build it here with scripts/build, or install a package.\n");
  _exit(EX_UNAVAILABLE);
}

// What compilers use of their own accord. Anything else is asked for at run time by those who use it.
__attribute__((constructor(101))) AP_ANY_PROCESSOR static void check_processor(void) {
  __builtin_cpu_init();
#define AP_NEED(name) need(__builtin_cpu_supports(name), name)
#ifdef __SSE3__
  AP_NEED("sse3");
#endif
#ifdef __SSSE3__
  AP_NEED("ssse3");
#endif
#ifdef __SSE4_1__
  AP_NEED("sse4.1");
#endif
#ifdef __SSE4_2__
  AP_NEED("sse4.2");
#endif
#ifdef __POPCNT__
  AP_NEED("popcnt");
#endif
#ifdef __SSE4A__
  AP_NEED("sse4a");
#endif
#ifdef __AVX__
  AP_NEED("avx");
#endif
#ifdef __F16C__
  AP_NEED("f16c");
#endif
#ifdef __FMA__
  AP_NEED("fma");
#endif
#ifdef __AVX2__
  AP_NEED("avx2");
#endif
#ifdef __BMI__
  AP_NEED("bmi");
#endif
#ifdef __BMI2__
  AP_NEED("bmi2");
#endif
#ifdef __LZCNT__
  AP_NEED("lzcnt");
#endif
#ifdef __MOVBE__
  AP_NEED("movbe");
#endif
#ifdef __ADX__
  AP_NEED("adx");
#endif
#ifdef __GFNI__
  AP_NEED("gfni");
#endif
#ifdef __AVX512F__
  AP_NEED("avx512f");
#endif
#ifdef __AVX512BW__
  AP_NEED("avx512bw");
#endif
#ifdef __AVX512CD__
  AP_NEED("avx512cd");
#endif
#ifdef __AVX512DQ__
  AP_NEED("avx512dq");
#endif
#ifdef __AVX512VL__
  AP_NEED("avx512vl");
#endif
#ifdef __AVX512IFMA__
  AP_NEED("avx512ifma");
#endif
#ifdef __AVX512VBMI__
  AP_NEED("avx512vbmi");
#endif
#ifdef __AVX512VBMI2__
  AP_NEED("avx512vbmi2");
#endif
#ifdef __AVX512VNNI__
  AP_NEED("avx512vnni");
#endif
#ifdef __AVX512BITALG__
  AP_NEED("avx512bitalg");
#endif
#ifdef __AVX512VPOPCNTDQ__
  AP_NEED("avx512vpopcntdq");
#endif
#ifdef __AVX512BF16__
  AP_NEED("avx512bf16");
#endif
#ifdef __AVXVNNI__
  AP_NEED("avxvnni");
#endif
#ifdef __AVX512FP16__
  AP_NEED("avx512fp16");
#endif
}

#endif
