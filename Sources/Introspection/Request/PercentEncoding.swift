import HTTP1

/// Percent-encoding for forms and for credentials.
public enum PercentEncoding {
    /// A client id or secret as RFC 6749 §2.3.1 has it before it becomes part of a Basic credential.
    public static func formEncoded(_ bytes: [UInt8]) -> String {
        String(decoding: encoded(bytes), as: UTF8.self)
    }

    /// The bytes with all but the unreserved ones (RFC 3986 §2.3) percent-encoded.
    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(3 * bytes.count)
        for byte in bytes {
            if byte.isUnreserved {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(hexDigit(byte >> 4))
                encoded.append(hexDigit(byte & 0xF))
            }
        }
        return encoded
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
