// All of it comes from the header: no library is linked.
#define XXH_INLINE_ALL
#include <xxhash.h>
