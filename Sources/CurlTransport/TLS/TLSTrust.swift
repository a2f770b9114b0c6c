import CCurl
import Digests
import NIOConcurrencyHelpers

/// The authorities that a TLS client believes, and the certificate that it shows: their contents, not the names of
/// files.
///
/// This is the one owner of the rule that nothing made under one trust is used under another (CVE-2025-68121). Equal
/// contents are one and the same object for as long as anybody holds it, and all that could outlive a change is kept by
/// object: TLS sessions and idle connections of transfers by ``CurlDomain``, pooled connections by ``ConnectionPool``,
/// whose target names its trust. The name that is asked for stands in the URL, by which libcurl keeps both apart within
/// a domain.
public final class TLSTrust: Sendable {
    /// A certificate with its key, in PEM.
    public struct Certificate: Sendable {
        /// The certificate, then those between it and its authority.
        public var chain: [UInt8]
        /// Its private key, without a passphrase.
        public var key: [UInt8]

        /// A certificate by its parts.
        public init(chain: [UInt8], key: [UInt8]) {
            self.chain = chain
            self.key = key
        }
    }

    /// Why contents can't be used.
    public enum Problem: Error, Equatable, Sendable {
        /// There is no certificate of an authority.
        case noAuthorities
        /// There is no certificate to show.
        case noCertificate
        /// There is no private key, or one with a passphrase.
        case noKey
        /// The key belongs to another certificate.
        case keyMismatch
    }

    /// The trust that believes nobody and shows nothing.
    public static let nobody = TLSTrust(Contents(), digest: Digest256(0, 0, 0, 0))

    /// What libcurl's callback reads; written only before anybody else has it, and counted by OpenSSL, whose locks let
    /// connections of all threads use it.
    private struct Contents: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<ccurl_trust>

        init() {
            pointer = .allocate(capacity: 1)
            pointer.initialize(to: ccurl_trust())
            // Without memory for it there are no authorities, so that no handshake succeeds.
            _ = ccurl_trust_begin(pointer)
        }

        func free() {
            ccurl_trust_free(pointer)
            pointer.deallocate()
        }
    }

    private struct Known {
        weak var trust: TLSTrust?
    }

    private static let known = NIOLockedValueBox<[Digest256: Known]>([:])

    private let contents: Contents
    let digest: Digest256

    private init(_ contents: Contents, digest: Digest256) {
        self.contents = contents
        self.digest = digest
    }

    deinit { contents.free() }

    /// The trust of these contents.
    ///
    /// - Parameters:
    ///   - authorities: PEM authorities to believe; nil for those that the system believes now.
    ///   - certificate: The certificate to show; nil for none.
    public static func of(authorities: [UInt8]?, certificate: Certificate? = nil) throws(Problem) -> TLSTrust {
        let bundle = authorities ?? systemAuthorities()
        let digest = digest(of: [bundle, certificate?.chain ?? [], certificate?.key ?? []])
        if let trust = known.withLockedValue({ $0[digest]?.trust }) { return trust }
        let contents = Contents()
        do throws(Problem) {
            try read(bundle, certificate, into: contents, mayBeEmpty: authorities == nil)
        } catch {
            contents.free()
            throw error
        }
        let made = TLSTrust(contents, digest: digest)
        return known.withLockedValue { known in
            // Another thread may have been faster.
            if let trust = known[digest]?.trust { return trust }
            known = known.filter { $0.value.trust != nil }
            known[digest] = Known(trust: made)
            return made
        }
    }

    /// What libcurl's handles are given; it lives as long as this.
    var pointer: UnsafePointer<ccurl_trust> { UnsafePointer(contents.pointer) }

    private static func read(
        _ authorities: [UInt8],
        _ certificate: Certificate?,
        into contents: Contents,
        mayBeEmpty: Bool
    ) throws(Problem) {
        let added = authorities.withUnsafeBytes {
            ccurl_trust_add_authorities(contents.pointer, $0.baseAddress, Int32(clamping: $0.count))
        }
        guard added > 0 || mayBeEmpty else { throw .noAuthorities }
        guard let certificate else { return }
        let shown = certificate.chain.withUnsafeBytes {
            ccurl_trust_set_certificate(contents.pointer, $0.baseAddress, Int32(clamping: $0.count))
        }
        guard shown == CCURL_TRUST_FINE.rawValue else { throw .noCertificate }
        let key = certificate.key.withUnsafeBytes {
            ccurl_trust_set_key(contents.pointer, $0.baseAddress, Int32(clamping: $0.count))
        }
        switch UInt32(key) {
        case CCURL_TRUST_FINE.rawValue: return
        case CCURL_TRUST_MISMATCH.rawValue: throw .keyMismatch
        default: throw .noKey
        }
    }

    /// A digest of the parts, of which none can be taken for a piece of another.
    private static func digest(of parts: [[UInt8]]) -> Digest256 {
        var bytes: [UInt8] = []
        for part in parts { bytes += SHA256.hash(part.span).bytes }
        return SHA256.hash(bytes.span)
    }

    /// The system's authorities as they stand; empty when there are none that can be read.
    private static func systemAuthorities() -> [UInt8] {
        guard let path = ccurl_system_authorities(), let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < 64 << 20 {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }
}

extension TLSTrust: Equatable {
    /// Whether both are of the same contents.
    public static func == (left: TLSTrust, right: TLSTrust) -> Bool { left === right }
}
