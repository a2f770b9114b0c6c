/// The parameters of a query, form-encoded (WHATWG URL §5.1).
struct QueryParameters {
    /// What is wrong with a query, for whoever asked.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// How often a parameter may be given that takes several values.
    private static let mostValues = 5
    /// How long a value of such a parameter may be, in characters of Unicode.
    private static let longestValue = 200
    /// How long the value of any other may be.
    private static let longestSingle = 2000

    private let pairs: [(name: String, value: String)]

    /// Reads a query whose parameters are among those that are known.
    init(_ query: String?, known: [String]) throws(Problem) {
        var pairs: [(name: String, value: String)] = []
        for part in (query ?? "").split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]), let value = Self.decoded(halves.count > 1 ? halves[1] : "") else {
                throw Problem(description: "The query has a malformed percent-encoding.")
            }
            guard known.contains(name) else {
                let names = known.joined(separator: ", ")
                throw Problem(description: "There is no parameter of that name; there are \(names).")
            }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// All values of a parameter, those included that stand in one with commas between them.
    func values(_ name: String) throws(Problem) -> [String] {
        let given = pairs.filter { $0.name == name }
        guard given.count <= Self.mostValues else {
            throw Problem(description: "\(name) can be given \(Self.mostValues) times.")
        }
        guard given.allSatisfy({ $0.value.unicodeScalars.count <= Self.longestValue }) else {
            throw Problem(description: "\(name) can have \(Self.longestValue) characters.")
        }
        let values = given.flatMap {
            $0.value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard values.allSatisfy({ !$0.isEmpty }) else { throw Problem(description: "\(name) is empty.") }
        return values
    }

    /// The value of a parameter that may be given once.
    func single(_ name: String) throws(Problem) -> String? {
        let values = pairs.filter { $0.name == name }
        guard values.count <= 1 else { throw Problem(description: "\(name) can be given once.") }
        guard values.first?.value.unicodeScalars.count ?? 0 <= Self.longestSingle else {
            throw Problem(description: "\(name) can have \(Self.longestSingle) characters.")
        }
        return values.first?.value
    }

    /// A whole number in a range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = try single(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw Problem(description: "\(name) has to be a whole number from \(bounds).")
        }
        return number
    }

    private static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
