// What is known of the build at the time of it.
#ifndef SCOPEGATE_CBUILD_BUILD_H
#define SCOPEGATE_CBUILD_BUILD_H

/// The commit that was built, as SCOPEGATE_COMMIT said in the environment; empty when it said nothing.
const char *scopegate_build_commit(void);

#endif
