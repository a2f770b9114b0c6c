#include "build.h"

#ifndef SCOPEGATE_COMMIT
#define SCOPEGATE_COMMIT ""
#endif

const char *scopegate_build_commit(void) { return SCOPEGATE_COMMIT; }
