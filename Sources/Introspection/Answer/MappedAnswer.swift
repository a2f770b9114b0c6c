import StrictJSON

/// The values of an answer, found and checked as its mapping says.
struct MappedAnswer {
    let object: JSONValue
    let mapping: AnswerMapping

    func isActive() throws(IntrospectionAnswerError) -> Bool {
        guard case .member(let pointer) = mapping.active else { return true }
        switch pointer.target(in: object) {
        case .absent: throw .missingActive(member: pointer.name)
        case .value(.bool(let isActive)): return isActive
        case .value, .blocked: throw .wrongType(member: pointer.name)
        }
    }

    /// The member that holds the scopes; nil when there is none.
    func scopes() throws(IntrospectionAnswerError) -> JSONMember? {
        var found: JSONMember?
        for pointer in mapping.scopes {
            guard let value = try value(pointer) else { continue }
            guard found == nil else { throw .conflictingScopes }
            found = JSONMember(name: Array(pointer.name.utf8), value: value)
        }
        return found
    }

    /// A time in seconds since 1970; nil for none.
    func time(
        _ pointer: JSONPointer?,
        earliest: Int64,
        rounding: RFC3339Time.Rounding
    ) throws(IntrospectionAnswerError) -> Int64? {
        guard let pointer else { return nil }
        let seconds: Int64?
        switch pointer.target(in: object) {
        case .absent: return nil
        case .value(.null) where mapping.allowsAPITypes: return nil
        case .value(.number(let number)): seconds = number.int64
        case .value(.string(let text)) where mapping.allowsAPITypes:
            seconds = RFC3339Time.seconds(text, rounding: rounding)
        case .value, .blocked: throw .wrongType(member: pointer.name)
        }
        guard let seconds, seconds >= earliest, seconds <= Grant.maximumTime else {
            throw .invalidTime(member: pointer.name)
        }
        return seconds
    }

    func keyID() throws(IntrospectionAnswerError) -> String? {
        for pointer in mapping.keyID {
            guard let bytes = try identifier(pointer) else { continue }
            let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
            guard !bytes.isEmpty, bytes.count <= Grant.maximumKeyIDLength, isVisible else {
                throw .invalidIdentifier(member: pointer.name)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        return nil
    }

    func subject() throws(IntrospectionAnswerError) -> String? {
        guard let pointer = mapping.subject, let bytes = try identifier(pointer) else { return nil }
        let hasControls = bytes.contains { $0 < 0x20 || $0 == 0x7F }
        guard !bytes.isEmpty, bytes.count <= Grant.maximumSubjectLength, !hasControls else {
            throw .invalidIdentifier(member: pointer.name)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func identifier(_ pointer: JSONPointer) throws(IntrospectionAnswerError) -> [UInt8]? {
        switch try value(pointer) {
        case nil: return nil
        case .string(let bytes): return bytes
        case .number(let number) where mapping.allowsAPITypes:
            guard let value = number.int64 else { throw .invalidIdentifier(member: pointer.name) }
            return Array("\(value)".utf8)
        default: throw .wrongType(member: pointer.name)
        }
    }

    /// A value whose absence, `null` included, grants nothing.
    private func value(_ pointer: JSONPointer) throws(IntrospectionAnswerError) -> JSONValue? {
        switch pointer.target(in: object) {
        case .absent, .value(.null): return nil
        case .value(let value): return value
        case .blocked: throw .wrongType(member: pointer.name)
        }
    }
}
