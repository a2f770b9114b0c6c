import StrictJSON

/// All that is known of a gateway, and that ``TopScreen`` shows.
public struct TopState: Equatable, Sendable {
    /// How many samples are kept: five minutes of them.
    public static let keptSamples = 300

    /// The samples, the oldest first.
    public private(set) var samples: [TopSample] = []
    /// The newest refusals, the newest first.
    public private(set) var denials: [TopRecord] = []
    /// The newest reloads and revocations, the newest first.
    public private(set) var operations: [TopRecord] = []
    /// The checks of readiness.
    public private(set) var checks: [TopCheck] = []
    /// Why there is nothing new: the gateway doesn't answer.
    public var problem: String?

    /// Nothing is known.
    public init() {}

    /// Adds the answer of `/figures`. Those that are known already don't count.
    ///
    /// - Returns: Whether it is one.
    public mutating func takeFigures(_ value: JSONValue) -> Bool {
        guard let list = JSONFields(value)?.list("samples") else { return false }
        let read = list.compactMap(TopSample.init)
        guard read.count == list.count else { return false }
        // Another gateway, or the same one anew: its clock or its totals are behind.
        if let last = samples.last, let new = read.last, new.requests.total < last.requests.total { samples = [] }
        let known = samples.last?.time ?? -.infinity
        samples += read.filter { $0.time > known }
        samples.removeFirst(max(0, samples.count - Self.keptSamples))
        return true
    }

    /// Takes the answer of `/audit` for refusals.
    public mutating func takeDenials(_ value: JSONValue) {
        denials = Self.records(value)
    }

    /// Takes the answer of `/audit` for reloads and revocations.
    public mutating func takeOperations(_ value: JSONValue) {
        operations = Self.records(value)
    }

    /// Takes the answer of `/readyz`.
    public mutating func takeChecks(_ value: JSONValue) {
        checks = JSONFields(value)?.list("checks")?.compactMap(TopCheck.init) ?? []
    }

    private static func records(_ value: JSONValue) -> [TopRecord] {
        JSONFields(value)?.list("records")?.compactMap(TopRecord.init) ?? []
    }
}
