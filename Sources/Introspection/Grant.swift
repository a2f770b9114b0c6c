import ScopeModel

/// What introspection said of a key: whether it is active, what it may do, until when, and whose it is.
///
/// It is a class so that a cache hit costs one retain, whatever the grant holds.
public final class Grant: Sendable {
    /// Whether the key was valid when it was asked about (RFC 7662 §2.2). An inactive grant has no scopes.
    public let isActive: Bool
    /// The known scopes that the key has, without the catalog's automatic ones.
    public let scopes: ScopeSet
    /// When the key stops being valid, in seconds since 1970, from 1 to ``maximumTime``; nil for never.
    public let expiresAt: Int64?
    /// When the key begins to be valid, in seconds since 1970, from 0 to ``maximumTime``; nil for always.
    public let notBefore: Int64?
    /// The bytes of ``keyID``, empty when there is none.
    public let keyIDUTF8: [UInt8]
    /// Whom the key stands for.
    public let subject: String?
    /// How many scopes the answer named that the catalog doesn't have.
    public let unknownScopeCount: Int

    /// 9999-12-31T23:59:59Z, the latest time that RFC 3339 can write; a later one is milliseconds taken for seconds.
    public static let maximumTime: Int64 = 253_402_300_799
    /// The longest key id, in bytes.
    public static let maximumKeyIDLength = 256
    /// The longest subject, in bytes of UTF-8.
    public static let maximumSubjectLength = 1024

    /// A grant of an active key.
    public init(
        scopes: ScopeSet,
        expiresAt: Int64? = nil,
        notBefore: Int64? = nil,
        keyID: String? = nil,
        subject: String? = nil,
        unknownScopeCount: Int = 0
    ) {
        isActive = true
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        keyIDUTF8 = keyID.map { Array($0.utf8) } ?? []
        self.subject = subject
        self.unknownScopeCount = unknownScopeCount
    }

    private init() {
        isActive = false
        scopes = ScopeSet()
        expiresAt = nil
        notBefore = nil
        keyIDUTF8 = []
        subject = nil
        unknownScopeCount = 0
    }

    /// The issuer's name for the key: 1 to ``maximumKeyIDLength`` visible ASCII characters, fit for a header; nil when
    /// there is none.
    public var keyID: String? { keyIDUTF8.isEmpty ? nil : String(decoding: keyIDUTF8, as: UTF8.self) }

    /// The grant of every key that isn't active.
    public static let inactive = Grant()

    /// What the grant is worth at a moment.
    public enum Validity: Sendable, Equatable {
        /// The key may be used.
        case valid
        /// ``Grant/expiresAt`` has come.
        case expired
        /// ``Grant/notBefore`` hasn't come.
        case notYetValid
        /// The key isn't active.
        case inactive
    }

    /// What the grant is worth at a wall-clock time in seconds since 1970. `exp` itself is too late (RFC 7519 §4.1.4).
    public func validity(atWallSeconds wallSeconds: Int64) -> Validity {
        guard isActive else { return .inactive }
        if let expiresAt, wallSeconds >= expiresAt { return .expired }
        if let notBefore, wallSeconds < notBefore { return .notYetValid }
        return .valid
    }

    /// How long it is until `exp`, negative after it; `nil` without one, and for one beyond what nanoseconds count.
    func nanosecondsToExpiry(atWallSeconds wallSeconds: Int64) -> Int64? {
        guard let expiresAt else { return nil }
        let (seconds, overflows) = expiresAt.subtractingReportingOverflow(wallSeconds)
        let (nanoseconds, overflowsToo) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflows || overflowsToo ? nil : nanoseconds
    }
}
