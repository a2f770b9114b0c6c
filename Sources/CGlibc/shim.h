// Calls of glibc that Swift's own module of it leaves out.
#ifndef SCOPEGATE_CGLIBC_SHIM_H
#define SCOPEGATE_CGLIBC_SHIM_H

#include <malloc.h>

/// The memory that the heap has of the system and nobody uses, in bytes.
static inline size_t cglibc_free_heap_bytes(void) {
    struct mallinfo2 information = mallinfo2();
    return information.fordblks;
}

/// Gives whole pages of the heap that nobody uses back to the system.
static inline void cglibc_trim_heap(void) {
    (void)malloc_trim(0);
}

#endif
