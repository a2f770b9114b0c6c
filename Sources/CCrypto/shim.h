// Typed, inlinable access to the parts of OpenSSL's libcrypto and of the C library that Digests uses.
#ifndef SCOPEGATE_CCRYPTO_SHIM_H
#define SCOPEGATE_CCRYPTO_SHIM_H

// OpenSSL 3 marks SHA256_* as deprecated in favour of EVP. EVP allocates a context and fetches an implementation per
// use, and its contexts can't be copied by value; these can, which is what makes a precomputed HMAC key cheap.
#define OPENSSL_SUPPRESS_DEPRECATED 1

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/// A 256-bit digest as four words, the first byte of the digest in the highest byte of the first word.
typedef struct {
    uint64_t word0, word1, word2, word3;
} scopegate_digest256;

static inline void scopegate_sha256_init(SHA256_CTX *context) {
    SHA256_Init(context);
}

static inline void scopegate_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) {
    if (count != 0) {
        SHA256_Update(context, bytes, count);
    }
}

static inline uint64_t scopegate_big_endian(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return __builtin_bswap64(word);
}

/// Ends a copy of `context`, which itself stays usable.
static inline scopegate_digest256 scopegate_sha256_final(const SHA256_CTX *context) {
    uint8_t bytes[SHA256_DIGEST_LENGTH];
    SHA256_CTX copy = *context;
    SHA256_Final(bytes, &copy);
    scopegate_digest256 digest = {
        scopegate_big_endian(bytes), scopegate_big_endian(bytes + 8),
        scopegate_big_endian(bytes + 16), scopegate_big_endian(bytes + 24),
    };
    return digest;
}

/// HMAC (RFC 2104) from the states that have already taken the padded key: `inner` its ipad block, `outer` its opad
/// block.
static inline scopegate_digest256 scopegate_hmac_sha256(
    const SHA256_CTX *inner, const SHA256_CTX *outer, const void *bytes, size_t count
) {
    uint8_t inner_digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context = *inner;
    scopegate_sha256_update(&context, bytes, count);
    SHA256_Final(inner_digest, &context);
    context = *outer;
    SHA256_Update(&context, inner_digest, sizeof inner_digest);
    return scopegate_sha256_final(&context);
}

/// Overwrites memory in a way that the compiler may not leave out.
static inline void scopegate_cleanse(void *bytes, size_t count) {
    OPENSSL_cleanse(bytes, count);
}

/// Fills `bytes` from the kernel's random source. Returns 0, or an errno value.
static inline int scopegate_random(void *bytes, size_t count) {
    size_t filled = 0;
    while (filled < count) {
        ssize_t got = getrandom((uint8_t *)bytes + filled, count - filled, 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        filled += (size_t)got;
    }
    return 0;
}

#endif
