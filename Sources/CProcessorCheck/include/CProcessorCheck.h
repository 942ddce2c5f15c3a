#ifndef AP_CPROCESSOR_CHECK_H
#define AP_CPROCESSOR_CHECK_H
// Nothing to call: what is linked ends a program before it starts where the processor lacks what the
// program was built for.
#endif
