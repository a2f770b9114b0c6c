import Foundation
import StrictJSON
import TestSupport
import Testing

/// Ours beside Foundation's reader: whatever ours accepts, Foundation's accepts and reads the same; what only
/// Foundation's accepts is refused for one of the reasons for which ours exists.
@Suite struct JSONFoundationTests {
    static let seeds = [
        #"{"active":true,"scope":"read:trades write:trades","exp":1900000000,"client_id":"k_1","sub":"u"}"#,
        #"{"a":[1,-2.5e3,0.1,1E-2,[],{}],"b":"é\u00e9\ud83d\ude00\n","c":null,"d":false}"#,
        #"[[[["deep",{"x":{"y":[true,[null]]}}]]],"\\\"\/",123456789012]"#,
        " \t\r\n{ \"k\" : [ 1 , 2 ] }\n",
        "\"a string\"", "42", "true", "null", "-0", "[]", "{}",
    ]

    @Test func agreesOnTheSeeds() throws {
        for seed in Self.seeds {
            let bytes = Array(seed.utf8)
            _ = try JSONValue(parsing: bytes.span)
            try compare(bytes)
        }
    }

    @Test func agreesOnMutations() throws {
        var generator = SeededGenerator(seed: 2026)
        let alphabet =
            Array(#"{}[]",:\/0123456789.eE+-truefalsn ux"#.utf8) + [0x00, 0x09, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xF4]
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = Array(Self.seeds.randomElement(using: &generator).present.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                let byte = alphabet.randomElement(using: &generator).present
                switch UInt8.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &generator))
                }
            }
            accepted += try compare(bytes) ? 1 : 0
        }
        #expect(accepted > 1000)
    }

    /// Compares the readers on one text, and tells whether ours accepts it.
    @discardableResult
    private func compare(_ bytes: [UInt8]) throws -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let ours = Result { try JSONValue(parsing: bytes.span) }
        let theirs = Result { try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) }
        switch (ours, theirs) {
        case (.success(let value), .success(let object)):
            let matches = matches(value, object)
            #expect(matches, "\(text): \(value) beside \(object)")
            return true
        case (.success(let value), .failure(let error)):
            // Foundation has no place for a number that a double can't hold.
            #expect(holdsNumberBeyondDouble(value), "\(text): \(error)")
            return true
        case (.failure(let error as JSONError), .success):
            let intended: Set<JSONError.Kind> = [.duplicateMember, .tooDeep, .byteOrderMark]
            // Foundation takes a text with zero bytes near its start for UTF-16 or UTF-32 (RFC 4627 §3), which RFC 8259
            // dropped.
            let looksWide = bytes.prefix(4).contains(0)
            let isIntended = intended.contains(error.kind) || looksWide || isTrailingComma(error, in: bytes)
            #expect(isIntended, "\(text): \(error)")
            return false
        case (.failure, _):
            return false
        }
    }

    /// Foundation takes a comma before the end of an array or of an object, which RFC 8259 §4 and §5 don't have.
    private func isTrailingComma(_ error: JSONError, in bytes: [UInt8]) -> Bool {
        guard error.kind == .unexpectedByte, "]}".utf8.contains(bytes[error.offset]) else { return false }
        return bytes[..<error.offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ",")
    }

    private func matches(_ value: JSONValue, _ object: Any) -> Bool {
        switch value {
        case .null: return object is NSNull
        case .bool(let bool): return (object as? NSNumber)?.boolValue == bool
        case .string(let bytes): return (object as? String).map { Array($0.utf8) } == bytes
        case .number(let number):
            guard let theirs = object as? NSNumber else { return false }
            if let whole = number.int64, theirs.int64Value == whole { return true }
            return number.double == theirs.doubleValue
        case .array(let elements):
            guard let theirs = object as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { matches($0, $1) }
        case .object(let members):
            guard let theirs = object as? [String: Any], theirs.count == members.members.count else { return false }
            return members.members.allSatisfy { member in
                theirs[String(decoding: member.name, as: UTF8.self)].map { matches(member.value, $0) } ?? false
            }
        }
    }

    private func holdsNumberBeyondDouble(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.double == nil
        case .array(let elements): elements.contains(where: holdsNumberBeyondDouble)
        case .object(let object): object.members.contains { holdsNumberBeyondDouble($0.value) }
        case .null, .bool, .string: false
        }
    }
}

extension Optional {
    /// The value of an optional that the test knows to be there.
    fileprivate var present: Wrapped {
        guard let self else { preconditionFailure("the collection is empty") }
        return self
    }
}
