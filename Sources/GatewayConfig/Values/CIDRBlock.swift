import Glibc

/// A range of addresses, such as `10.0.0.0/8` or `fd00::/8` (RFC 4632 §3.1, RFC 4291 §2.3).
public struct CIDRBlock: Hashable, Sendable, CustomStringConvertible {
    /// The block's first address: 4 bytes or 16, in network order.
    public let address: [UInt8]
    /// How many leading bits an address has to have in common with ``address``.
    public let prefixLength: Int

    /// Reads a block, or a single address.
    ///
    /// - Throws: ``ValueProblem`` when the text is something else, or has bits set behind its prefix.
    public init(parsing text: String) throws(ValueProblem) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.bytes(of: String(parts[0])) else {
            throw ValueProblem("\"\(text)\" is not a range of addresses", help: "write it like 10.0.0.0/8 or fd00::/8")
        }
        var length = address.count * 8
        if parts.count == 2 {
            let digits = parts[1]
            let isNumber = digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard isNumber, let written = Int(digits), written <= length else {
                throw ValueProblem("the prefix length of \(text) is not a number from 0 to \(length)")
            }
            length = written
        }
        let masked = Self.mask(address, length)
        guard masked == address else {
            throw ValueProblem(
                "\(text) has address bits set after its prefix",
                help: "write \(Self.text(masked))/\(length), or \(parts[0]) for that one address"
            )
        }
        self.address = address
        prefixLength = length
    }

    /// Whether an address of 4 or 16 bytes in network order is in the block. An IPv4 address that is mapped into IPv6
    /// (RFC 4291 §2.5.5.2) counts as the IPv4 address.
    public func contains(_ candidate: Span<UInt8>) -> Bool {
        let start = Self.isMappedIPv4(candidate) ? 12 : 0
        guard candidate.count - start == address.count else { return false }
        for index in 0..<(prefixLength / 8) where candidate[start + index] != address[index] { return false }
        let bits = prefixLength % 8
        guard bits > 0 else { return true }
        return (candidate[start + prefixLength / 8] ^ address[prefixLength / 8]) >> UInt8(8 - bits) == 0
    }

    /// Whether an address is in the block, in any spelling (RFC 4291 §2.2). False for a text that is none.
    public func contains(address text: String) -> Bool {
        Self.bytes(of: text).map { contains($0.span) } ?? false
    }

    /// The single address that the block is, as the gateway writes it; nil for a block of several.
    public var singleAddress: String? { prefixLength == address.count * 8 ? Self.text(address) : nil }

    /// The block of IPv4 addresses that a block of mapped ones stands for (RFC 4291 §2.5.5.2); any other as it is.
    public var unmapped: CIDRBlock {
        guard prefixLength >= 96, Self.isMappedIPv4(address.span) else { return self }
        return CIDRBlock(address: Array(address[12...]), prefixLength: prefixLength - 96)
    }

    private init(address: [UInt8], prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    /// The block as `address/length`.
    public var description: String { "\(Self.text(address))/\(prefixLength)" }

    private static func isMappedIPv4(_ candidate: Span<UInt8>) -> Bool {
        guard candidate.count == 16, candidate[10] == 0xff, candidate[11] == 0xff else { return false }
        for index in 0..<10 where candidate[index] != 0 { return false }
        return true
    }

    private static func bytes(of text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let isIPv6 = inet_pton(AF_INET6, text, &bytes) == 1
        if isIPv6 { return bytes }
        return inet_pton(AF_INET, text, &bytes) == 1 ? Array(bytes.prefix(4)) : nil
    }

    private static func text(_ address: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        inet_ntop(family, address, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func mask(_ address: [UInt8], _ length: Int) -> [UInt8] {
        address.enumerated().map { index, byte in
            let kept = Swift.min(8, Swift.max(0, length - index * 8))
            return kept == 0 ? 0 : byte & (0xff << UInt8(8 - kept))
        }
    }
}
