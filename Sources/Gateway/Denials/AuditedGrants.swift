import Audit
import Introspection

/// What audit records tell of grants, for those that they told of last: a refused key mostly tries again.
///
/// Grants are found by their identity. There are so many places, and each grant has one, which another may take from
/// it, so that memory is bounded whatever comes.
struct AuditedGrants {
    private typealias Place = (grant: Grant, audited: AuditedGrant)

    /// There are two to the power of this many places.
    private static let indexBits = 10

    private var places: [Place?] = []

    subscript(grant: Grant) -> AuditedGrant? {
        get {
            guard !places.isEmpty, let place = places[Self.index(of: grant)], place.grant === grant else { return nil }
            return place.audited
        }
        set {
            if places.isEmpty { places = Array(repeating: nil, count: 1 << Self.indexBits) }
            places[Self.index(of: grant)] = newValue.map { (grant, $0) }
        }
    }

    private static func index(of grant: Grant) -> Int {
        // Objects lie at multiples of 16.
        let address = UInt(bitPattern: ObjectIdentifier(grant)) >> 4
        // Fibonacci hashing (Knuth, TAOCP 6.4).
        return Int(truncatingIfNeeded: (UInt64(address) &* 0x9E37_79B9_7F4A_7C15) >> (64 - UInt64(indexBits)))
    }
}
