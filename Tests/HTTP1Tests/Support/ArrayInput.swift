import HTTP1

// `#expect` can't take a call apart that has a span among its arguments, so the tests pass arrays.

extension RequestHeadParser {
    mutating func parse(_ bytes: [UInt8]) -> HeadProgress<RequestError> { parse(bytes.span) }
}

extension ResponseHeadParser {
    mutating func parse(_ bytes: [UInt8], requestMethod: Method) -> HeadProgress<ResponseError> {
        parse(bytes.span, requestMethod: requestMethod)
    }
}

extension ChunkedDecoder {
    mutating func next(_ bytes: [UInt8], offset: inout Int) -> Event { next(bytes.span, offset: &offset) }
}

extension RequestTarget {
    static func validate(_ text: String) -> Result<RequestTarget, RequestError> {
        let bytes = wire(text)
        return validate(bytes.span)
    }

    static func isValid(_ bytes: [UInt8]) -> Bool {
        if case .success = validate(bytes.span) { return true }
        return false
    }
}

extension HostField {
    static func isValid(_ text: String) -> Bool {
        let bytes = wire(text)
        return isValid(bytes.span)
    }
}

extension FieldName {
    static func recognise(_ bytes: [UInt8]) -> FieldName { recognise(bytes.span) }
}

extension Method {
    static func recognise(_ text: String) -> Method {
        let bytes = wire(text)
        return recognise(bytes.span)
    }
}

extension ConnectionOptions {
    static func contains(_ name: String, in value: String) -> Bool {
        let (bytes, wanted) = (wire(value), wire(name))
        return contains(wanted.span, in: bytes.span, ByteRange(0, bytes.count))
    }

    static func isWellFormed(_ value: String) -> Bool {
        let bytes = wire(value)
        return isWellFormed(bytes.span, ByteRange(0, bytes.count))
    }
}
