/// The rule of the chunked coding that a body breaks (RFC 9112 §7.1). The connection is of no use after any of them.
public enum ChunkedError: UInt8, Error, CaseIterable, Sendable {
    /// A chunk size that does not begin with a hexadecimal digit, or goes on with what is neither digit, `;` nor CR.
    case invalidSize
    /// A chunk size of more than 16 digits, or beyond `Int64.max`.
    case sizeTooLarge
    /// A chunk extension that does not follow the grammar of RFC 9112 §7.1.1.
    case invalidExtension
    /// Chunk extensions of more than 256 bytes in one line.
    case extensionTooLong
    /// Chunk data that is not followed by CRLF.
    case missingDataEnd
    /// LF without CR before it.
    case bareLineFeed
    /// CR without LF behind it.
    case bareCarriageReturn
    /// A trailer line that begins with whitespace.
    case obsoleteFolding
    /// Whitespace in a trailer's name or before its colon.
    case whitespaceInFieldName
    /// No name before a trailer's colon.
    case emptyFieldName
    /// A trailer's name that is not a token, or a line without a colon.
    case invalidFieldName
    /// NUL in a trailer line.
    case nulInField
    /// A control byte other than HTAB in a trailer line.
    case controlInField
    /// A trailer that RFC 9110 §6.5.1 forbids; see `FieldName.isForbiddenInTrailers`.
    case forbiddenTrailer
    /// More trailer lines than the limit.
    case tooManyFields
    /// More bytes in trailer lines than the limit.
    case fieldsTooLarge

    /// A sentence for callers and logs. It names no bytes of the input.
    public var message: StaticString {
        switch self {
        case .invalidSize: "A chunk size is malformed."
        case .sizeTooLarge: "A chunk size is too large."
        case .invalidExtension: "A chunk extension is malformed."
        case .extensionTooLong: "Chunk extensions are too long."
        case .missingDataEnd: "A chunk is not as long as its size says."
        case .bareLineFeed: "Lines of the chunked coding must end with CR LF."
        case .bareCarriageReturn: "A CR in the chunked coding must be followed by LF."
        case .obsoleteFolding: "Trailer fields must not be folded."
        case .whitespaceInFieldName: "There must be no whitespace in a trailer field's name or before its colon."
        case .emptyFieldName: "A trailer field has no name."
        case .invalidFieldName: "A trailer field's name is malformed."
        case .nulInField: "A trailer field holds a NUL."
        case .controlInField: "A trailer field holds a control character."
        case .forbiddenTrailer: "A field is not allowed in trailers."
        case .tooManyFields: "There are too many trailer fields."
        case .fieldsTooLarge: "The trailer fields are too large."
        }
    }
}

extension ChunkedError: FieldSectionError {}
