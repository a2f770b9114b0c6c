// As much of a response as load needs: its status, how long its body is, and whether the connection stays.

#ifndef RESPONSE_H
#define RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

typedef struct {
    int status;
    size_t head_length;
    uint64_t body_length;
    bool closes;
} response_head;

/// 1 when the head is whole, 0 when more bytes are needed, -1 when it can't be understood: other than HTTP/1.1, or
/// without Content-Length.
static inline int response_parse(response_head *self, const char *bytes, size_t length) {
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (end - bytes < 12 || memcmp(bytes, "HTTP/1.1 ", 9) != 0) return -1;
    self->status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
    self->head_length = (size_t)(end - bytes) + 4;
    self->closes = false;
    bool bodiless = self->status == 204 || self->status == 304, found = bodiless;
    self->body_length = 0;
    const char *line = memchr(bytes, '\n', (size_t)(end - bytes));
    while (line) {
        line++;
        if ((line[0] | 0x20) == 'c') {
            if (!bodiless && strncasecmp(line, "content-length:", 15) == 0) {
                const char *digit = line + 15;
                while (*digit == ' ') digit++;
                if (*digit < '0' || *digit > '9') return -1;
                for (; *digit >= '0' && *digit <= '9'; digit++) {
                    self->body_length = self->body_length * 10 + (uint64_t)(*digit - '0');
                }
                found = true;
            } else if (strncasecmp(line, "connection: close", 17) == 0) {
                self->closes = true;
            }
        }
        line = memchr(line, '\n', (size_t)(end - line));
    }
    return found ? 1 : -1;
}

#endif
