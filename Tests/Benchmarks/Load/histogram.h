// Times in nanoseconds, counted in buckets that are at most 1/128 of their value wide (as HdrHistogram does it).

#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>
#include <string.h>

enum { HISTOGRAM_BITS = 7, HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS };

typedef struct {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    uint64_t largest;
} histogram;

static inline void histogram_clear(histogram *self) { memset(self, 0, sizeof *self); }

static inline unsigned histogram_bucket(uint64_t value) {
    if (value < 1u << HISTOGRAM_BITS) return (unsigned)value;
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_BITS;
    return ((shift + 1) << HISTOGRAM_BITS) + (unsigned)((value >> shift) & ((1u << HISTOGRAM_BITS) - 1));
}

static inline uint64_t histogram_upper_bound(unsigned bucket) {
    unsigned group = bucket >> HISTOGRAM_BITS;
    if (group == 0) return bucket;
    uint64_t base = (1u << HISTOGRAM_BITS) + (bucket & ((1u << HISTOGRAM_BITS) - 1));
    return ((base + 1) << (group - 1)) - 1;
}

static inline void histogram_add(histogram *self, uint64_t value) {
    self->counts[histogram_bucket(value)]++;
    self->total++;
    if (value > self->largest) self->largest = value;
}

/// The time that at least so large a part (0…1) of all did not exceed; 0 when there is none.
static inline uint64_t histogram_quantile(const histogram *self, double part) {
    if (self->total == 0) return 0;
    uint64_t wanted = (uint64_t)(part * (double)self->total + 0.999999), seen = 0;
    if (wanted == 0) wanted = 1;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += self->counts[bucket];
        if (seen >= wanted) {
            uint64_t bound = histogram_upper_bound(bucket);
            return bound < self->largest ? bound : self->largest;
        }
    }
    return self->largest;
}

#endif
