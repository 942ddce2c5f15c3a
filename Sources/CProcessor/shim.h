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

// Declared by glibc only under _GNU_SOURCE, which Swift's import of it does not set.
int sched_getaffinity(int process, __SIZE_TYPE__ size, void *mask);

#endif
