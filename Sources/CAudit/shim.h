// What the audit needs of C: gzip files (RFC 1952), written through zlib's own file layer, and functions of the
// C library that Swift's module of it leaves out, being extensions.
#ifndef SCOPEGATE_CAUDIT_SHIM_H
#define SCOPEGATE_CAUDIT_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

// memrchr(3), memmem(3), renameat2(2).
extern void *memrchr(const void *bytes, int byte, size_t count);
extern void *memmem(const void *bytes, size_t count, const void *wanted, size_t wanted_count);
extern int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags);

/// The offset of the last `byte`, or -1.
static inline ptrdiff_t scopegate_last_index(const void *bytes, size_t count, int byte) {
    const char *found = count == 0 ? NULL : (const char *)memrchr(bytes, byte, count);
    return found == NULL ? -1 : found - (const char *)bytes;
}

/// The offset of the first occurrence of `wanted`, or -1.
static inline ptrdiff_t scopegate_first_range(
    const void *bytes, size_t count, const void *wanted, size_t wanted_count
) {
    const char *found = count == 0 ? NULL : (const char *)memmem(bytes, count, wanted, wanted_count);
    return found == NULL ? -1 : found - (const char *)bytes;
}

/// Renames a file unless there is one of the new name. Returns 0, or -1 with errno set.
static inline int scopegate_rename_without_replacing(const char *from, const char *to) {
    enum { no_replace = 1, current_directory = -100 };
    return renameat2(current_directory, from, current_directory, to, no_replace);
}

/// Begins to decompress gzip data. False for want of memory.
static inline int scopegate_inflate_begin(z_stream *stream) {
    enum { gzip_only = 16 };
    return inflateInit2(stream, MAX_WBITS + gzip_only) == Z_OK;
}

/// Opens a gzip file for writing, on a descriptor that it takes over. NULL for want of memory.
static inline gzFile scopegate_gzip_writer(int descriptor, int level) {
    char mode[4] = {'w', 'b', (char)('0' + level), 0};
    gzFile file = gzdopen(descriptor, mode);
    if (file != NULL) {
        gzbuffer(file, 256 * 1024);
    }
    return file;
}

#endif
