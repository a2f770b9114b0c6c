import CCrypto

/// HMAC-SHA-256 (RFC 2104) under one key, whose schedule is computed once.
///
/// The states of both hashes after their key block are kept, and copied per call: a message of up to 55 bytes costs two
/// SHA-256 compressions rather than four, and nothing is allocated.
public struct HMACSHA256: Sendable {
    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    /// Takes the key, of any length; a key longer than 64 bytes is hashed first (RFC 2104 §2).
    public init(key: Span<UInt8>) {
        var block = [UInt8](repeating: 0, count: Self.blockLength)
        if key.count > Self.blockLength {
            for (index, byte) in SHA256.hash(key).bytes.enumerated() {
                block[index] = byte
            }
        } else {
            for index in key.indices {
                block[index] = key[index]
            }
        }
        inner = Self.state(afterBlock: block, xoredWith: 0x36)
        outer = Self.state(afterBlock: block, xoredWith: 0x5C)
        Self.cleanse(&block)
    }

    /// The authentication code of `bytes`.
    public func authenticate(_ bytes: Span<UInt8>) -> Digest256 {
        bytes.withUnsafeBufferPointer { message in
            withUnsafePointer(to: inner) { inner in
                withUnsafePointer(to: outer) { outer in
                    Digest256(scopegate_hmac_sha256(inner, outer, message.baseAddress, message.count))
                }
            }
        }
    }

    private static let blockLength = 64

    private static func state(afterBlock block: [UInt8], xoredWith pad: UInt8) -> SHA256_CTX {
        var padded = block.map { $0 ^ pad }
        var hash = SHA256()
        hash.update(padded.span)
        cleanse(&padded)
        return hash.context
    }

    private static func cleanse(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { scopegate_cleanse($0.baseAddress, $0.count) }
    }
}
