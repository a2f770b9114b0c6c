/// An error enumeration with a case for each rule that requests, responses and trailers share.
protocol FieldSectionError: Error {
    static var bareLineFeed: Self { get }
    static var bareCarriageReturn: Self { get }
    static var nulInField: Self { get }
    static var controlInField: Self { get }
    static var fieldsTooLarge: Self { get }
    static var tooManyFields: Self { get }
    static var obsoleteFolding: Self { get }
    static var emptyFieldName: Self { get }
    static var whitespaceInFieldName: Self { get }
    static var invalidFieldName: Self { get }
}

extension FieldSectionError {
    init(_ fault: FieldFault) {
        self =
            switch fault {
            case .line(.bareLineFeed): .bareLineFeed
            case .line(.bareCarriageReturn): .bareCarriageReturn
            case .line(.nul): .nulInField
            case .line(.control): .controlInField
            case .line(.tooLong): .fieldsTooLarge
            case .tooManyFields: .tooManyFields
            case .obsoleteFolding: .obsoleteFolding
            case .emptyName: .emptyFieldName
            case .whitespaceInName: .whitespaceInFieldName
            case .invalidName: .invalidFieldName
            }
    }
}

/// An error enumeration with a case for each framing rule that requests and responses share.
protocol FramingError: Error {
    static var repeatedContentLength: Self { get }
    static var invalidContentLength: Self { get }
    static var repeatedTransferEncoding: Self { get }
    static var unsupportedTransferEncoding: Self { get }
    static var transferEncodingInHTTP10: Self { get }
    static var contentLengthWithTransferEncoding: Self { get }
}

extension FramingError {
    init(_ fault: FramingFault) {
        self =
            switch fault {
            case .repeatedContentLength: .repeatedContentLength
            case .invalidContentLength: .invalidContentLength
            case .repeatedTransferEncoding: .repeatedTransferEncoding
            case .unsupportedTransferEncoding: .unsupportedTransferEncoding
            case .transferEncodingInHTTP10: .transferEncodingInHTTP10
            case .contentLengthWithTransferEncoding: .contentLengthWithTransferEncoding
            }
    }
}

extension RequestError: FieldSectionError, FramingError {}
extension ResponseError: FieldSectionError, FramingError {}
