// The request that is sent again and again: bytes from a file, in which a run of twelve @ is the request's number.

#ifndef REQUEST_H
#define REQUEST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL_DIGITS = 12 };

typedef struct {
    char *bytes;
    size_t length;
    char *serial; // where the number stands in bytes, or NULL
} request_template;

static inline int request_read(request_template *self, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return -1;
    if (fseek(file, 0, SEEK_END) != 0) return -1;
    long length = ftell(file);
    if (length <= 0 || fseek(file, 0, SEEK_SET) != 0) return -1;
    self->length = (size_t)length;
    self->bytes = malloc(self->length);
    if (!self->bytes || fread(self->bytes, 1, self->length, file) != self->length) return -1;
    fclose(file);
    self->serial = memmem(self->bytes, self->length, "@@@@@@@@@@@@", SERIAL_DIGITS);
    return 0;
}

/// Writes a number where it belongs.
static inline void request_number(request_template *self, uint64_t number) {
    if (!self->serial) return;
    for (int digit = SERIAL_DIGITS - 1; digit >= 0; digit--, number /= 10) {
        self->serial[digit] = (char)('0' + number % 10);
    }
}

#endif
